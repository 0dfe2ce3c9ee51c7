package org.ovswin.agent;

import java.util.List;
import java.util.Set;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pods of a boot before this one: their namespaces went with it, and no runtime will ever delete
 * them. What is at the path of their sandbox now is another pod's, so that nothing may be attached
 * there.
 */
final class EarlierBoot {
  private static final Logger LOG = LoggerFactory.getLogger(EarlierBoot.class);

  private EarlierBoot() {}

  /**
   * Wants none of them any more, before anything is done for any pod.
   *
   * @param devices the host's ends of pods' devices, and the ready ports that pods are on. None
   *     outlives its boot, so that a pod which has one is of this boot, whatever the lease says
   */
  static void withdraw(LeaseDatabase leases, String bootId, Set<String> devices) {
    for (Lease lease : List.copyOf(leases.leases())) {
      if (lease.phase() == Lease.Phase.HELD
          && !lease.bootId().equals(bootId)
          && !devices.contains(PodView.of(lease).hostName())) {
        LOG.info(
            "container={} addresses={} reclaimed: of an earlier boot",
            lease.attachment().containerId(),
            lease.addresses());
        var _ = leases.withdraw(lease.attachment());
      }
    }
  }
}
