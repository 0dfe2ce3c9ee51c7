/**
 * Addresses inside the blocks of one node: who holds which, kept in a journal that survives a crash
 * at any point, and who held which before.
 *
 * <p>{@link org.ovswin.ipam.lease.LeaseDatabase} is the way in, {@link
 * org.ovswin.ipam.lease.LeaseHistory} looks back, {@link org.ovswin.ipam.lease.LeaseCheck} explains
 * and repairs. Below them, without I/O: {@code LeaseTable} is the state, {@code BlockPool} that of
 * one block, {@code AddressChoice} the order of preference. On the disk: {@code Journal} with
 * {@code Compaction}, {@code HistoryFiles}, and {@code JournalStorage}, the few calls that they
 * make. Bytes: {@code FileHeader}, {@code FrameReader}, {@code EntryCodec}, {@code Tenure};
 * docs/lease-journal.md shows them.
 */
@NullMarked
package org.ovswin.ipam.lease;

import org.jspecify.annotations.NullMarked;
