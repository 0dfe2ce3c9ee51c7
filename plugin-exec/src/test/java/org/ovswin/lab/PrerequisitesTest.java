package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrerequisitesTest {
  @Test
  void missing_nothingOnThePath_namesEachProgramAndItsPackage(@TempDir Path empty) {
    assertThat(Prerequisites.missing(List.of(empty), empty.resolve("schema")))
        .contains(
            "ovs-vswitchd: not on the PATH (install openvswitch-switch)",
            "ping: not on the PATH (install iputils-ping)")
        .last()
        .isEqualTo(empty.resolve("schema") + ": not there (install openvswitch-common)");
  }

  @Test
  void missing_thisMachine_isNone() {
    assertThat(Prerequisites.missing()).isEmpty();
  }
}
