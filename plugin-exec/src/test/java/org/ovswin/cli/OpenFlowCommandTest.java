package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code ovs-win openflow print} and {@code encode}, from arguments and from lines. */
final class OpenFlowCommandTest {
  private static final String ADD =
      "060e005800000002000000000000000000000000000000000000000000008000"
          + "ffffffffffffffffffffffff000000000001000c800000040000000200000000"
          + "000400180000000000000010000000030000000000000000";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(CommandLine command, String... arguments) {
    return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  private int ovsWin(String... arguments) {
    return run(Main.commandLine(), arguments);
  }

  @Test
  void print_ofAMessage_isAsOfpPrintShowsIt() {
    assertThat(ovsWin("openflow", "print", ADD)).isZero();
    assertThat(out)
        .hasToString("OFPT_FLOW_MOD (OF1.5) (xid=0x2): ADD in_port=2 actions=output:3\n");
  }

  @Test
  void encode_ofAFlow_isWhatPrintShows() {
    assertThat(ovsWin("openflow", "encode", "--version", "1.5", "in_port=2 actions=3")).isZero();
    assertThat(out).hasToString(ADD + "\n");
  }

  @Test
  void encode_inAnotherVersion_carriesItsNumber() {
    assertThat(ovsWin("openflow", "encode", "--version", "1.3", "actions=drop")).isZero();
    assertThat(out.toString()).startsWith("040e");
  }

  @Test
  void encode_ofADeletion_takesNoActions() {
    assertThat(ovsWin("openflow", "encode", "--command", "delete", "table=3,cookie=1/-1"))
        .isEqualTo(1);
    assertThat(ovsWin("openflow", "encode", "--command", "delete", "table=3,cookie=1/0xff"))
        .isZero();
    assertThat(run(new CommandLine(new OpenFlowPrint()), out.toString().strip())).isZero();
    assertThat(out.toString()).endsWith("DEL table:3 cookie:0x1/0xff actions=drop\n");
  }

  @Test
  void encode_ofLines_tellsTheBadOnesAndGoesOn() {
    String lines =
        "# ours\nin_port=2 actions=3\n\nin_port=2 actions=outptu:3\nin_port=2 action=3\n";
    int code = run(new CommandLine(new OpenFlowEncode(new StringReader(lines))));
    assertThat(code).isEqualTo(1);
    assertThat(out).hasToString(ADD + "\n" + ADD + "\n");
    assertThat(err)
        .hasToString(
            "ovs-win: line 4: offset 18: outptu (expected: the name of an action, or a port)\n");
  }

  @Test
  void print_ofLines_tellsTheBadOnesAndGoesOn() {
    String lines = "0614000800000001\n06140009\n06x4\n06 15 00 08 00 00 00 01\n";
    int code = run(new CommandLine(new OpenFlowPrint(new StringReader(lines))));
    assertThat(code).isEqualTo(1);
    assertThat(out)
        .hasToString(
            "OFPT_BARRIER_REQUEST (OF1.5) (xid=0x1):\nOFPT_BARRIER_REPLY (OF1.5) (xid=0x1):\n");
    assertThat(err)
        .hasToString(
            """
            ovs-win: line 2: byte 4: 0 bytes left (expected: 4)
            ovs-win: line 3: byte 1: 'x' at character 2 (expected: hexadecimal digits)
            """);
  }

  @Test
  void encode_inAVersionThatIsNone_isMisuse() {
    assertThat(ovsWin("openflow", "encode", "--version", "1.2", "actions=drop"))
        .isEqualTo(Main.MISUSE);
    assertThat(err.toString()).contains("1.2 (expected: 1.3, 1.4 or 1.5)");
  }

  @Test
  void help_showsAnExample() {
    assertThat(ovsWin("openflow", "print", "--help")).isZero();
    assertThat(ovsWin("openflow", "encode", "--help")).isZero();
    assertThat(out.toString())
        .contains("Example: ovs-win openflow print")
        .contains("Example: ovs-win openflow encode");
  }
}
