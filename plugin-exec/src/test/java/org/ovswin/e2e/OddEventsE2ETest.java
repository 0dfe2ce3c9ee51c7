package org.ovswin.e2e;

import org.junit.jupiter.api.extension.RegisterExtension;

/** Of pods on ports that waited for them. */
class OddEventsE2ETest extends OddEventsScenarios {
  @RegisterExtension static final Cluster cluster = ofOneNode().readyPorts(16);

  @Override
  Cluster cluster() {
    return cluster;
  }
}
