package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * The order in which Open vSwitch numbers fields (OVS include/openvswitch/meta-flow.h), which is
 * not the order in which it writes them into a match. It lists the fields of a hash like this.
 */
final class FieldOrder {
  /** The first and last of each run of {@link Field}. */
  private static final Field[][] RUNS = {
    {Field.DP_HASH, Field.RECIRC_ID},
    {Field.PACKET_TYPE, Field.PACKET_TYPE},
    {Field.CONJ_ID, Field.CONJ_ID},
    {Field.TUN_ID, Field.TUN_IPV6_DST},
    {Field.TUN_FLAGS, Field.TUN_FLAGS},
    {Field.TUN_GBP_ID, Field.TUN_GTPU_MSGTYPE},
    {Field.METADATA, Field.METADATA},
    {Field.NXM_IN_PORT, Field.NXM_IN_PORT},
    {Field.IN_PORT, Field.ACTSET_OUTPUT},
    {Field.PKT_MARK, Field.CT_LABEL},
    {Field.CT_NW_PROTO, Field.CT_NW_PROTO},
    {Field.CT_NW_SRC, Field.CT_IPV6_DST},
    {Field.CT_TP_SRC, Field.CT_TP_DST},
    {Field.REG0, Field.REG15},
    {Field.XREG0, Field.XXREG3},
    {Field.ETH_SRC, Field.ETH_TYPE},
    {Field.VLAN_TCI, Field.VLAN_TCI},
    {Field.VLAN_VID, Field.VLAN_PCP},
    {Field.MPLS_LABEL, Field.MPLS_LABEL},
    {Field.MPLS_TC, Field.MPLS_TTL},
    {Field.IPV4_SRC, Field.IPV6_DST},
    {Field.IPV6_LABEL, Field.IP_PROTO},
    {Field.IP_TOS, Field.IP_TOS},
    {Field.IP_DSCP, Field.IP_TTL},
    {Field.IP_FRAG, Field.IP_FRAG},
    {Field.ARP_OP, Field.ARP_THA},
    {Field.TCP_SRC, Field.ICMPV6_CODE},
    {Field.ND_TARGET, Field.ND_TARGET},
    {Field.ND_SLL, Field.ND_TLL},
    {Field.ND_RESERVED, Field.ND_RESERVED},
    {Field.ND_OPTIONS_TYPE, Field.ND_OPTIONS_TYPE},
    {Field.NSH_FLAGS, Field.NSH_C4}
  };

  private static final List<Field> ORDER = order();

  /** Compares by the number that Open vSwitch gives the field. */
  static final Comparator<MatchField> BY_NUMBER =
      Comparator.comparingInt(f -> ORDER.indexOf(f.field()));

  private FieldOrder() {}

  private static List<Field> order() {
    List<Field> order = new ArrayList<>();
    for (Field[] run : RUNS) {
      order.addAll(EnumSet.range(run[0], run[1]));
    }
    return List.copyOf(order);
  }
}
