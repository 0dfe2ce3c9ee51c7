package org.ovswin.openflow;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Flows in the syntax of {@code ovs-ofctl}: what {@code add-flow} takes and what {@code dump-flows}
 * shows (ovs-ofctl(8), "Flow Syntax").
 *
 * <p>Numbers, addresses and words mean what they mean there. What {@code ovs-ofctl} leaves out
 * without an error is an error here: a match on {@code nw_src} without {@code ip}, for example,
 * would match every packet. Ports are numbers or reserved names; the names of a switch's ports are
 * not known here.
 */
public final class FlowParser {
  private Piece actions;
  private boolean hasActions;
  private final MatchParser match = new MatchParser();
  private final Set<FlowFlag> flags = EnumSet.noneOf(FlowFlag.class);
  private Optional<Integer> table = Optional.empty();
  private int priority = Flow.DEFAULT_PRIORITY;
  private Piece cookieText;
  private long cookie;
  private long cookieMask;
  private int idleSeconds;
  private int hardSeconds;
  private int importance;
  private int outPort = PortNo.ANY;
  private int outGroup = Message.FlowMod.ANY_GROUP;

  private FlowParser(Piece text) {
    this.actions = text.from(text.text().length());
    this.cookieText = actions;
  }

  /**
   * A flow, e.g. {@code table=6,priority=100,ip,nw_dst=10.244.1.5 actions=output:5}. The counters
   * that {@code dump-flows} shows are passed over.
   *
   * @throws FlowSyntaxException with the offset, what is there and what was expected
   */
  public static Flow parse(String text) {
    Piece whole = new Piece(text, 0);
    Message.FlowMod mod = parseFlowMod(Message.FlowMod.Command.ADD, text);
    return whole.make(
        () ->
            new Flow(
                mod.table(),
                mod.priority(),
                mod.cookie(),
                mod.match(),
                mod.actions(),
                mod.idleTimeoutSeconds(),
                mod.hardTimeoutSeconds(),
                mod.flags(),
                mod.importance()));
  }

  /**
   * The message that {@code ovs-ofctl add-flow}, {@code mod-flows} or {@code del-flows} sends for
   * this text. Where no table is named, it is table 0, or for a deletion all of them. A cookie with
   * a mask selects flows; without one it is the new flow's.
   *
   * @throws FlowSyntaxException with the offset, what is there and what was expected
   */
  public static Message.FlowMod parseFlowMod(Message.FlowMod.Command command, String text) {
    Piece whole = new Piece(text, 0);
    FlowParser parser = new FlowParser(whole);
    parser.terms(whole);
    Match match = parser.match.build(whole);
    List<Action> actions = ActionParser.parse(parser.actions, match);
    parser.actions.make(
        () -> {
          Instructions.checkOrder(actions);
          return actions;
        });
    boolean deletes =
        command == Message.FlowMod.Command.DELETE
            || command == Message.FlowMod.Command.DELETE_STRICT;
    if (parser.hasActions == deletes) {
      throw parser.actions.unlike(deletes ? "no actions" : "actions= and what to do");
    }
    boolean adds = command == Message.FlowMod.Command.ADD;
    if (adds && parser.cookieMask != 0) {
      throw parser.cookieText.unlike("a cookie without a mask, for a flow that is added");
    }
    if (!adds && parser.cookie != 0 && parser.cookieMask == 0) {
      throw parser.cookieText.unlike("cookie/mask, which selects flows; a flow keeps its cookie");
    }
    return new Message.FlowMod(
        command,
        parser.table.orElse(deletes ? Message.FlowMod.ALL_TABLES : 0),
        parser.priority,
        parser.cookie,
        parser.cookieMask,
        match,
        actions,
        parser.idleSeconds,
        parser.hardSeconds,
        parser.flags,
        parser.importance,
        Message.NO_BUFFER,
        parser.outPort,
        parser.outGroup);
  }

  private void terms(Piece text) {
    Optional<Piece.Pair> next = text.pairAt(0);
    while (next.isPresent()) {
      Piece.Pair pair = next.get();
      if (pair.name().equals("actions") || pair.name().equals("action")) {
        if (pair.form() != Piece.Form.SIGNED) {
          throw pair.unlike("actions= and what to do");
        }
        actions = text.from(pair.value().offset() - text.offset()).strip();
        hasActions = true;
        return;
      }
      if (!flag(pair.name()) && !match.takes(pair)) {
        term(pair);
      }
      next = text.pairAt(pair.end() - text.offset());
    }
  }

  private boolean flag(String name) {
    for (FlowFlag flag : FlowFlag.values()) {
      if (FieldText.lower(flag).equals(name)) {
        flags.add(flag);
        return true;
      }
    }
    return false;
  }

  private void term(Piece.Pair pair) {
    Piece value = pair.value();
    switch (pair.name()) {
      case "table" -> table = Optional.of(value.integer(8));
      case "priority" -> priority = value.integer(16);
      case "cookie" -> {
        Optional<Piece[]> parts = value.cut("/");
        cookieText = value;
        cookie = parts.map(p -> p[0]).orElse(value).number(64);
        cookieMask = parts.map(p -> p[1].number(64)).orElse(0L);
      }
      case "idle_timeout" -> idleSeconds = value.integer(16);
      case "hard_timeout" -> hardSeconds = value.integer(16);
      case "importance" -> importance = value.integer(16);
      case "out_port" -> outPort = value.port();
      case "out_group" -> outGroup = value.integer(32);
      case "duration", "n_packets", "n_bytes", "idle_age", "hard_age" -> {} // What it has counted.
      default ->
          throw pair.unlike(
              "a field, a protocol, table, priority, cookie, idle_timeout, hard_timeout, "
                  + "importance, a flag or actions");
    }
  }
}
