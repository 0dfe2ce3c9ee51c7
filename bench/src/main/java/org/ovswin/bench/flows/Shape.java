package org.ovswin.bench.flows;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Nat;

/** What the flows of a measurement look like; each is one that a pod network writes in numbers. */
enum Shape {
  /** Routing to a pod: {@code ip,nw_dst=A actions=eth_src,eth_dst,dec_ttl,output}. */
  L3("l3") {
    @Override
    Flow flow(int index) {
      Match match = Match.builder().ethType(IPV4).ipv4Dst(TEN_SLASH_8 + index).build();
      return Flow.of(
          6,
          100,
          cookie(index),
          match,
          Actions.set(Field.ETH_SRC, 0x0200_0a00_0001L),
          Actions.set(Field.ETH_DST, 0x0200_0000_0000L + index),
          Actions.DEC_TTL,
          Actions.output(1 + index % 250));
    }
  },

  /** A service's endpoint: a new connection is committed and translated. */
  CT_NAT("ct-nat") {
    @Override
    Flow flow(int index) {
      Match match =
          Match.builder()
              .ethType(IPV4)
              .field(Field.CT_STATE, TRACKED | NEW, TRACKED | NEW)
              .ipv4Dst(TEN_SLASH_8 + index)
              .ipProto(TCP)
              .field(Field.TCP_DST, 80)
              .build();
      Action ct =
          Action.Ct.commit(1).withTable(5).withNat(Nat.dst(TEN_SLASH_8 + (index ^ 0x55), 8080));
      return Flow.of(4, 200, cookie(index), match, ct);
    }
  },

  /** A policy: sources, ports, and the flow of each conjunction, in turn. */
  CONJUNCTION("conjunction") {
    @Override
    Flow flow(int index) {
      int id = 1 + index / 3;
      return switch (index % 3) {
        case 0 ->
            Flow.of(
                8,
                100,
                cookie(index),
                Match.builder().ethType(IPV4).ipv4Src(TEN_SLASH_8 + index).build(),
                new Action.Conjunction(id, 0, 2));
        case 1 ->
            Flow.of(
                8,
                100,
                cookie(index),
                Match.builder()
                    .ethType(IPV4)
                    .ipProto(TCP)
                    .reg(5, index)
                    .field(Field.TCP_DST, 443)
                    .build(),
                new Action.Conjunction(id, 1, 2));
        default ->
            Flow.of(
                8,
                100,
                cookie(index),
                Match.builder().ethType(IPV4).field(Field.CONJ_ID, id).build(),
                Actions.set(Field.reg(4), id),
                new Action.Resubmit(
                    org.ovswin.openflow.PortNo.IN_PORT,
                    OptionalInt.of(9),
                    Action.Resubmit.Lookup.HEADERS));
      };
    }
  },

  /** A service's address: to one of {@link #GROUPS} select groups, which are there before. */
  GROUP("group") {
    @Override
    Flow flow(int index) {
      Match match =
          Match.builder()
              .ethType(IPV4)
              .ipv4Dst(TEN_SLASH_8 + index)
              .ipProto(TCP)
              .field(Field.TCP_DST, 80)
              .build();
      return Flow.of(
          3,
          200,
          cookie(index),
          match,
          Actions.set(Field.reg(3), index & 0xffff),
          new Action.Group(1 + index % GROUPS));
    }
  };

  static final int GROUPS = 256;

  /** So many flows share a cookie: those of one pod. */
  static final int FLOWS_OF_A_COOKIE = 20;

  private static final int IPV4 = 0x0800;
  private static final int TCP = 6;
  private static final int TEN_SLASH_8 = 10 << 24;
  private static final long NEW = 0x01;
  private static final long TRACKED = 0x20;

  private final String text;

  Shape(String text) {
    this.text = text;
  }

  /** The flow of this number; no two numbers below 2^24 have the same key. */
  abstract Flow flow(int index);

  /** The flows 0 to {@code count - 1}. */
  List<Flow> flows(int count) {
    return java.util.stream.IntStream.range(0, count).mapToObj(this::flow).toList();
  }

  private static long cookie(int index) {
    return new Cookie(0xbe, index / FLOWS_OF_A_COOKIE).toLong();
  }

  /** The groups that {@link #GROUP} sends to, in the syntax of {@code ovs-ofctl add-groups}. */
  static String groups() {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= GROUPS; i++) {
      text.append("group_id=")
          .append(i)
          .append(",type=select,bucket=weight:1,actions=set_field:")
          .append(i)
          .append("->reg0,resubmit(,4),bucket=weight:1,actions=set_field:")
          .append(i + GROUPS)
          .append("->reg0,resubmit(,4)\n");
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text.toLowerCase(Locale.ROOT);
  }
}
