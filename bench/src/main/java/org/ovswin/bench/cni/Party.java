package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A plugin and the pods that it has attached. Used by one thread. */
final class Party {
  private final Plugin plugin;
  private final List<Path> sandboxes;
  private final Settled settled;
  private final List<String> attached = new ArrayList<>();
  private int series;

  /** Waits until nothing is being torn down any more. */
  @FunctionalInterface
  interface Settled {
    void await(int pods) throws IOException;
  }

  /**
   * @param sandboxes as many as there will be pods at once
   */
  Party(Plugin plugin, List<Path> sandboxes, Settled settled) {
    this.plugin = plugin;
    this.sandboxes = List.copyOf(sandboxes);
    this.settled = settled;
  }

  String name() {
    return plugin.name();
  }

  Plugin plugin() {
    return plugin;
  }

  int pods() {
    return attached.size();
  }

  Callers.Times add(int count, int callers) throws IOException {
    int there = attached.size();
    for (int i = 0; i < count; i++) {
      attached.add(containerId());
    }
    return Callers.run(
        plugin.host(),
        callers,
        count,
        i -> {
          var _ = plugin.call("ADD", attached.get(there + i), sandboxes.get(there + i));
        });
  }

  /** Those that came last. Only then may others be measured. */
  Callers.Times delete(int count, int callers) throws IOException {
    int rest = attached.size() - count;
    Callers.Times times =
        Callers.run(
            plugin.host(),
            callers,
            count,
            i -> {
              var _ = plugin.call("DEL", attached.get(rest + i), sandboxes.get(rest + i));
            });
    attached.subList(rest, attached.size()).clear();
    return times;
  }

  /** Waits until what was deleted is gone, if the plugin goes on with it after its answer. */
  double settle() throws IOException {
    long start = System.nanoTime();
    settled.await(attached.size());
    return System.nanoTime() - start;
  }

  /** As long as those of container runtimes, and another one each time. */
  String containerId() {
    return "%08x%056x".formatted(plugin.name().hashCode(), series++);
  }

  Path sandbox(int index) {
    return sandboxes.get(index);
  }
}
