package org.ovswin.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens a lab with Open vSwitch in it, says so, and waits to be ended: by the end of
 * its input, or by whatever the test does to it.
 */
final class LabProcess {
  private LabProcess() {}

  /** Arguments: the labs' directory; {@code keep} or {@code hold}. */
  public static void main(String[] arguments) throws Exception {
    LabSpec spec =
        LabSpec.of(2, Path.of("/bin/true"))
            .withBase(Path.of(arguments[0]))
            .withLifetime(LabSpec.Lifetime.UNTIL_DOWN);
    if (arguments[1].equals("hold")) {
      spec = spec.withLifetime(LabSpec.Lifetime.WITH_OWNER);
    }
    try (Lab lab = Lab.open(spec, Progress.silent())) {
      lab.nodes().forEach(LabNode::startOvs);
      if (arguments[1].equals("keep")) {
        lab.keep();
      }
      System.out.println(lab.id());
      System.in.read();
    }
  }

  static Process start(Path base, String mode) throws Exception {
    List<String> command = new ArrayList<>(LabSpec.thisJava());
    command.addAll(List.of(LabProcess.class.getName(), base.toString(), mode));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
