package org.ovswin.openflow.session;

/**
 * What a reconcile found and did, in flows and in meters.
 *
 * @param unchanged were right, and were not touched
 * @param added were missing, or had another cookie, timeout or flag and were replaced
 * @param modified had other actions; their counters went on
 * @param deleted were not desired
 * @param kept were not desired either, but were not to be deleted
 * @param meters were added, changed or deleted
 */
public record Reconciled(
    long unchanged, long added, long modified, long deleted, long kept, long meters) {
  /** Of flows alone. */
  public Reconciled(long unchanged, long added, long modified, long deleted, long kept) {
    this(unchanged, added, modified, deleted, kept, 0);
  }

  Reconciled withMeters(long changed) {
    return new Reconciled(unchanged, added, modified, deleted, kept, changed);
  }

  /** Whether the switch was as desired. */
  public boolean isNothing() {
    return added == 0 && modified == 0 && deleted == 0 && meters == 0;
  }
}
