package org.ovswin.ipam.block;

/** Deliveries of the {@link ClusterView} that go on until this is closed. */
public interface Watch extends AutoCloseable {
  /** No delivery begins after this; one under way still comes to its end. */
  @Override
  void close();
}
