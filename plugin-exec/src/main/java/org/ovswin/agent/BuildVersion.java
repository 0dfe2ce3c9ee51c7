package org.ovswin.agent;

import java.util.Optional;

/** The version of the build, from the jar's manifest. */
public final class BuildVersion {
  /** Run from class files, as by an IDE, there is no manifest. */
  private static final String UNPACKAGED = "0.1.0-SNAPSHOT";

  private BuildVersion() {}

  /** Such as {@code 0.1.0}. */
  public static String text() {
    return Optional.ofNullable(BuildVersion.class.getPackage().getImplementationVersion())
        .orElse(UNPACKAGED);
  }
}
