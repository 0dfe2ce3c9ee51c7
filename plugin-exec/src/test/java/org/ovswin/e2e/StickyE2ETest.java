package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Pod;

/** Pods of a StatefulSet in a block of five addresses, none of which has to cool down. */
class StickyE2ETest {
  @RegisterExtension final Cluster cluster = Cluster.ofNodes(1).notStarted();

  @BeforeEach
  void start() {
    cluster.edit(
        cluster.node(1),
        Settings.all(Settings.ranges("10.244.0.0/29 /29"), Settings.ipam("{coolDown: 0s}")));
    cluster.node(1).startOvs();
    cluster.node(1).startAgent();
    cluster.rememberEmpty(cluster.node(1));
  }

  @Test
  void podOfAStatefulSet_comesBack_hasItsAddressThatNobodyTookMeanwhile() {
    Pod before = cluster.pod(1, "web-0");
    cluster.delete(before);
    List<Pod> others = cluster.pods(1, Cluster.names("other", 4));
    assertThat(others).extracting(Pod::address).doesNotContain(before.address());
    Pod again = cluster.pod(1, "web-0");
    assertThat(again.address()).isEqualTo(before.address());
    cluster.allTalk(again, others.getFirst(), others.getLast());
  }

  @Test
  void podOfAStatefulSet_comesBackAfterTheAgentDid_hasItsAddress() {
    cluster.pod(1, "first");
    Pod before = cluster.pod(1, "web-0");
    cluster.delete(before);
    cluster.node(1).restartAgent();
    List<Pod> others = cluster.pods(1, Cluster.names("other", 3));
    assertThat(others).extracting(Pod::address).doesNotContain(before.address());
    Pod again = cluster.pod(1, "web-0");
    assertThat(again.address()).isEqualTo(before.address());
    cluster.allTalk(again, others.getFirst());
  }

  /** An address that one pod may want again is no reason to refuse one that wants it now. */
  @Test
  void blockThatIsFull_givesUpWhatItRemembered() {
    Pod before = cluster.pod(1, "web-0");
    cluster.delete(before);
    List<Pod> others = cluster.pods(1, Cluster.names("other", 5));
    assertThat(others).extracting(Pod::address).contains(before.address());
    Pod last =
        others.stream()
            .filter(p -> !p.address().equals(before.address()))
            .findFirst()
            .orElseThrow();
    cluster.delete(last);
    Pod again = cluster.pod(1, "web-0");
    assertThat(again.address()).isEqualTo(last.address());
    cluster.allTalk(again, others.stream().filter(p -> !p.equals(last)).findFirst().orElseThrow());
  }

  @Test
  void podOfNoStatefulSet_isNotRemembered() {
    Pod before = cluster.pod(1, "other");
    cluster.delete(before);
    Pod again = cluster.pod(1, "other");
    assertThat(again.address()).as("round robin").isNotEqualTo(before.address());
  }
}
