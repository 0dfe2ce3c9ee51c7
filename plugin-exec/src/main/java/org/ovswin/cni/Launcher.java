package org.ovswin.cni;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The CNI plugin executable in Java: the reference for {@code ovs-win-cni.c}, and a fallback where
 * there is no compiled one. A start costs about fifty times as much.
 */
public final class Launcher {
  private static final String DEFAULT_SOCKET = "/run/ovs-win/cni.sock";
  private static final long DEFAULT_TIMEOUT_MILLIS = 60_000;
  private static final long MAX_TIMEOUT_MILLIS = 600_000;
  private static final String ABOUT =
      """
      ovs-win-cni is the CNI plugin of ovs-win, which container runtimes call with CNI_COMMAND set.
      It speaks CNI 0.1.0 to 1.1.0. For the command line, see: ovs-win --help
      """;
  private static final String VERSIONS =
      """
      {"cniVersion":"1.1.0","supportedVersions":\
      ["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}
      """;

  private final Map<String, String> environment;
  private final PrintStream output;
  private final String command;
  private final String socket;

  private Launcher(Map<String, String> environment, PrintStream output) {
    this.environment = environment;
    this.output = output;
    this.command = environment.getOrDefault("CNI_COMMAND", "");
    String path = environment.getOrDefault("OVS_WIN_CNI_SOCKET", "");
    this.socket = path.isEmpty() ? DEFAULT_SOCKET : path;
  }

  /** The executable. */
  public static void main(String[] args) {
    System.exit(run(System.getenv(), System.in, System.out, System.err));
  }

  /** The whole program; returns its exit code. */
  static int run(
      Map<String, String> environment, InputStream input, PrintStream output, PrintStream errors) {
    Launcher launcher = new Launcher(environment, output);
    if (launcher.command.isEmpty()) {
      errors.print(ABOUT);
      return 0;
    }
    int code = launcher.run(input);
    // An answer that nobody got is no success.
    return output.checkError() ? 1 : code;
  }

  private int run(InputStream input) {
    if (command.equals("VERSION")) {
      output.print(VERSIONS);
      return 0;
    }
    String timeout = environment.getOrDefault("OVS_WIN_CNI_TIMEOUT_MILLIS", "");
    long timeoutMillis = DEFAULT_TIMEOUT_MILLIS;
    if (!timeout.isEmpty()) {
      timeoutMillis = timeout.matches("[0-9]{1,6}") ? Long.parseLong(timeout) : 0;
      if (timeoutMillis < 1 || timeoutMillis > MAX_TIMEOUT_MILLIS) {
        return fail(
            CniErrors.INVALID_ENVIRONMENT,
            "OVS_WIN_CNI_TIMEOUT_MILLIS is not a number from 1 to 600000",
            timeout);
      }
    }
    return ask(input, timeoutMillis);
  }

  private int ask(InputStream input, long timeoutMillis) {
    long deadline = System.nanoTime() + Duration.ofMillis(timeoutMillis).toNanos();
    byte[] request;
    try {
      request = within(deadline, () -> request(input));
    } catch (TimeoutException e) {
      return fail(
          CniErrors.IO_FAILURE, "standard input did not end in time", timeoutMillis + " ms");
    } catch (IOException e) {
      return fail(
          CniErrors.IO_FAILURE, "standard input cannot be read", String.valueOf(e.getMessage()));
    }
    if (request.length > Frames.MAX_PAYLOAD_BYTES) {
      return fail(
          CniErrors.INVALID_NETWORK_CONFIG,
          "the request is too long",
          "more than " + Frames.MAX_PAYLOAD_BYTES + " bytes of configuration and environment");
    }
    try {
      return within(deadline, () -> exchange(request));
    } catch (TimeoutException e) {
      return failAgent("the ovs-win agent did not answer within " + timeoutMillis + " ms", "");
    } catch (IOException e) {
      return failAgent("the ovs-win agent closed the connection without an answer", "");
    }
  }

  /** The payload, cut where it is too long already. */
  private byte[] request(InputStream input) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("CNI_")) {
            variables.put(name, value);
          }
        });
    byte[] standardInput = input.readNBytes(Frames.MAX_PAYLOAD_BYTES + 1);
    return new Invocation(variables, standardInput).encode();
  }

  private int exchange(byte[] request) throws IOException {
    int length = socket.getBytes(StandardCharsets.UTF_8).length;
    if (length > SocketFile.MAX_PATH_BYTES) {
      return failAgent("the ovs-win agent cannot be reached", "File name too long");
    }
    try (SocketChannel agent = connect()) {
      send(agent, request);
      Answer answer = Answer.decode(Frames.read(agent));
      output.write(answer.standardOutput(), 0, answer.standardOutput().length);
      return answer.exitCode();
    } catch (ConnectFailure e) {
      String reason = String.valueOf(e.getMessage());
      boolean down =
          reason.equals("No such file or directory") || reason.equals("Connection refused");
      return failAgent(
          down ? "the ovs-win agent is not running" : "the ovs-win agent cannot be reached",
          reason);
    } catch (Frames.LengthException e) {
      return failAgent("the ovs-win agent's answer is malformed", String.valueOf(e.getMessage()));
    }
  }

  private static final class ConnectFailure extends IOException {
    ConnectFailure(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private SocketChannel connect() throws IOException {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new ConnectFailure(e);
    }
  }

  /**
   * An agent that refuses answers before it has read everything: its answer counts, not our failure
   * to send.
   */
  private static void send(SocketChannel agent, byte[] request) {
    try {
      Frames.write(agent, request);
    } catch (IOException refused) {
      // Whether there is an answer shows when it is read.
    }
  }

  private static <T> T within(long deadline, Callable<T> work)
      throws IOException, TimeoutException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().start(task);
    try {
      return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      EOFException failure = new EOFException("interrupted");
      failure.addSuppressed(e);
      throw failure;
    } finally {
      thread.interrupt();
    }
  }

  private int failAgent(String msg, String reason) {
    return fail(
        command.equals("STATUS") ? CniErrors.NOT_AVAILABLE : CniErrors.TRY_AGAIN_LATER,
        msg,
        reason.isEmpty() ? socket : socket + ": " + reason);
  }

  private int fail(int code, String msg, String details) {
    String line =
        "{\"cniVersion\":\"%s\",\"code\":%d,\"msg\":\"%s\",\"details\":\"%s\"}\n"
            .formatted(CniVersion.WHEN_UNKNOWN, code, escaped(msg), escaped(details));
    output.writeBytes(line.getBytes(StandardCharsets.UTF_8));
    return 1;
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < 0x20) {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
