package org.ovswin.openflow;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Nicira's extension actions in the syntax of {@code ovs-ofctl} (ovs-actions(7)). */
final class NxActionParser {
  private NxActionParser() {}

  /** The action of this name; empty for a name that is none. */
  static Optional<Action> parse(String name, Piece.Pair pair, ActionParser outer) {
    Piece value = pair.value();
    return switch (name) {
      case "resubmit" -> Optional.of(resubmit(pair));
      case "ct" -> Optional.of(ct(value, outer));
      case "ct_clear" -> {
        ActionParser.expectNothing(value, name);
        yield Optional.of(new Action.CtClear());
      }
      case "controller" -> Optional.of(controller(pair));
      case "conjunction" -> Optional.of(conjunction(value));
      case "note" -> Optional.of(new Action.Note(value.octets()));
      case "clone" -> Optional.of(new Action.Clone(outer.within(value)));
      case "exit" -> {
        ActionParser.expectNothing(value, name);
        yield Optional.of(new Action.Exit());
      }
      case "pop_queue" -> {
        ActionParser.expectNothing(value, name);
        yield Optional.of(new Action.PopQueue());
      }
      case "learn" -> Optional.of(LearnParser.learn(value));
      case "fin_timeout" -> Optional.of(finTimeout(value));
      case "sample" -> Optional.of(sample(value));
      case "encap" -> Optional.of(encap(value));
      case "decap" -> Optional.of(decap(value));
      case "raw" -> Optional.of(new Action.Raw(value.octets()));
      default -> RareActionParser.parse(name, value);
    };
  }

  /** {@code resubmit:port} or {@code resubmit([port],[table][,ct])}. */
  private static Action resubmit(Piece.Pair pair) {
    Piece value = pair.value();
    if (value.isEmpty()) {
      throw value.unlike("a port or a table");
    }
    List<Piece> parts = value.commaSeparated();
    Piece port = parts.getFirst();
    int inPort = port.isEmpty() ? PortNo.IN_PORT : port.port();
    OptionalInt table = OptionalInt.empty();
    if (parts.size() > 1 && !parts.get(1).isEmpty()) {
      int number = parts.get(1).integer(8);
      table = number == 0xff ? OptionalInt.empty() : OptionalInt.of(number);
    }
    Action.Resubmit.Lookup lookup = Action.Resubmit.Lookup.HEADERS;
    if (parts.size() > 2) {
      if (!parts.get(2).text().equals("ct") || parts.size() > 3) {
        throw parts.get(2).unlike("ct, and nothing after it");
      }
      lookup = Action.Resubmit.Lookup.ORIGINAL_TUPLE;
    }
    return new Action.Resubmit(inPort, table, lookup);
  }

  private static Action conjunction(Piece value) {
    List<Piece> parts = value.commaSeparated();
    Optional<Piece[]> clauses = parts.size() == 2 ? parts.get(1).cut("/") : Optional.empty();
    if (clauses.isEmpty()) {
      throw value.unlike("id,clause/clauses");
    }
    int clause = clauses.get()[0].integer(8);
    int count = clauses.get()[1].integer(8);
    if (clause < 1 || clause > count) {
      throw parts.get(1).unlike("a clause of 1 to " + count);
    }
    return new Action.Conjunction(parts.getFirst().integer(32), clause - 1, count);
  }

  /** {@code controller}, {@code controller:max_len} or {@code controller(key=value,…)}. */
  private static Action controller(Piece.Pair pair) {
    if (pair.form() == Piece.Form.SIGNED) {
      return new Action.Output(PortNo.CONTROLLER, pair.value().integer(16));
    }
    int reason = Action.Controller.REASON_ACTION;
    int maxLen = Action.Output.NO_BUFFER;
    int id = 0;
    Octets userdata = Octets.EMPTY;
    OptionalInt meter = OptionalInt.empty();
    Action.Controller.Mode mode = Action.Controller.Mode.CONTINUE;
    boolean plain = true;
    for (Piece.Pair argument : pair.value().pairs()) {
      Piece value = argument.value();
      plain &= argument.name().equals("max_len");
      switch (argument.name()) {
        case "reason" -> reason = reason(value);
        case "max_len" -> maxLen = value.integer(16);
        case "id" -> id = value.integer(16);
        case "userdata" -> userdata = value.octets();
        case "pause" -> mode = Action.Controller.Mode.PAUSE;
        case "meter_id" -> meter = OptionalInt.of(value.integer(32));
        default -> throw argument.unlike("one of reason, max_len, id, userdata, pause, meter_id");
      }
    }
    return plain
        ? new Action.Output(PortNo.CONTROLLER, maxLen)
        : new Action.Controller(reason, maxLen, id, userdata, meter, mode);
  }

  private static int reason(Piece text) {
    int named = List.of(ActionText.REASONS).indexOf(text.text());
    if (named >= 0) {
      return named;
    }
    boolean number = !text.isEmpty() && Character.isDigit(text.text().charAt(0));
    if (!number) {
      throw text.unlike("one of " + String.join(", ", ActionText.REASONS));
    }
    return text.integer(8);
  }

  private static Action ct(Piece text, ActionParser outer) {
    Set<Action.Ct.Flag> flags = EnumSet.noneOf(Action.Ct.Flag.class);
    Action.Ct.Zone zone = new Action.Ct.Zone.Constant(0);
    OptionalInt table = OptionalInt.empty();
    Optional<Nat> nat = Optional.empty();
    List<Action> exec = List.of();
    int alg = 0;
    for (Piece.Pair argument : text.pairs()) {
      Piece value = argument.value();
      switch (argument.name()) {
        case "commit" -> flags.add(Action.Ct.Flag.COMMIT);
        case "force" -> flags.add(Action.Ct.Flag.FORCE);
        case "table" -> {
          int number = value.integer(8);
          if (number == 0xff) {
            throw value.unlike("a table of 0 to 254");
          }
          table = OptionalInt.of(number);
        }
        case "zone" -> zone = zone(value);
        case "nat" -> nat = Optional.of(nat(argument));
        case "exec" -> exec = outer.within(value);
        case "alg" -> alg = alg(value);
        default -> throw argument.unlike("one of commit, force, table, zone, nat, exec, alg");
      }
    }
    Action.Ct.Zone inZone = zone;
    OptionalInt next = table;
    Optional<Nat> translation = nat;
    List<Action> executed = exec;
    int port = alg;
    return text.make(() -> new Action.Ct(flags, inZone, next, translation, executed, port));
  }

  private static Action.Ct.Zone zone(Piece value) {
    boolean number = !value.isEmpty() && Character.isDigit(value.text().charAt(0));
    if (number) {
      return new Action.Ct.Zone.Constant(value.integer(16));
    }
    Subfield source = FieldParser.subfield(value);
    return value.make(() -> new Action.Ct.Zone.InField(source));
  }

  private static int alg(Piece value) {
    return switch (value.text()) {
      case "ftp" -> 21;
      case "tftp" -> 69;
      default -> {
        boolean number = !value.isEmpty() && Character.isDigit(value.text().charAt(0));
        if (!number) {
          throw value.unlike("ftp or tftp");
        }
        yield value.integer(16);
      }
    };
  }

  /** {@code nat} or {@code nat(src=addresses:ports,flags)}. */
  private static Nat nat(Piece.Pair pair) {
    Nat.Kind kind = Nat.Kind.EXISTING;
    Optional<Nat.Addresses> addresses = Optional.empty();
    Optional<Nat.Ports> ports = Optional.empty();
    Set<Nat.Flag> flags = EnumSet.noneOf(Nat.Flag.class);
    for (Piece.Pair argument : pair.value().pairs()) {
      switch (argument.name()) {
        case "src", "dst" -> {
          if (kind != Nat.Kind.EXISTING) {
            throw argument.unlike("one of src and dst");
          }
          kind = argument.name().equals("src") ? Nat.Kind.SRC : Nat.Kind.DST;
          if (!argument.value().isEmpty()) {
            Piece[] parts = addressesAndPorts(argument.value());
            addresses = Optional.of(addresses(parts[0]));
            ports = parts[1].isEmpty() ? Optional.empty() : Optional.of(ports(parts[1]));
          }
        }
        case "persistent" -> flags.add(Nat.Flag.PERSISTENT);
        case "hash" -> flags.add(Nat.Flag.HASH);
        case "random" -> flags.add(Nat.Flag.RANDOM);
        default -> throw argument.unlike("one of src, dst, persistent, hash, random");
      }
    }
    Nat.Kind side = kind;
    Optional<Nat.Addresses> range = addresses;
    Optional<Nat.Ports> portRange = ports;
    return pair.value().make(() -> new Nat(side, range, portRange, flags));
  }

  /** IPv6 addresses with ports are in brackets; without, every colon is the address's. */
  private static Piece[] addressesAndPorts(Piece value) {
    String text = value.text();
    int bracket = text.lastIndexOf(']');
    boolean ipv4 = text.indexOf('.') >= 0 && text.indexOf("::") < 0;
    int colon = bracket >= 0 ? text.indexOf(':', bracket) : ipv4 ? text.indexOf(':') : -1;
    return colon < 0
        ? new Piece[] {value, value.from(text.length())}
        : new Piece[] {value.part(0, colon), value.from(colon + 1)};
  }

  private static Nat.Addresses addresses(Piece value) {
    Optional<Piece[]> range = value.cut("-");
    Piece min = unbracketed(range.map(ends -> ends[0]).orElse(value));
    Piece max = unbracketed(range.map(ends -> ends[1]).orElse(value));
    if (min.text().indexOf(':') < 0) {
      int first = FieldParser.ipv4(min);
      int last = FieldParser.ipv4(max);
      return value.make(() -> new Nat.Addresses.Ipv4(first, last));
    }
    Piece.Wide first = FieldParser.ipv6(min);
    Piece.Wide last = FieldParser.ipv6(max);
    return new Nat.Addresses.Ipv6(first.high(), first.low(), last.high(), last.low());
  }

  private static Piece unbracketed(Piece address) {
    boolean bracketed = address.text().startsWith("[") && address.text().endsWith("]");
    return bracketed ? address.part(1, address.text().length() - 1) : address;
  }

  private static Nat.Ports ports(Piece value) {
    Optional<Piece[]> range = value.cut("-");
    int min = range.map(ends -> ends[0]).orElse(value).integer(16);
    int max = range.map(ends -> ends[1]).orElse(value).integer(16);
    return value.make(() -> new Nat.Ports(min, max));
  }

  private static Action finTimeout(Piece text) {
    int idle = 0;
    int hard = 0;
    for (Piece.Pair argument : text.pairs()) {
      switch (argument.name()) {
        case "idle_timeout" -> idle = argument.value().integer(16);
        case "hard_timeout" -> hard = argument.value().integer(16);
        default -> throw argument.unlike("idle_timeout or hard_timeout");
      }
    }
    return new Action.FinTimeout(idle, hard);
  }

  private static Action sample(Piece text) {
    int probability = 0;
    int collectors = 0;
    int domain = 0;
    int point = 0;
    int port = PortNo.ANY;
    Action.Sample.Direction direction = Action.Sample.Direction.UNSAID;
    for (Piece.Pair argument : text.pairs()) {
      Piece value = argument.value();
      switch (argument.name()) {
        case "probability" -> probability = value.integer(16);
        case "collector_set_id" -> collectors = value.integer(32);
        case "obs_domain_id" -> domain = value.integer(32);
        case "obs_point_id" -> point = value.integer(32);
        case "sampling_port" -> port = value.port();
        case "ingress" -> direction = Action.Sample.Direction.INGRESS;
        case "egress" -> direction = Action.Sample.Direction.EGRESS;
        default ->
            throw argument.unlike(
                "one of probability, collector_set_id, obs_domain_id, obs_point_id, "
                    + "sampling_port, ingress, egress");
      }
    }
    Action.Sample.Direction seen = direction;
    int[] numbers = {probability, collectors, domain, point, port};
    return text.make(
        () -> new Action.Sample(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], seen));
  }

  private static Action encap(Piece text) {
    Optional<Piece.Pair> header = text.pairAt(0).filter(pair -> pair.name().equals("nsh"));
    if (header.isPresent()) {
      return RareActionParser.encapNsh(header.get());
    }
    return switch (text.text()) {
      case "ethernet" -> new Action.Encap(Action.Encap.ETHERNET);
      case "mpls" -> new Action.Encap(Action.Encap.MPLS);
      case "mpls_mc" -> new Action.Encap(Action.Encap.MPLS_MULTICAST);
      default -> throw text.unlike("ethernet, mpls, mpls_mc or nsh");
    };
  }

  /** {@code decap()} or {@code decap(packet_type(ns=…,type=…))}. */
  private static Action decap(Piece text) {
    List<Piece.Pair> arguments = text.pairs();
    if (arguments.isEmpty()) {
      return new Action.Decap(Action.Decap.AS_THE_HEADER_SAYS);
    }
    int namespace = 0;
    int type = 0;
    if (arguments.size() != 1 || !arguments.getFirst().name().equals("packet_type")) {
      throw text.unlike("packet_type(ns=…,type=…) or nothing");
    }
    for (Piece.Pair part : arguments.getFirst().value().pairs()) {
      switch (part.name()) {
        case "ns" -> namespace = part.value().integer(16);
        case "type" -> type = part.value().integer(16);
        default -> throw part.unlike("ns and type");
      }
    }
    return new Action.Decap(namespace << 16 | type);
  }
}
