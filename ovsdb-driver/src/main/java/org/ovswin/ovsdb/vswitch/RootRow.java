package org.ovswin.ovsdb.vswitch;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The row of the Open_vSwitch table (ovs-vswitchd.conf.db(5)).
 *
 * @param nextCfg the configuration's sequence number; every transaction of {@link Vswitch#apply}
 *     raises it
 * @param curCfg the last {@code nextCfg} that ovs-vswitchd has taken over completely
 * @param ovsVersion as ovs-ctl recorded it
 * @param datapathTypes that ovs-vswitchd offers; empty before it first ran
 * @param ifaceTypes interface types that ovs-vswitchd offers; empty before it first ran
 */
public record RootRow(
    UUID uuid,
    long nextCfg,
    long curCfg,
    Optional<String> ovsVersion,
    Set<String> datapathTypes,
    Set<String> ifaceTypes,
    Map<String, String> externalIds) {

  public RootRow {
    datapathTypes = Set.copyOf(datapathTypes);
    ifaceTypes = Set.copyOf(ifaceTypes);
    externalIds = Map.copyOf(externalIds);
  }
}
