package org.ovswin.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ovswin.agent.BuildVersion;

/**
 * What was measured on what; a number without it says nothing.
 *
 * @param commit of the checkout, as {@code git describe} says it, else the build's version
 * @param processor model name of the first CPU
 * @param memoryMib of the machine
 */
public record Machine(
    String commit,
    String processor,
    int cores,
    long memoryMib,
    String kernel,
    String openVSwitch,
    String java) {
  private static final int COMMAND_SECONDS = 10;

  public static Machine here() throws IOException {
    return new Machine(
        describe(),
        field("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch", "")),
        Runtime.getRuntime().availableProcessors(),
        mibOfMemory(),
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        firstLine(List.of("ovs-vswitchd", "--version")).orElse("unknown"),
        System.getProperty("java.vendor", "") + " " + Runtime.version());
  }

  private static String describe() throws IOException {
    String checkout = System.getProperty("ovswin.checkout", ".");
    return firstLine(List.of("git", "-C", checkout, "describe", "--always", "--dirty", "--tags"))
        .orElse(BuildVersion.text());
  }

  private static long mibOfMemory() throws IOException {
    String kib = field("/proc/meminfo", "MemTotal").orElse("0 kB");
    return Long.parseLong(kib.substring(0, kib.indexOf(' '))) / 1024;
  }

  /** Most memory that this process has had at once, in MiB. */
  public static long peakRssMib() throws IOException {
    String kib = field("/proc/self/status", "VmHWM").orElse("0 kB");
    return Long.parseLong(kib.substring(0, kib.indexOf(' '))) / 1024;
  }

  /** Processes that wanted to run, of the last minute, as the kernel says. */
  public static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  private static Optional<String> field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** Empty where there is no such program or it fails, as git does outside of a checkout. */
  public static Optional<String> firstLine(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return text.lines().findFirst();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
