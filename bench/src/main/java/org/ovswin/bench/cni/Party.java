package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A plugin and the pods that it has attached. Used by one thread. */
final class Party {
  private static final int GROWING = 8;

  private final Plugin plugin;
  private final List<Path> sandboxes;
  private final Settled settled;
  private final List<String> attached = new ArrayList<>();
  private int series;

  /** Waits until nothing is being made or torn down any more. */
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

  /** Attaches one more pod, from this thread; returns the plugin's answer. */
  String addOne() throws IOException {
    Path sandbox = sandboxes.get(attached.size());
    attached.add(containerId());
    return plugin.call("ADD", attached.getLast(), sandbox);
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

  /** Attaches or detaches as many as are missing or too many, and waits until that is all. */
  void hold(int pods) throws IOException {
    if (attached.size() < pods) {
      var _ = add(pods - attached.size(), GROWING);
    } else {
      var _ = delete(attached.size() - pods, GROWING);
    }
    var _ = settle();
  }

  /**
   * Waits until nothing is under way any more, if the plugin goes on after its answer.
   *
   * @return how long that took, in nanoseconds
   */
  double settle() throws IOException {
    long start = System.nanoTime();
    settled.await(attached.size());
    return System.nanoTime() - start;
  }

  /** As long as those of container runtimes, and another one each time. */
  private String containerId() {
    return "%08x%056x".formatted(plugin.name().hashCode(), series++);
  }

  Path sandbox(int index) {
    return sandboxes.get(index);
  }
}
