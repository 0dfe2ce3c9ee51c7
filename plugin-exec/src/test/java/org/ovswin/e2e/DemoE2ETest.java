package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.DemoRun;
import org.ovswin.lab.Proof;

/** What {@code ovs-win demo} shows, each proof as a test of its own. */
class DemoE2ETest {
  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2);

  @TestFactory
  Stream<DynamicTest> demo_twoNodesOfThreePods_everyProofPasses() {
    List<Proof> proofs = DemoRun.run(cluster.lab(), 3, this::lease, proof -> {});
    return proofs.stream()
        .map(
            proof ->
                DynamicTest.dynamicTest(
                    proof.name(), () -> assertThat(proof.passed()).as(proof.toString()).isTrue()));
  }

  private Optional<String> lease(String node, String address) {
    return Footprint.of(cluster, node).leases().stream()
        .filter(lease -> lease.contains("addresses=[" + address + "]"))
        .findFirst();
  }
}
