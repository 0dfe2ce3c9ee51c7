/**
 * Addresses inside one node block: who holds which, kept in a journal that survives a crash at any
 * point.
 *
 * <p>{@link org.ovswin.ipam.lease.LeaseDatabase} is the way in. Below it, {@code LeaseTable} is the
 * state (no I/O), {@code Journal} the file, {@code EntryCodec} its bytes, and {@code
 * JournalStorage} the few calls that the journal makes on a disk.
 */
@NullMarked
package org.ovswin.ipam.lease;

import org.jspecify.annotations.NullMarked;
