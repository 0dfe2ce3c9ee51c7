package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes sockets that live in a network namespace, for a process that stays outside of it.
 *
 * <p>A socket belongs for good to the namespace of the thread that made it (setns(2)), and so one
 * platform thread enters the namespace and makes them all.
 */
final class NamespaceDialer implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;

  private final ExecutorService inside = Executors.newSingleThreadExecutor();

  NamespaceDialer(String namespace) throws IOException {
    try {
      inside
          .submit(
              () -> {
                enter(namespace);
                return null;
              })
          .get();
    } catch (ExecutionException | InterruptedException e) {
      inside.shutdownNow();
      throw new IOException("cannot enter network namespace " + namespace, e);
    }
  }

  /** A socket of the namespace, not connected yet. */
  SocketChannel open() throws IOException {
    try {
      return inside.submit(() -> SocketChannel.open()).get();
    } catch (ExecutionException e) {
      throw new IOException("cannot open a socket in the namespace", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void enter(String namespace) throws IOException {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle open =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("open"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
              Linker.Option.firstVariadicArg(2));
      MethodHandle setns =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setns"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      MethodHandle close =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("close"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      MemorySegment path = arena.allocateFrom("/run/netns/" + namespace);
      int file = (int) open.invokeExact(path, 0);
      int entered = (int) setns.invokeExact(file, CLONE_NEWNET);
      int _ = (int) close.invokeExact(file);
      if (file < 0 || entered != 0) {
        throw new IOException(
            "setns " + namespace + ": open=" + file + " setns=" + entered + " (expected: root)");
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("setns " + namespace, e);
    }
  }

  @Override
  public void close() {
    inside.shutdownNow();
  }
}
