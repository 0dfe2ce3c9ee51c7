package org.ovswin.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.Palette.Choice;
import org.ovswin.cli.report.Palette.Target;
import org.ovswin.cli.report.TextReport.Width;
import org.ovswin.cli.report.View.LeaseFilter;
import org.ovswin.ipam.address.AddressRange;

/** The parts that the renderers share. */
final class ReportTest {
  @ParameterizedTest
  @CsvSource({
    "0, now",
    "1, 1s ago",
    "59, 59s ago",
    "60, 1m ago",
    "3599, 59m ago",
    "3600, 1h ago",
    "86399, 23h ago",
    "86400, 1d ago",
    "8640000, 100d ago",
    "-5, in 5s",
    "-600, in 10m"
  })
  void age_isOneNumberAndItsUnit(long seconds, String text) {
    assertThat(Ages.ago(Reports.ago(seconds), Reports.NOW)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65533, 65533",
    "999999999, 999999999",
    "1000000000, ~2^30",
    "4294967293, ~2^32",
    "4611686018427387904, ~2^62",
    "9223372036854775807, ~2^63"
  })
  void count_isExactWhereSomebodyWouldReadIt(long count, String text) {
    assertThat(Numbers.text(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "ALWAYS, ELSEWHERE, 1, dumb, COLOURED",
    "NEVER, TERMINAL, '', xterm, PLAIN",
    "AUTO, TERMINAL, '', xterm-256color, COLOURED",
    "AUTO, ELSEWHERE, '', xterm-256color, PLAIN",
    "AUTO, TERMINAL, 1, xterm, PLAIN",
    "AUTO, TERMINAL, '', dumb, PLAIN",
    "AUTO, TERMINAL, '', '', PLAIN"
  })
  void colour_isUsedWhereTheTerminalCanAndNobodyMinds(
      Choice choice, Target target, String noColor, String term, Palette expected) {
    assertThat(Palette.of(choice, target, Map.of("NO_COLOR", noColor, "TERM", term)))
        .isEqualTo(expected);
  }

  @Test
  void colour_withoutTerm_isNotUsed() {
    assertThat(Palette.of(Choice.AUTO, Target.TERMINAL, Map.of())).isEqualTo(Palette.PLAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "web-0, , , , 10.244.0.2",
    "web, , , , ''",
    ", shop, , , 10.244.0.3",
    ", , 10.244.0.4, , 10.244.0.4",
    ", , 10.244.0.3-10.244.0.4, , '10.244.0.3,10.244.0.4'",
    ", , fd00:10:244::/64, , 10.244.0.2",
    ", , , 0123, 10.244.0.2",
    ", , , 123, ''",
    "web-0, shop, , , ''",
    ", , , , '10.244.0.2,10.244.0.3,10.244.0.4'"
  })
  void filter_takesTheLeasesThatMatchAll(
      String pod, String namespace, String addresses, String container, String expected) {
    LeaseFilter filter =
        new LeaseFilter(
            Optional.ofNullable(pod),
            Optional.ofNullable(namespace),
            Optional.ofNullable(addresses).map(AddressRange::parse),
            Optional.ofNullable(container));
    List<HeldLease> leases = Selection.leases(Reports.busy(), Optional.empty(), filter);
    assertThat(
            String.join(
                ",", leases.stream().map(l -> l.addresses().getFirst().toString()).toList()))
        .isEqualTo(expected);
  }

  @Test
  void leases_ofANode_areItsOwn() {
    assertThat(Selection.leases(Reports.busy(), Optional.of("node2"), LeaseFilter.ALL)).isEmpty();
    assertThat(Selection.leases(Reports.busy(), Optional.of("node1"), LeaseFilter.ALL)).hasSize(3);
  }

  @Test
  void unknownNode_isNamedWithThoseThereAre() {
    assertThatThrownBy(() -> text(new View.OneNode("node9")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--node: node9 (expected: one of node1, node2)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.9.0.0/16 | --range: 10.9.0.0/16 (expected: in one of the cluster's ranges,"
            + " 10.244.0.0/16, fd00:10:244::/56)",
        "10.244.0.0/25 | --range: 10.244.0.0/25 (expected: whole blocks, which are /24)"
      })
  void partOfTheCluster_thatIsNone_isRefused(String part, String message) {
    assertThatThrownBy(() -> text(new View.ClusterMap(Optional.of(Reports.prefix(part)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void partOfANode_thatIsNone_isRefused() {
    assertThatThrownBy(
            () -> text(new View.NodeMap("node1", Optional.of(Reports.prefix("10.244.1.0/24")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--range: 10.244.1.0/24 (expected: in one of the blocks of node1, 10.244.0.0/24,"
                + " 10.244.2.0/24, fd00:10:244::/64)");
  }

  @Test
  void mapOfAnotherMachinesNode_saysWhereToLook() {
    assertThat(text(new View.NodeMap("node2", Optional.empty())))
        .contains("the leases of node2 are on that node: run this there");
  }

  @Test
  void table_alignsNumbersRightAndHasNoBlanksAtLineEnds() {
    Table table = new Table("NAME", "COUNT", "NOTE").alignRight("COUNT");
    table.row("a", "7", "x");
    table.row("longer", "12345678", "");
    assertThat(table.lines())
        .containsExactly("NAME       COUNT  NOTE", "a              7  x", "longer  12345678");
    assertThatThrownBy(() -> table.alignRight("SIZE"))
        .hasMessage("heading: SIZE (expected: one of [NAME, COUNT, NOTE])");
  }

  private static List<String> text(View view) {
    return TextReport.lines(Reports.busy(), view, Width.NARROW, Palette.PLAIN);
  }
}
