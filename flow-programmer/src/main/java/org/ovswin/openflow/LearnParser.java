package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code learn(…)} in the syntax of {@code ovs-ofctl} (OVS lib/learn.c, learn_parse). */
final class LearnParser {
  private static final int DEFAULT_TABLE = 1;

  private int table = DEFAULT_TABLE;
  private int priority = Flow.DEFAULT_PRIORITY;
  private long cookie;
  private int idleSeconds;
  private int hardSeconds;
  private int finIdleSeconds;
  private int finHardSeconds;
  private int limit;
  private Optional<Subfield> result = Optional.empty();
  private final Set<Action.Learn.Option> options = EnumSet.noneOf(Action.Learn.Option.class);
  private final List<LearnSpec> specs = new ArrayList<>();

  private LearnParser() {}

  static Action learn(Piece text) {
    LearnParser parser = new LearnParser();
    text.pairs().forEach(parser::argument);
    return text.make(parser::build);
  }

  private Action build() {
    return new Action.Learn(
        table,
        priority,
        cookie,
        idleSeconds,
        hardSeconds,
        finIdleSeconds,
        finHardSeconds,
        options,
        limit,
        result,
        specs);
  }

  private void argument(Piece.Pair pair) {
    Piece value = pair.value();
    switch (pair.name()) {
      case "table" -> table = value.integer(8);
      case "priority" -> priority = value.integer(16);
      case "cookie" -> cookie = value.number(64);
      case "idle_timeout" -> idleSeconds = value.integer(16);
      case "hard_timeout" -> hardSeconds = value.integer(16);
      case "fin_idle_timeout" -> finIdleSeconds = value.integer(16);
      case "fin_hard_timeout" -> finHardSeconds = value.integer(16);
      case "limit" -> limit = value.integer(32);
      case "result_dst" -> result = Optional.of(FieldParser.subfield(value));
      case "send_flow_rem" -> options.add(Action.Learn.Option.SEND_FLOW_REM);
      case "delete_learned" -> options.add(Action.Learn.Option.DELETE_LEARNED);
      case "load" -> load(value);
      case "output" -> {
        Subfield port = FieldParser.subfield(value);
        specs.add(new LearnSpec(new LearnSpec.Source.InField(port), new LearnSpec.Target.Output()));
      }
      default -> match(pair);
    }
  }

  private void load(Piece value) {
    Piece[] ends = ActionParser.arrow(value);
    Subfield target = FieldParser.subfield(ends[1]);
    LearnSpec.Source source =
        namesField(ends[0])
            ? new LearnSpec.Source.InField(FieldParser.subfield(ends[0]))
            : constant(target, ends[0]);
    specs.add(value.make(() -> new LearnSpec(source, new LearnSpec.Target.Load(target))));
  }

  /** {@code field}, {@code field=field} or {@code field=value}, a field with or without bits. */
  private void match(Piece.Pair pair) {
    Subfield target = FieldParser.subfield(pair.key());
    LearnSpec.Source source;
    if (pair.form() == Piece.Form.ALONE) {
      source = new LearnSpec.Source.InField(target);
    } else if (namesField(pair.value())) {
      source = new LearnSpec.Source.InField(FieldParser.subfield(pair.value()));
    } else if (pair.name().indexOf('[') >= 0) {
      source = constant(target, pair.value());
    } else {
      MatchField value = FieldParser.valueAndMask(target.field(), pair.value());
      if (!value.isExact()) {
        throw pair.value().unlike("a value without a mask");
      }
      source =
          pair.value()
              .make(() -> new LearnSpec.Source.Constant(value.high(), value.low(), target.bits()));
    }
    specs.add(pair.value().make(() -> new LearnSpec(source, new LearnSpec.Target.Match(target))));
  }

  private static boolean namesField(Piece text) {
    int bracket = text.text().indexOf('[');
    String name = bracket < 0 ? text.text() : text.text().substring(0, bracket);
    return FieldParser.ofName(name).isPresent();
  }

  private static LearnSpec.Source constant(Subfield target, Piece text) {
    Piece.Wide value = text.wide(target.bits());
    return new LearnSpec.Source.Constant(value.high(), value.low(), target.bits());
  }
}
