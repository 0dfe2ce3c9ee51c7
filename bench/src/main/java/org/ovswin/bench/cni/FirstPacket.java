package org.ovswin.bench.cni;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.bench.measure.Spread;
import org.ovswin.lab.LabException;
import org.ovswin.sandbox.linux.Netns;

/**
 * Does the first packet of a pod arrive? Its socket is open before ADD, and the datagram to a pod
 * that is there already is sent as soon as ADD has answered.
 *
 * <p>The pod's kernel asks for the gateway's MAC first, and asks again after a second: what takes
 * longer than {@link #BOUND} counts as lost, so that a lost question does too.
 */
final class FirstPacket {
  private static final int PORT = 9;

  /** So many pods stay until they are deleted together. */
  private static final int BATCH = 25;

  private static final Duration BOUND = Duration.ofMillis(900);
  private static final Pattern ADDRESS = Pattern.compile("\"address\":\\s*\"([0-9.]+)/");

  private FirstPacket() {}

  static RowResult measure(Setting setting) throws IOException {
    Party ours = setting.ours();
    int count = setting.plan().senders();
    Rounds rounds = new Rounds();
    ours.hold(0);
    InetSocketAddress sink = new InetSocketAddress(address(ours.addOne()), PORT);
    BlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();
    int lost = 0;
    try (DatagramChannel receiver = bound(ours.sandbox(0), PORT)) {
      Thread.ofPlatform().daemon().name("first-packet").start(() -> receive(receiver, arrived));
      for (int first = 0; first < count; first += BATCH) {
        setting.progress().step("%s: pod %d of %d".formatted(Row.PACKET, first + 1, count));
        for (int i = first; i < Math.min(first + BATCH, count); i++) {
          lost += arrives(ours, i, sink, arrived, rounds) ? 0 : 1;
        }
        ours.hold(1);
      }
    }
    ours.hold(0);
    Spread losses = Spread.of(new double[] {lost});
    return Row.PACKET.result(
        List.of(
            new Measurement("lost of %d".formatted(count), "", losses),
            new Measurement("ours, from answer to arrival", "ms", rounds.of("arrival", 1e6))),
        List.of(Goal.atMost(0, "lost of %d".formatted(count), losses)));
  }

  private static boolean arrives(
      Party ours, int number, InetSocketAddress sink, BlockingQueue<Integer> arrived, Rounds rounds)
      throws IOException {
    ByteBuffer datagram = ByteBuffer.allocate(Integer.BYTES).putInt(0, number);
    try (DatagramChannel sender = bound(ours.sandbox(ours.pods()), 0)) {
      var _ = ours.addOne();
      long start = System.nanoTime();
      sender.send(datagram, sink);
      Integer first = arrived.poll(BOUND.toMillis(), TimeUnit.MILLISECONDS);
      // One that comes too late is counted as lost once, and not for the next pod.
      while (first != null && first != number) {
        first = arrived.poll(BOUND.toMillis(), TimeUnit.MILLISECONDS);
      }
      if (first != null) {
        rounds.add("arrival", (double) (System.nanoTime() - start));
      }
      return first != null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  private static String address(String result) throws IOException {
    Matcher matcher = ADDRESS.matcher(result);
    if (!matcher.find()) {
      throw new LabException("result: no address (expected: one in ips)");
    }
    return matcher.group(1);
  }

  /** A socket belongs for good to the namespace that it was opened in. */
  private static DatagramChannel bound(Path sandbox, int port) throws IOException {
    return Netns.call(
        sandbox,
        () -> {
          DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
          return channel.bind(new InetSocketAddress("0.0.0.0", port));
        });
  }

  private static void receive(DatagramChannel receiver, BlockingQueue<Integer> arrived) {
    ByteBuffer datagram = ByteBuffer.allocate(Integer.BYTES);
    try {
      while (true) {
        datagram.clear();
        receiver.receive(datagram);
        arrived.add(datagram.getInt(0));
      }
    } catch (IOException e) {
      // Closed: all pods have sent.
    }
  }
}
