package org.ovswin.cni;

/**
 * What the executable does: the payload of the frame from agent to launcher.
 *
 * <pre>
 *   exit code (1 byte)  standard output
 * </pre>
 */
final class Answer {
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;

  private final int exitCode;
  private final byte[] standardOutput;

  private Answer(int exitCode, byte[] standardOutput) {
    this.exitCode = exitCode;
    this.standardOutput = standardOutput.clone();
  }

  static Answer success(byte[] standardOutput) {
    return new Answer(SUCCESS, standardOutput);
  }

  static Answer failure(byte[] standardOutput) {
    return new Answer(FAILURE, standardOutput);
  }

  /** Reads a payload, which has at least one byte. */
  static Answer decode(byte[] payload) {
    byte[] output = new byte[payload.length - 1];
    System.arraycopy(payload, 1, output, 0, output.length);
    return new Answer(Byte.toUnsignedInt(payload[0]), output);
  }

  byte[] encode() {
    byte[] payload = new byte[standardOutput.length + 1];
    payload[0] = (byte) exitCode;
    System.arraycopy(standardOutput, 0, payload, 1, standardOutput.length);
    return payload;
  }

  int exitCode() {
    return exitCode;
  }

  byte[] standardOutput() {
    return standardOutput.clone();
  }
}
