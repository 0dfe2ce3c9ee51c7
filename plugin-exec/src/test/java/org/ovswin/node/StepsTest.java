package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine against a machine of three settings. Each change of a setting, and each moment before
 * and after it, may be the last thing that a run does.
 */
class StepsTest {
  private static final List<String> NAMES = List.of("one", "two", "three");
  private static final Map<String, String> FOUND = Map.of("one", "a", "two", "b", "three", "c");

  @TempDir Path directory;

  /** The run was killed. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Ends the run at the given moment. */
  private static final class Machine {
    final Map<String, String> settings = new HashMap<>(FOUND);
    final List<StepReport> reports = new ArrayList<>();
    private int momentsLeft;

    void runFor(int moments) {
      momentsLeft = moments;
    }

    void moment() {
      if (momentsLeft-- == 0) {
        throw new Killed();
      }
    }
  }

  private record Setting(Machine machine, String name) implements Step {
    @Override
    public JsonNode before() {
      machine.moment();
      return JsonNodeFactory.instance.textNode(machine.settings.get(name));
    }

    @Override
    public Done apply() {
      return set("up");
    }

    @Override
    public Done undo(JsonNode before) {
      return set(before.asText());
    }

    private Done set(String value) {
      machine.moment();
      boolean changed = !value.equals(machine.settings.put(name, value));
      machine.moment();
      return changed ? Done.now(value) : Done.already(value);
    }
  }

  private record Silent(Machine machine) implements Progress {
    @Override
    public void step(StepReport report) {
      machine.moment();
      machine.reports.add(report);
    }

    @Override
    public void warning(String text) {}

    @Override
    public Waiting waiting(String what) {
      return () -> {};
    }
  }

  private enum Direction {
    UP,
    DOWN
  }

  private void run(Machine machine, Direction direction, Path file, int moments) {
    machine.runFor(moments);
    List<Step> steps = new ArrayList<>();
    NAMES.forEach(name -> steps.add(new Setting(machine, name)));
    try (UpRecord record = UpRecord.open(file)) {
      Steps all = new Steps(steps, record, new Silent(machine));
      switch (direction) {
        case UP -> all.up();
        case DOWN -> all.down();
      }
    } catch (IOException | NodeException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the run came to its end. */
  private boolean endsWithin(Machine machine, Direction direction, Path file, int moments) {
    try {
      run(machine, direction, file, moments);
      return true;
    } catch (Killed e) {
      return false;
    }
  }

  @Test
  void up_thenDown_isAsBefore() {
    Machine machine = new Machine();
    Path file = directory.resolve("record");
    run(machine, Direction.UP, file, Integer.MAX_VALUE);
    assertThat(machine.settings.values()).containsOnly("up");
    run(machine, Direction.UP, file, Integer.MAX_VALUE);
    run(machine, Direction.DOWN, file, Integer.MAX_VALUE);
    assertThat(machine.settings).isEqualTo(FOUND);
    machine.reports.clear();
    run(machine, Direction.DOWN, file, Integer.MAX_VALUE);
    assertThat(machine.reports)
        .extracting(StepReport::step)
        .containsExactlyElementsOf(NAMES.reversed());
    assertThat(machine.reports)
        .extracting(StepReport::outcome)
        .containsOnly(StepReport.Outcome.ALREADY);
  }

  @Test
  void killedAtEveryMoment_upAgainCompletesAndDownRestores() {
    for (Direction killed : Direction.values()) {
      for (Direction next : Direction.values()) {
        int moments = 0;
        boolean ended;
        do {
          String seed = killed + " killed after " + moments + " moments, then " + next;
          Machine machine = new Machine();
          Path file = directory.resolve(killed + "-" + next + "-" + moments);
          if (killed == Direction.DOWN) {
            run(machine, Direction.UP, file, Integer.MAX_VALUE);
          }
          ended = endsWithin(machine, killed, file, moments);
          run(machine, next, file, Integer.MAX_VALUE);
          if (next == Direction.UP) {
            assertThat(machine.settings.values()).as(seed).containsOnly("up");
            run(machine, Direction.DOWN, file, Integer.MAX_VALUE);
          }
          assertThat(machine.settings).as(seed).isEqualTo(FOUND);
          moments++;
        } while (!ended);
        assertThat(moments).as("each step has several moments").isGreaterThan(NAMES.size());
      }
    }
  }
}
