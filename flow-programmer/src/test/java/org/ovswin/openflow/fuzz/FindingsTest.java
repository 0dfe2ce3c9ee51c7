package org.ovswin.openflow.fuzz;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found stays found. */
final class FindingsTest {
  @ParameterizedTest
  @MethodSource("findings")
  void finding_isReadOrRefused(Findings finding) {
    FuzzTarget.check(finding.family(), finding.input().toByteArray());
  }

  static List<Findings> findings() {
    return Findings.all();
  }
}
