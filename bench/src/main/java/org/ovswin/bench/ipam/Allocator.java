package org.ovswin.bench.ipam;

import java.io.IOException;

/** Gives addresses to containers, one way or another. Called by many threads at once. */
interface Allocator {
  /** Returns when the container has an address. */
  void allocate(String containerId) throws IOException;

  /** Returns when the container has none any more. */
  void release(String containerId) throws IOException;
}
