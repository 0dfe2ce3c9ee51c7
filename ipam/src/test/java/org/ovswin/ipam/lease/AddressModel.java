package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * What a lease database may answer, written down as plainly as possible: maps by address, and a
 * look at every address of every block for each decision.
 */
final class AddressModel {
  static final Duration COOL_DOWN = Duration.ofSeconds(30);

  final List<IpPrefix> blocks;
  final Map<IpAddress, Attachment> held = new HashMap<>();
  final Map<Attachment, LeaseRequest> requests = new HashMap<>();
  final Map<IpAddress, Instant> released = new HashMap<>();
  final Map<IpAddress, String> remembered = new HashMap<>();
  final Set<AddressRange> reserved = new HashSet<>();
  final Set<IpPrefix> closed = new HashSet<>();
  Instant now = Instant.EPOCH;

  AddressModel(List<IpPrefix> blocks) {
    this.blocks = blocks;
  }

  /** How gladly an address is given without being asked for; empty if never. */
  private Optional<Integer> rank(IpAddress address) {
    IpPrefix block = block(address).orElseThrow();
    if (closed.contains(block) || isTaken(address) || isReserved(address)) {
      return Optional.empty();
    }
    if (remembered.containsKey(address)) {
      return Optional.of(2);
    }
    return Optional.of(isCooling(address) ? 1 : 0);
  }

  private boolean isCooling(IpAddress address) {
    Instant since = released.get(address);
    return since != null && since.plus(COOL_DOWN).isAfter(now);
  }

  private boolean isReserved(IpAddress address) {
    return reserved.stream().anyMatch(range -> range.contains(address));
  }

  private boolean isTaken(IpAddress address) {
    IpPrefix block = block(address).orElseThrow();
    boolean isSystem =
        address.equals(block.network())
            || address.equals(block.address(1))
            || (Family.of(block) == Family.IPV4 && address.equals(block.last()));
    return isSystem || held.containsKey(address);
  }

  private Optional<IpPrefix> block(IpAddress address) {
    return blocks.stream().filter(block -> block.contains(address)).findFirst();
  }

  private List<IpAddress> candidates(Family family) {
    List<IpAddress> candidates = new ArrayList<>();
    for (IpPrefix block : blocks) {
      if (Family.of(block) == family) {
        for (int i = 0; i < 1 << block.hostBits(); i++) {
          if (rank(block.address(i)).isPresent()) {
            candidates.add(block.address(i));
          }
        }
      }
    }
    return candidates;
  }

  private static String pod(LeaseRequest request) {
    return request.podNamespace().orElseThrow() + "/" + request.podName().orElseThrow();
  }

  private Optional<IpAddress> own(LeaseRequest request, Family family) {
    return request.stickiness() == Stickiness.NONE
        ? Optional.empty()
        : remembered.entrySet().stream()
            .filter(entry -> entry.getValue().equals(pod(request)))
            .map(Map.Entry::getKey)
            .filter(address -> Family.of(address) == family && rank(address).isPresent())
            .findFirst();
  }

  /** Takes the answer to a request in, after it was found to be a right one. */
  void answered(LeaseRequest request, Allocation answer) {
    switch (answer) {
      case Allocation.AlreadyHeld(Lease lease) ->
          assertThat(lease.addresses())
              .allMatch(address -> request.attachment().equals(held.get(address)));
      case Allocation.Exhausted exhausted -> {
        assertThat(request.families()).contains(exhausted.family());
        assertThat(candidates(exhausted.family())).isEmpty();
      }
      case Allocation.Refused(IpAddress wanted, String _) -> {
        assertThat(request.requested()).contains(wanted);
        assertThat(
                block(wanted).isEmpty()
                    || closed.contains(block(wanted).get())
                    || isTaken(wanted)
                    || !request.families().contains(Family.of(wanted)))
            .isTrue();
      }
      case Allocation.Allocated(Lease lease) -> {
        assertThat(requests).doesNotContainKey(request.attachment());
        assertThat(lease.addresses())
            .extracting(Family::of)
            .containsExactlyElementsOf(request.families().stream().sorted().toList());
        lease.addresses().forEach(address -> verifyChoice(request, address));
        for (IpAddress address : lease.addresses()) {
          held.put(address, request.attachment());
          released.remove(address);
          remembered.remove(address);
        }
        requests.put(request.attachment(), request);
      }
    }
  }

  private void verifyChoice(LeaseRequest request, IpAddress address) {
    Family family = Family.of(address);
    assertThat(isTaken(address)).isFalse();
    assertThat(closed).doesNotContain(block(address).orElseThrow());
    Optional<IpAddress> requested =
        request.requested().stream().filter(it -> Family.of(it) == family).findFirst();
    Optional<IpAddress> own = own(request, family);
    if (requested.isPresent()) {
      assertThat(address).isEqualTo(requested.get());
    } else if (own.isPresent()) {
      assertThat(address).isEqualTo(own.get());
    } else {
      int rank = rank(address).orElseThrow();
      for (IpAddress other : candidates(family)) {
        assertThat(rank).as("%s or %s", address, other).isLessThanOrEqualTo(rank(other).get());
        if (rank == 1) {
          assertThat(released.get(address)).isBeforeOrEqualTo(released.getOrDefault(other, now));
        }
      }
    }
  }

  void released(Attachment attachment) {
    LeaseRequest request = requests.remove(attachment);
    if (request == null) {
      return;
    }
    for (IpAddress address : List.copyOf(held.keySet())) {
      if (!attachment.equals(held.get(address))) {
        continue;
      }
      held.remove(address);
      if (isReserved(address)) {
        continue;
      }
      if (request.stickiness() == Stickiness.STICKY) {
        remembered
            .entrySet()
            .removeIf(
                entry ->
                    entry.getValue().equals(pod(request))
                        && Family.of(entry.getKey()) == Family.of(address));
        remembered.put(address, pod(request));
      } else {
        released.put(address, now);
      }
    }
  }

  void reserved(AddressRange range) {
    reserved.add(range);
    released.keySet().removeIf(range::contains);
    remembered.keySet().removeIf(range::contains);
  }

  /** The numbers of each block. */
  List<BlockUsage> usage() {
    List<BlockUsage> usage = new ArrayList<>();
    for (IpPrefix block : blocks.stream().sorted().toList()) {
      long[] counts = new long[4];
      for (int i = 0; i < 1 << block.hostBits(); i++) {
        IpAddress address = block.address(i);
        if (held.containsKey(address)) {
          counts[0]++;
        } else if (isTaken(address) || isReserved(address)) {
          counts[3]++;
        } else {
          counts[isCooling(address) ? 2 : 1]++;
        }
      }
      usage.add(new BlockUsage(block, counts[0], counts[1], counts[2], counts[3]));
    }
    return usage;
  }
}
