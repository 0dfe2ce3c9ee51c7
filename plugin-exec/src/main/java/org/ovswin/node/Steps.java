package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Does steps in order and undoes them in reverse. What a killed run left is no case of its own: a
 * step that has begun is begun again with what the first run found, and undone with it.
 */
final class Steps {
  private final List<Step> steps;
  private final UpRecord record;
  private final Progress progress;

  Steps(List<Step> steps, UpRecord record, Progress progress) {
    this.steps = List.copyOf(steps);
    this.record = record;
    this.progress = progress;
  }

  void up() throws IOException, NodeException {
    for (Step step : steps) {
      if (record.begun(step.name()).isEmpty()) {
        record.begin(step.name(), step.before());
      }
      Step.Done done;
      try (Progress.Waiting _ = progress.waiting(step.name())) {
        done = step.apply();
      }
      record.done(step.name());
      tell(step, done);
    }
  }

  /** The first that cannot be undone ends it, as the ones before it are what it stands on. */
  void down() throws IOException, NodeException {
    for (Step step : steps.reversed()) {
      Optional<JsonNode> before = record.begun(step.name());
      if (before.isEmpty()) {
        tell(step, Step.Done.already("was not done, or is undone"));
        continue;
      }
      Step.Done done;
      try (Progress.Waiting _ = progress.waiting(step.name())) {
        done = step.undo(before.get());
      }
      record.undone(step.name());
      tell(step, done);
    }
  }

  private void tell(Step step, Step.Done done) {
    progress.step(new StepReport(step.name(), done.outcome(), done.detail()));
  }
}
