package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;

/** Half a million flows, desired and in the switch, in a heap of 64 MB. */
final class SmallMemoryTest {
  private static final int FLOWS = 500_000;
  private static final int TABLES = 5;

  @Test
  void reconcile_halfAMillionFlows_fitsIn64Megabytes() throws Exception {
    try (RunningSwitch vswitch = RunningSwitch.start()) {
      Path socket = vswitch.addBridge("br0", 0);
      String java = ProcessHandle.current().info().command().orElseThrow();
      Process process =
          new ProcessBuilder(
                  java,
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Child.class.getName(),
                  socket.toString())
              .redirectErrorStream(true)
              .start();
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
            .contains("added " + new Reconciled(0, FLOWS, 0, 0, 0))
            .contains("again " + new Reconciled(FLOWS, 0, 0, 0, 0))
            .contains(
                "other " + new Reconciled(FLOWS / 5 * 2, FLOWS / 5, FLOWS / 5 * 2, FLOWS / 5, 0))
            .contains("none " + new Reconciled(0, 0, 0, FLOWS, 0));
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Runs in the small heap. */
  static final class Child {
    private Child() {}

    /** One fifth new, two fifths with other actions, in all. */
    public static void main(String[] args) {
      RecordingListener listener = new RecordingListener();
      try (SwitchConnection connection = SwitchConnection.open(Path.of(args[0]), listener)) {
        listener.awaitConnections(1);
        say("added", connection, flows(i -> flow(i, 1)));
        say("again", connection, flows(i -> flow(i, 1)));
        say(
            "other",
            connection,
            flows(
                i ->
                    switch (i % 5) {
                      case 0 -> flow(FLOWS + i, 1);
                      case 1, 2 -> flow(i, 2);
                      default -> flow(i, 1);
                    }));
        say("none", connection, List.of());
      }
    }

    @SuppressWarnings("SystemOut") // This is how a child tells its parent.
    private static void say(String what, SwitchConnection connection, Iterable<Flow> desired) {
      long begin = System.nanoTime();
      Reconciled result = connection.reconcile(Cookie.OURS, Cookie.MASK, desired, _ -> true).join();
      long millis = (System.nanoTime() - begin) / 1_000_000;
      System.out.println(what + " " + result + " in " + millis + " ms");
    }

    private static Iterable<Flow> flows(IntFunction<Flow> flow) {
      return () -> IntStream.range(0, FLOWS).mapToObj(flow).iterator();
    }

    /** The last table first; five neighbours share a table. */
    private static Flow flow(int i, int port) {
      int table = TABLES - 1 - i % FLOWS / (FLOWS / TABLES);
      return Flow.of(
          table,
          100,
          new Cookie(1, i).toLong(),
          Match.builder().ethType(0x0800).inPort(PortNo.LOCAL).ipv4Dst(0x0a00_0000 + i).build(),
          Actions.set(Field.ETH_DST, 0x0200_0000_0000L + i),
          Actions.DEC_TTL,
          Actions.output(port));
    }
  }
}
