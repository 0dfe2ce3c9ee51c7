package org.ovswin.sandbox.cni;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the CNI specification, such as 1.0.0. */
public record CniVersion(int major, int minor, int patch) implements Comparable<CniVersion> {
  /** What a configuration without a version means (specification, "Network configuration"). */
  static final CniVersion UNSTATED = new CniVersion(0, 1, 0);

  /** The first with CHECK, and with prevResult in DEL. */
  static final CniVersion WITH_CHECK = new CniVersion(0, 4, 0);

  /** The first with GC and STATUS. */
  static final CniVersion WITH_GC = new CniVersion(1, 1, 0);

  /** The newest that this code knows. */
  static final CniVersion NEWEST = new CniVersion(1, 1, 0);

  private static final Pattern TEXT =
      Pattern.compile("(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})");

  /**
   * Reads three numbers with dots between them.
   *
   * @throws IllegalArgumentException if {@code text} is not that
   */
  public static CniVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("%s (expected: a version such as 1.0.0)".formatted(text));
    }
    return new CniVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  public boolean isAtLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(CniVersion other) {
    return Comparator.comparingInt(CniVersion::major)
        .thenComparingInt(CniVersion::minor)
        .thenComparingInt(CniVersion::patch)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
