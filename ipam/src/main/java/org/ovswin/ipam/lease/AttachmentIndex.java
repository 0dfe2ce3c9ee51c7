package org.ovswin.ipam.lease;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leases by attachment: a hash table with open addressing and linear probing (Knuth, The Art of
 * Computer Programming, 6.4, algorithms L and R). It keeps a reference of 4 bytes per slot, where a
 * HashMap keeps a key and a node of 60 bytes per lease more. Not thread-safe.
 */
final class AttachmentIndex {
  private static final int FIRST_CAPACITY = 64;

  private @Nullable PackedLease[] slots = new PackedLease[FIRST_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  @Nullable PackedLease find(Attachment attachment) {
    byte[] containerId;
    try {
      containerId = TextWriter.utf8(attachment.containerId());
    } catch (IllegalArgumentException e) {
      // No lease has such an attachment: it could not be written down.
      return null;
    }
    int hash = PackedLease.hash(containerId, attachment.ifName());
    for (int i = hash & (slots.length - 1); ; i = next(i)) {
      PackedLease lease = slots[i];
      if (lease == null || (lease.hash() == hash && lease.isOf(containerId, attachment.ifName()))) {
        return lease;
      }
    }
  }

  /** The lease of the attachment of this lease. */
  @Nullable PackedLease findSame(PackedLease lease) {
    return slots[slot(lease)];
  }

  /** Puts it in the place of the one with the same attachment, if there is one. */
  void put(PackedLease lease) {
    int at = slot(lease);
    if (slots[at] == null) {
      size++;
    }
    slots[at] = lease;
    if (size > slots.length / 2) {
      grow();
    }
  }

  void remove(PackedLease lease) {
    int gap = slot(lease);
    if (slots[gap] == null) {
      return;
    }
    size--;
    slots[gap] = null;
    // Whoever was pushed past the gap must move into it, or would not be found any more.
    for (int i = next(gap); ; i = next(i)) {
      PackedLease moved = slots[i];
      if (moved == null) {
        return;
      }
      int home = moved.hash() & (slots.length - 1);
      int fromHome = (i - home) & (slots.length - 1);
      int fromGap = (i - gap) & (slots.length - 1);
      if (fromHome >= fromGap) {
        slots[gap] = moved;
        slots[i] = null;
        gap = i;
      }
    }
  }

  /** All leases, in no order; a copy. */
  List<PackedLease> all() {
    List<PackedLease> all = new ArrayList<>(size);
    for (PackedLease lease : slots) {
      if (lease != null) {
        all.add(lease);
      }
    }
    return all;
  }

  private int slot(PackedLease lease) {
    for (int i = lease.hash() & (slots.length - 1); ; i = next(i)) {
      PackedLease other = slots[i];
      if (other == null || other.isOfSameAttachment(lease)) {
        return i;
      }
    }
  }

  private int next(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  private void grow() {
    List<PackedLease> all = all();
    slots = new PackedLease[2 * slots.length];
    for (PackedLease lease : all) {
      slots[slot(lease)] = lease;
    }
  }
}
