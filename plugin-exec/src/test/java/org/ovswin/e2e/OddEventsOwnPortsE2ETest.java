package org.ovswin.e2e;

import org.junit.jupiter.api.extension.RegisterExtension;

/** Of pods that bring their own ports. */
class OddEventsOwnPortsE2ETest extends OddEventsScenarios {
  @RegisterExtension static final Cluster cluster = ofOneNode().readyPorts(0);

  @Override
  Cluster cluster() {
    return cluster;
  }
}
