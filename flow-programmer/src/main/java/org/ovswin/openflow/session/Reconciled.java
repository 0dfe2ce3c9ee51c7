package org.ovswin.openflow.session;

/**
 * What a reconcile found and did, in flows.
 *
 * @param unchanged were right, and were not touched
 * @param added were missing, or had another cookie, timeout or flag and were replaced
 * @param modified had other actions; their counters went on
 * @param deleted were not desired
 * @param kept were not desired either, but were not to be deleted
 */
public record Reconciled(long unchanged, long added, long modified, long deleted, long kept) {
  /** Whether the switch was as desired. */
  public boolean isNothing() {
    return added == 0 && modified == 0 && deleted == 0;
  }
}
