package org.ovswin.cni;

import java.util.List;

/**
 * All errors that a CNI call can end with: one factory per code. Messages give the field, the value
 * and what was expected.
 */
public final class CniErrors {
  public static final int INCOMPATIBLE_VERSION = 1;
  public static final int UNSUPPORTED_FIELD = 2;
  public static final int UNKNOWN_CONTAINER = 3;
  public static final int INVALID_ENVIRONMENT = 4;
  public static final int IO_FAILURE = 5;
  public static final int DECODING_FAILURE = 6;
  public static final int INVALID_NETWORK_CONFIG = 7;
  public static final int TRY_AGAIN_LATER = 11;
  public static final int NOT_AVAILABLE = 50;
  public static final int LIMITED_CONNECTIVITY = 51;

  /** Ours: a fault of this program. */
  public static final int INTERNAL = 100;

  /** Ours: CHECK found the attachment different from its {@code prevResult}. */
  public static final int CHECK_FAILED = 101;

  /** Ours: who asks is neither root nor the agent's own user. */
  public static final int NOT_PERMITTED = 102;

  /** Longer values are cut in messages. */
  private static final int MAX_VALUE_CHARS = 120;

  private CniErrors() {}

  static CniException unsupportedVersion(String version) {
    return new CniException(
        INCOMPATIBLE_VERSION,
        "cniVersion: %s (expected: one of %s)"
            .formatted(shortened(version), String.join(", ", CniVersion.texts())),
        "");
  }

  static CniException verbNewerThan(CniVersion version, CniVerb verb) {
    return new CniException(
        INCOMPATIBLE_VERSION,
        "cniVersion: %s (expected: %s or newer for %s)".formatted(version, verb.since(), verb),
        "");
  }

  /** A field that is legal but asks for what we do not do. */
  public static CniException unsupportedField(String field, String value, String expectation) {
    return new CniException(UNSUPPORTED_FIELD, fieldMessage(field, value, expectation), "");
  }

  /** The container does not exist; the runtime need not call DEL. */
  public static CniException unknownContainer(String containerId) {
    return new CniException(
        UNKNOWN_CONTAINER,
        fieldMessage(CniVerb.Env.CNI_CONTAINERID, containerId, "a container that this node knows"),
        "");
  }

  static CniException missingEnvironment(List<String> names) {
    return new CniException(
        INVALID_ENVIRONMENT, "missing environment variables: " + String.join(", ", names), "");
  }

  /** An environment variable, CNI_NETNS that does not exist included. */
  public static CniException invalidEnvironment(String name, String value, String expectation) {
    return new CniException(INVALID_ENVIRONMENT, fieldMessage(name, value, expectation), "");
  }

  static CniException unsupportedVerb(CniVerb verb) {
    return invalidEnvironment(
        CniVerb.Env.CNI_COMMAND, verb.name(), "a command that this agent supports");
  }

  static CniException ioFailure(String msg) {
    return new CniException(IO_FAILURE, msg, "");
  }

  static CniException decodingFailure(String msg) {
    return new CniException(DECODING_FAILURE, msg, "");
  }

  /** A field of the network configuration with a value that cannot be. */
  public static CniException invalidConfig(String field, String value, String expectation) {
    return new CniException(INVALID_NETWORK_CONFIG, fieldMessage(field, value, expectation), "");
  }

  /**
   * Something that passes: Open vSwitch down, no address free.
   *
   * @param details more of it, or empty
   */
  public static CniException tryAgainLater(String msg, String details) {
    return new CniException(TRY_AGAIN_LATER, msg, details);
  }

  /** STATUS: an ADD cannot be served now. */
  public static CniException notAvailable(String msg, String details) {
    return new CniException(NOT_AVAILABLE, msg, details);
  }

  /** STATUS: an ADD cannot be served, and existing attachments are impaired as well. */
  public static CniException limitedConnectivity(String msg, String details) {
    return new CniException(LIMITED_CONNECTIVITY, msg, details);
  }

  /**
   * CHECK: what is there differs.
   *
   * @param field for example {@code interfaces[0].mac} or {@code flows}
   */
  public static CniException checkFailed(String field, String found, String expectation) {
    return new CniException(CHECK_FAILED, fieldMessage(field, found, expectation), "");
  }

  /** A fault of ours that the caller can do nothing about; the log has the rest. */
  public static CniException internal(String msg) {
    return new CniException(INTERNAL, "internal: " + msg, "");
  }

  static CniException notPermitted(String user) {
    return new CniException(
        NOT_PERMITTED, fieldMessage("user", user, "root or the user of the agent"), "");
  }

  private static String fieldMessage(String field, String value, String expectation) {
    return "%s: %s (expected: %s)".formatted(field, shortened(value), expectation);
  }

  private static String shortened(String value) {
    if (value.length() <= MAX_VALUE_CHARS) {
      return value;
    }
    // Not between the halves of a surrogate pair: the output would not be Unicode.
    int end =
        Character.isHighSurrogate(value.charAt(MAX_VALUE_CHARS - 1))
            ? MAX_VALUE_CHARS - 1
            : MAX_VALUE_CHARS;
    return value.substring(0, end) + "… (" + value.length() + " characters)";
  }
}
