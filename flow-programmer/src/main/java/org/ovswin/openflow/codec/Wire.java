package org.ovswin.openflow.codec;

/** The numbers of actions and instructions, as in openflow.h and OVS lib/ofp-actions.c. */
final class Wire {
  static final int EXPERIMENTER = 0xffff;
  static final int NICIRA = 0x0000_2320;
  static final int ONF = 0x4f4e_4600;

  static final int OUTPUT = 0;
  static final int SET_MPLS_TTL = 15;
  static final int DEC_MPLS_TTL = 16;
  static final int PUSH_VLAN = 17;
  static final int POP_VLAN = 18;
  static final int PUSH_MPLS = 19;
  static final int POP_MPLS = 20;
  static final int SET_QUEUE = 21;
  static final int GROUP = 22;
  static final int SET_NW_TTL = 23;
  static final int DEC_NW_TTL = 24;
  static final int SET_FIELD = 25;
  static final int COPY_FIELD = 28;
  static final int METER = 29;

  static final int NX_RESUBMIT = 1;
  static final int NX_POP_QUEUE = 5;
  static final int NX_REG_MOVE = 6;
  static final int NX_REG_LOAD = 7;
  static final int NX_NOTE = 8;
  static final int NX_MULTIPATH = 10;
  static final int NX_BUNDLE = 12;
  static final int NX_BUNDLE_LOAD = 13;
  static final int NX_RESUBMIT_TABLE = 14;
  static final int NX_OUTPUT_REG = 15;
  static final int NX_LEARN = 16;
  static final int NX_EXIT = 17;
  static final int NX_FIN_TIMEOUT = 19;
  static final int NX_CONTROLLER = 20;
  static final int NX_DEC_TTL_CNT_IDS = 21;
  static final int NX_STACK_PUSH = 27;
  static final int NX_STACK_POP = 28;
  static final int NX_SAMPLE = 29;
  static final int NX_REG_LOAD2 = 33;
  static final int NX_CONJUNCTION = 34;
  static final int NX_CT = 35;
  static final int NX_NAT = 36;
  static final int NX_CONTROLLER2 = 37;
  static final int NX_SAMPLE2 = 38;
  static final int NX_OUTPUT_TRUNC = 39;
  static final int NX_SAMPLE3 = 41;
  static final int NX_CLONE = 42;
  static final int NX_CT_CLEAR = 43;
  static final int NX_RESUBMIT_TABLE_CT = 44;
  static final int NX_LEARN2 = 45;
  static final int NX_ENCAP = 46;
  static final int NX_DECAP = 47;
  static final int NX_DEC_NSH_TTL = 48;
  static final int NX_CHECK_PKT_LARGER = 49;
  static final int NX_DELETE_FIELD = 50;
  static final int NX_DEBUG_SLOW = 254;
  static final int NX_DEBUG_RECIRC = 255;

  /** The table of a resubmit that stays in the current one. */
  static final int THIS_TABLE = 0xff;

  static final int CT_COMMIT = 1;
  static final int CT_FORCE = 2;
  static final int NO_RECIRCULATION = 0xff;

  static final int NAT_SRC = 1;
  static final int NAT_DST = 2;
  static final int NAT_PERSISTENT = 4;
  static final int NAT_HASH = 8;
  static final int NAT_RANDOM = 0x10;
  static final int NAT_IPV4_MIN = 1;
  static final int NAT_IPV4_MAX = 2;
  static final int NAT_IPV6_MIN = 4;
  static final int NAT_IPV6_MAX = 8;
  static final int NAT_PROTO_MIN = 0x10;
  static final int NAT_PROTO_MAX = 0x20;

  static final int CONTROLLER2_MAX_LEN = 0;
  static final int CONTROLLER2_ID = 1;
  static final int CONTROLLER2_REASON = 2;
  static final int CONTROLLER2_USERDATA = 3;
  static final int CONTROLLER2_PAUSE = 4;
  static final int CONTROLLER2_METER = 5;

  static final int INSTRUCTION_GOTO_TABLE = 1;
  static final int INSTRUCTION_WRITE_METADATA = 2;
  static final int INSTRUCTION_WRITE_ACTIONS = 3;
  static final int INSTRUCTION_APPLY_ACTIONS = 4;
  static final int INSTRUCTION_CLEAR_ACTIONS = 5;
  static final int INSTRUCTION_METER = 6;

  private Wire() {}

  /** The number of a constant of an enum that is declared in wire order, from 0. */
  @SuppressWarnings("EnumOrdinal")
  static int indexOf(Enum<?> constant) {
    return constant.ordinal();
  }
}
