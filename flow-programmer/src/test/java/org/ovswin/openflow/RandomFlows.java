package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/**
 * Flows that a switch accepts, made from a seed: every kind of match and action that the model
 * knows and that needs no group or meter to exist. The same seed makes the same flows.
 */
public final class RandomFlows {
  private static final int LAST_TABLE = 200;

  private final Random random;
  private final Optional<RandomRareActions> rare;
  private int headers;
  private int protocol;

  public RandomFlows(long seed) {
    this.random = new Random(seed);
    this.rare = Optional.empty();
  }

  private RandomFlows(Random random) {
    this.random = random;
    this.rare = Optional.of(new RandomRareActions(random));
  }

  /** Flows that may also have what only a switch that is prepared for it takes. */
  public static RandomFlows ofEverything(long seed) {
    return new RandomFlows(new Random(seed));
  }

  /** That many flows, no two of the same table, priority and match. */
  public List<Flow> distinct(int count) {
    List<Flow> flows = new ArrayList<>();
    Set<Flow.Key> keys = new HashSet<>();
    while (flows.size() < count) {
      Flow flow = next();
      if (keys.add(flow.key())) {
        flows.add(flow);
      }
    }
    return flows;
  }

  /** One flow. */
  public Flow next() {
    int table = random.nextInt(LAST_TABLE);
    Match match = match();
    EnumSet<FlowFlag> flags = EnumSet.noneOf(FlowFlag.class);
    if (chance(10)) {
      flags.add(FlowFlag.SEND_FLOW_REM);
    }
    return new Flow(
        table,
        random.nextInt(0x10000),
        new Cookie(random.nextInt(256), random.nextLong(1L << Cookie.OBJECT_BITS)).toLong(),
        match,
        actions(table),
        chance(10) ? 1000 + random.nextInt(1000) : 0,
        chance(10) ? 1000 + random.nextInt(1000) : 0,
        flags,
        0);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private Match match() {
    Match.Builder match = Match.builder();
    metadata(match);
    links(match);
    headers = List.of(0, 0x0800, 0x86dd, 0x0806, 0x8847).get(random.nextInt(5));
    protocol = 0;
    switch (headers) {
      case 0x0800, 0x86dd -> ip(match);
      case 0x0806 -> arp(match);
      case 0x8847 -> mpls(match);
      default -> {}
    }
    return match.build();
  }

  private void metadata(Match.Builder match) {
    if (chance(50)) {
      match.inPort(chance(10) ? PortNo.LOCAL : 1 + random.nextInt(100));
    }
    some(match, 10, Field.METADATA, Field.TUN_ID, Field.TUN_SRC, Field.TUN_DST, Field.PKT_MARK);
    some(match, 10, Field.CT_ZONE, Field.CT_MARK, Field.CT_LABEL);
    some(match, 3, Field.CONJ_ID, Field.TUN_GBP_ID);
    if (chance(15)) {
      // Not invalid: such a packet cannot be committed.
      match.field(Field.CT_STATE, random.nextInt(256) & 0xef, 0x21 | random.nextInt(256));
    }
    for (int i = 0; i < 16; i++) {
      some(match, 5, Field.reg(i));
    }
    rare.filter(_ -> chance(20)).ifPresent(options -> match.wide(options.tunnelOption()));
  }

  private void links(Match.Builder match) {
    some(match, 15, Field.ETH_SRC, Field.ETH_DST);
    if (chance(15)) {
      match.vlan(random.nextInt(4096));
      some(match, 30, Field.VLAN_PCP);
    } else if (chance(5)) {
      match.field(Field.VLAN_VID, 0);
    }
  }

  private void ip(Match.Builder match) {
    match.ethType(headers);
    boolean four = headers == 0x0800;
    some(match, 40, four ? Field.IPV4_SRC : Field.IPV6_SRC, four ? Field.IPV4_DST : Field.IPV6_DST);
    some(match, 10, Field.IP_DSCP, Field.IP_ECN, Field.IP_TTL);
    if (!four) {
      some(match, 10, Field.IPV6_LABEL);
    }
    if (chance(10)) {
      match.field(Field.IP_FRAG, random.nextInt(2));
    }
    if (chance(20)) {
      if (chance(20)) {
        match.field(Field.IP_FRAG, 3);
      }
      return;
    }
    protocol = List.of(6, 17, 132, four ? 1 : 58, 47).get(random.nextInt(5));
    match.ipProto(protocol);
    switch (protocol) {
      case 6 -> some(match, 40, Field.TCP_SRC, Field.TCP_DST, Field.TCP_FLAGS);
      case 17 -> some(match, 40, Field.UDP_SRC, Field.UDP_DST);
      case 132 -> some(match, 40, Field.SCTP_SRC, Field.SCTP_DST);
      case 1 -> some(match, 40, Field.ICMPV4_TYPE, Field.ICMPV4_CODE);
      case 58 -> neighbours(match);
      default -> {}
    }
  }

  private void neighbours(Match.Builder match) {
    boolean solicit = chance(50);
    match.field(Field.ICMPV6_TYPE, solicit ? 135 : 136).field(Field.ICMPV6_CODE, 0);
    some(match, 50, Field.ND_TARGET, solicit ? Field.ND_SLL : Field.ND_TLL);
  }

  private void arp(Match.Builder match) {
    match.ethType(headers);
    if (chance(50)) {
      match.field(Field.ARP_OP, 1 + random.nextInt(2));
    }
    some(match, 30, Field.ARP_SPA, Field.ARP_TPA, Field.ARP_SHA, Field.ARP_THA);
  }

  private void mpls(Match.Builder match) {
    match.ethType(headers);
    some(match, 30, Field.MPLS_LABEL, Field.MPLS_TC, Field.MPLS_BOS);
  }

  private void some(Match.Builder match, int percent, Field... fields) {
    for (Field field : fields) {
      if (chance(percent)) {
        match.field(value(field));
      }
    }
  }

  private MatchField value(Field field) {
    long high = random.nextLong() & field.onesHigh();
    long low = random.nextLong() & field.onesLow();
    boolean exact = field.masking() == Masking.FIXED || chance(60);
    if (exact) {
      return MatchField.exact128(field, high, low);
    }
    long maskLow = (random.nextLong() & field.onesLow()) | 1;
    long maskHigh = random.nextLong() & field.onesHigh();
    if (field.format() == FieldFormat.IPV6_ADDRESS) {
      maskHigh |= 0xf000L << 48; // ovs-ofctl takes one that begins with a digit for a length.
    }
    if (chance(50)) {
      int prefix = 1 + random.nextInt(field.bits());
      int rest = field.bits() - prefix;
      maskLow = rest >= 64 ? 0 : -1L << rest & field.onesLow();
      maskHigh = (rest >= 64 ? -1L << (rest - 64) : -1L) & field.onesHigh();
    }
    return new MatchField(field, high, low, maskHigh, maskLow);
  }

  private List<Action> actions(int table) {
    List<Action> actions = new ArrayList<>();
    if (chance(5)) {
      int clauses = 2 + random.nextInt(4);
      actions.add(new Action.Conjunction(random.nextInt(), random.nextInt(clauses), clauses));
      return actions;
    }
    rare.filter(_ -> chance(5)).ifPresent(_ -> actions.add(new Action.Meter(1)));
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      actions.add(action(2));
    }
    rare.filter(_ -> headers == 0 && chance(5)).ifPresent(header -> actions.add(header.encap()));
    if (chance(5)) {
      actions.add(Actions.CLEAR_ACTIONS);
    }
    if (chance(5)) {
      actions.add(
          new Action.WriteActions(List.of(Actions.set(Field.reg(3), 7), Actions.output(9))));
    }
    if (chance(10)) {
      actions.add(new Action.WriteMetadata(random.nextLong(), random.nextLong() | 1));
    }
    if (chance(30)) {
      actions.add(Actions.gotoTable(table + 1 + random.nextInt(254 - LAST_TABLE)));
    }
    return actions;
  }

  /** An action that fits the headers that the match has promised. */
  private Action action(int depth) {
    if (rare.isPresent() && chance(25)) {
      return rare.get().next();
    }
    return switch (random.nextInt(depth > 0 ? 24 : 19)) {
      case 0, 1 -> Actions.output(1 + random.nextInt(100));
      case 2 -> new Action.Output(reservedPort(), 0);
      case 3 -> new Action.Output(PortNo.CONTROLLER, random.nextInt(0x10000));
      case 4 -> new Action.SetField(value(Field.reg(random.nextInt(16))));
      case 5 -> new Action.SetField(value(anyHeaderField()));
      case 6 -> new Action.Load(subfield(Field.reg(random.nextInt(16)), 12), random.nextInt(4096));
      case 7 -> Actions.set(subfield(Field.METADATA, 12), random.nextInt(4096));
      case 8 ->
          new Action.Move(subfield(Field.reg(random.nextInt(16)), 16), subfield(Field.TUN_ID, 16));
      case 9 -> Actions.output(subfield(Field.reg(random.nextInt(16)), 16));
      case 10 -> headers == 0x0800 || headers == 0x86dd ? Actions.DEC_TTL : Actions.CT_CLEAR;
      case 11 ->
          new Action.Resubmit(
              chance(50) ? PortNo.IN_PORT : 1 + random.nextInt(100),
              OptionalInt.of(random.nextInt(LAST_TABLE)),
              Action.Resubmit.Lookup.HEADERS);
      case 12 -> controller();
      case 13 -> new Action.Note(Octets.of(new byte[] {1, 2, (byte) random.nextInt()}));
      case 14 -> new Action.Push(subfield(Field.reg(1), 8));
      case 15 -> new Action.CheckPacketLarger(random.nextInt(9000), subfield(Field.reg(2), 1));
      case 16 -> new Action.OutputTruncated(1 + random.nextInt(100), 14 + random.nextInt(1000));
      case 17 -> sample();
      case 18 ->
          protocol == 6
              ? new Action.FinTimeout(random.nextInt(100), 1 + random.nextInt(100))
              : Actions.CT_CLEAR;
      case 19, 20 -> learn();
      case 21, 22 ->
          headers == 0x0800 || headers == 0x86dd ? ct() : Actions.set(Field.NXM_IN_PORT, 0xffff);
      default -> new Action.Clone(List.of(action(depth - 1), action(depth - 1)));
    };
  }

  private Action sample() {
    return new Action.Sample(
        1 + random.nextInt(0xffff),
        random.nextInt(),
        random.nextInt(),
        random.nextInt(),
        chance(50) ? PortNo.ANY : 1 + random.nextInt(100),
        List.of(Action.Sample.Direction.values()).get(random.nextInt(3)));
  }

  /** Learns from what every packet has, so that no header need be promised. */
  private Action learn() {
    List<LearnSpec> specs = new ArrayList<>();
    Subfield address = subfield(Field.ETH_SRC, 1 + random.nextInt(48));
    specs.add(
        new LearnSpec(new LearnSpec.Source.InField(address), new LearnSpec.Target.Match(address)));
    if (chance(50)) {
      Subfield source = subfield(Field.reg(random.nextInt(16)), 16);
      Subfield target = subfield(Field.reg(random.nextInt(16)), 16);
      specs.add(
          new LearnSpec(new LearnSpec.Source.InField(source), new LearnSpec.Target.Match(target)));
      specs.add(new LearnSpec(new LearnSpec.Source.InField(source), new LearnSpec.Target.Output()));
    }
    if (chance(50)) {
      int bits = 1 + random.nextInt(64);
      long value = random.nextLong() >>> (64 - bits);
      specs.add(
          new LearnSpec(
              new LearnSpec.Source.Constant(0, value, bits),
              chance(50)
                  ? new LearnSpec.Target.Load(subfield(Field.TUN_ID, bits))
                  : new LearnSpec.Target.Match(subfield(Field.TUN_ID, bits))));
    }
    Optional<Subfield> result =
        chance(30) ? Optional.of(subfield(Field.reg(5), 1)) : Optional.empty();
    return new Action.Learn(
        random.nextInt(LAST_TABLE),
        random.nextInt(0x10000),
        random.nextLong(),
        random.nextInt(3) * 500,
        random.nextInt(3) * 500,
        random.nextInt(3),
        random.nextInt(3),
        chance(30) ? Set.of(Action.Learn.Option.SEND_FLOW_REM) : Set.of(),
        chance(30) ? 1 + random.nextInt(100) : 0,
        result,
        specs);
  }

  private int reservedPort() {
    return List.of(PortNo.IN_PORT, PortNo.LOCAL, PortNo.NORMAL, PortNo.FLOOD, PortNo.ALL)
        .get(random.nextInt(5));
  }

  private Field anyHeaderField() {
    List<Field> fields = new ArrayList<>(List.of(Field.ETH_SRC, Field.ETH_DST, Field.PKT_MARK));
    fields.addAll(List.of(Field.TUN_ID, Field.TUN_DST, Field.XREG1, Field.XXREG2));
    switch (headers) {
      case 0x0800 -> fields.addAll(List.of(Field.IPV4_SRC, Field.IPV4_DST, Field.IP_DSCP));
      case 0x86dd -> fields.addAll(List.of(Field.IPV6_SRC, Field.IPV6_DST));
      case 0x0806 -> fields.addAll(List.of(Field.ARP_SPA, Field.ARP_TPA, Field.ARP_THA));
      default -> {}
    }
    switch (protocol) {
      case 6 -> fields.addAll(List.of(Field.TCP_SRC, Field.TCP_DST));
      case 17 -> fields.addAll(List.of(Field.UDP_SRC, Field.UDP_DST));
      default -> {}
    }
    return fields.get(random.nextInt(fields.size()));
  }

  private Subfield subfield(Field field, int bits) {
    return new Subfield(field, random.nextInt(field.bits() - bits + 1), bits);
  }

  private Action controller() {
    byte[] userdata = new byte[random.nextInt(12)];
    random.nextBytes(userdata);
    return new Action.Controller(
        random.nextInt(3),
        chance(50) ? Action.Output.NO_BUFFER : random.nextInt(0x10000),
        random.nextInt(0x10000),
        Octets.of(userdata),
        OptionalInt.empty(),
        Action.Controller.Mode.CONTINUE);
  }

  private Action ct() {
    boolean commit = chance(60);
    EnumSet<Action.Ct.Flag> flags = EnumSet.noneOf(Action.Ct.Flag.class);
    List<Action> exec = new ArrayList<>();
    if (commit) {
      flags.add(Action.Ct.Flag.COMMIT);
      if (chance(20)) {
        flags.add(Action.Ct.Flag.FORCE);
      }
      if (chance(40)) {
        exec.add(new Action.SetField(value(Field.CT_MARK)));
      }
      if (chance(30)) {
        exec.add(new Action.SetField(value(Field.CT_LABEL)));
      }
    }
    Action.Ct.Zone zone =
        chance(70)
            ? new Action.Ct.Zone.Constant(random.nextInt(0x10000))
            : new Action.Ct.Zone.InField(subfield(Field.reg(random.nextInt(16)), 16));
    OptionalInt table =
        chance(70) ? OptionalInt.of(random.nextInt(LAST_TABLE)) : OptionalInt.empty();
    Optional<Nat> nat =
        commit
            ? (chance(60) ? Optional.of(nat()) : Optional.empty())
            : (chance(60) ? Optional.of(Nat.existing()) : Optional.empty());
    return new Action.Ct(flags, zone, table, nat, exec, 0);
  }

  private Nat nat() {
    Nat.Kind kind = chance(50) ? Nat.Kind.SRC : Nat.Kind.DST;
    if (chance(20)) {
      return new Nat(kind, Optional.empty(), Optional.empty(), Set.of());
    }
    Optional<Nat.Ports> ports = Optional.empty();
    if (chance(50)) {
      int min = 1 + random.nextInt(60000);
      ports = Optional.of(new Nat.Ports(min, chance(50) ? min : min + random.nextInt(5000)));
    }
    Set<Nat.Flag> flags =
        switch (random.nextInt(4)) {
          case 0 -> Set.of(Nat.Flag.RANDOM);
          case 1 -> Set.of(Nat.Flag.HASH, Nat.Flag.PERSISTENT);
          default -> Set.of();
        };
    return new Nat(kind, Optional.of(addresses()), ports, flags);
  }

  private Nat.Addresses addresses() {
    if (headers == 0x0800) {
      int min = 0x0a00_0001 + random.nextInt(1000);
      return new Nat.Addresses.Ipv4(min, chance(50) ? min : min + random.nextInt(200));
    }
    long high = 0x2001_0db8_0000_0000L;
    long min = 1L + random.nextInt(1000);
    return new Nat.Addresses.Ipv6(high, min, high, chance(50) ? min : min + random.nextInt(200));
  }
}
