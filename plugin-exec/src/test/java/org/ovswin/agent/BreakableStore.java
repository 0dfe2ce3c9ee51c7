package org.ovswin.agent;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;

/** Opens a directory's store for an agent, as over a line that can be cut. */
final class BreakableStore {
  static final String CUT = "the line is cut";

  private enum Line {
    WHOLE,
    CUT
  }

  private final Path directory;
  private final AtomicReference<Line> line = new AtomicReference<>(Line.WHOLE);

  BreakableStore(Path directory) {
    this.directory = directory;
  }

  void cut() {
    line.set(Line.CUT);
  }

  void mend() {
    line.set(Line.WHOLE);
  }

  /** For the test itself; never cut. Blocks that are released have no grace. */
  BlockStore direct(ClusterRanges ranges) throws IOException {
    return FileBlockStore.open(
        directory, new StoreOptions(ranges, Duration.ZERO, InstantSource.system()));
  }

  /** What the agent works with. */
  BlockStore open(ClusterRanges ranges) throws IOException {
    requireWhole();
    BlockStore store = direct(ranges);
    return (BlockStore)
        Proxy.newProxyInstance(
            BlockStore.class.getClassLoader(),
            new Class<?>[] {BlockStore.class},
            (_, method, arguments) -> call(store, method, arguments));
  }

  private Object call(BlockStore store, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      // These neither block nor fail.
      case "description", "health", "close" -> {}
      default -> requireWhole();
    }
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private void requireWhole() throws IOException {
    if (line.get() == Line.CUT) {
      throw new IOException(CUT);
    }
  }
}
