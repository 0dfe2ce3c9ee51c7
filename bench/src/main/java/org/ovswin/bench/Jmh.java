package org.ovswin.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs the JMH benchmarks of this package. */
@Command(
    name = "jmh",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the micro benchmarks whose name contains the expression, all without one. Options are",
      "those of JMH (-f, -i, -p, -rf …); -prof gc, which tells bytes allocated, is added unless",
      "there is another -prof."
    },
    footer = {"", "Example: ovs-win bench jmh Pipeline -p peers=1000"})
final class Jmh implements Callable<Integer> {
  @Parameters(paramLabel = "REGEX|OPTION", arity = "0..*", description = "Passed on to JMH.")
  private List<String> words = List.of();

  @Override
  public Integer call() throws IOException {
    List<String> all = new ArrayList<>(words);
    if (!all.contains("-prof")) {
      all.addAll(List.of("-prof", "gc"));
    }
    org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    return 0;
  }
}
