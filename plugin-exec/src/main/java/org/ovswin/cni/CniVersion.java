package org.ovswin.cni;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The versions of the CNI specification that we speak, oldest first. */
public enum CniVersion {
  V0_1_0("0.1.0"),
  V0_2_0("0.2.0"),
  V0_3_0("0.3.0"),
  V0_3_1("0.3.1"),
  V0_4_0("0.4.0"),
  V1_0_0("1.0.0"),
  V1_1_0("1.1.0");

  /** What a configuration without {@code cniVersion} means. */
  public static final CniVersion WHEN_ABSENT = V0_1_0;

  /** What an error carries when no version could be read from the request. */
  public static final CniVersion WHEN_UNKNOWN = V1_0_0;

  /** The version that this plugin reports as its own. */
  public static final CniVersion CURRENT = V1_1_0;

  private final String text;

  CniVersion(String text) {
    this.text = text;
  }

  /** The version written exactly so, or empty if it is none of ours. */
  public static Optional<CniVersion> of(String text) {
    return Arrays.stream(values()).filter(version -> version.text.equals(text)).findFirst();
  }

  /** All versions as they appear in {@code supportedVersions}. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(version -> version.text).toList();
  }

  /** Whether this version is {@code other} or newer. */
  public boolean atLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }

  /** As in the specification: {@code 1.0.0}. */
  @Override
  public String toString() {
    return text;
  }
}
