package org.ovswin.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** CPU time that processes have used, in nanoseconds. */
public final class Cpu {
  /** USER_HZ, in which proc(5) counts, is 100 on every Linux that Java runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private Cpu() {}

  /** Of this process, all living threads, the compiler's and the collector's too. */
  public static long own() {
    return of(ProcessHandle.current().pid());
  }

  /** Of the children of this process that have ended and were waited for; in steps of 10 ms. */
  public static long endedChildren() {
    String[] fields = afterCommand(Path.of("/proc/self/stat"));
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * NANOS_PER_TICK;
  }

  /** Of a process's living threads; to the nanosecond, where ticks would be too coarse. */
  public static long of(long pid) {
    long sum = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        try {
          String text = Files.readString(thread.resolve("schedstat"));
          sum += Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (NoSuchFileException e) {
          // The thread has ended since.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/" + pid + ": " + e.getMessage(), e);
    }
    return sum;
  }

  /** The fields of a stat file from the third on: the second may itself hold spaces. */
  private static String[] afterCommand(Path stat) {
    try {
      String text = Files.readString(stat);
      return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
