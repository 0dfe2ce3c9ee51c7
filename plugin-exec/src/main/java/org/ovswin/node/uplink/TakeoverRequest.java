package org.ovswin.node.uplink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What shall be taken, and how long it may take.
 *
 * @param device the adapter
 * @param record the directory that the record is kept in, of which it is the only content; made by
 *     the takeover, on a file system that survives a reboot
 * @param bridge the bridge that becomes its switch
 * @param databaseSocket of ovsdb-server
 * @param stopAgent the command that ends whoever would take the adapter again while it is being put
 *     back; empty if nobody would
 * @param answerBound how long after {@link UplinkTakeover#verify} began it is put back unless it
 *     was committed
 * @param wholeBound the same from the beginning, whatever happened
 */
public record TakeoverRequest(
    String device,
    Path record,
    String bridge,
    Path databaseSocket,
    List<String> stopAgent,
    Duration answerBound,
    Duration wholeBound) {
  public static final Duration ANSWER_BOUND = Duration.ofSeconds(10);
  public static final Duration WHOLE_BOUND = Duration.ofSeconds(90);

  /** Also safe inside of a shell's double quotes. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}");

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_./:=@%+*, -]*");

  public TakeoverRequest {
    stopAgent = List.copyOf(stopAgent);
    require(NAME, "device", device);
    require(NAME, "bridge", bridge);
    require(WORD, "databaseSocket", databaseSocket.toString());
    stopAgent.forEach(word -> require(WORD, "stopAgent", word));
  }

  /** With the usual bounds. */
  public static TakeoverRequest of(
      String device, Path record, String bridge, Path databaseSocket, List<String> stopAgent) {
    return new TakeoverRequest(
        device, record, bridge, databaseSocket, stopAgent, ANSWER_BOUND, WHOLE_BOUND);
  }

  private static void require(Pattern pattern, String name, String value) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "%s: '%s' (expected: only characters of %s)".formatted(name, value, pattern));
    }
  }
}
