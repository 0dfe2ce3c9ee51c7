package org.ovswin.openflow;

/** How {@code ovs-ofctl} writes a field's value in {@code set_field:} (meta-flow.h, MFS_*). */
enum FieldFormat {
  DECIMAL,
  HEX,
  ETHERNET,
  IPV4_ADDRESS,
  IPV6_ADDRESS,
  PORT,
  FRAGMENT,
  CT_BITS,
  TCP_BITS,
  TUNNEL_BITS,
  NAMESPACE_AND_TYPE
}
