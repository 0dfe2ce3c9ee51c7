package org.ovswin.e2e.runtime;

import java.nio.file.Path;
import java.util.List;
import org.ovswin.lab.Host;
import org.ovswin.lab.Shell;

/**
 * A container with a network of its own, of whatever runtime.
 *
 * @param name as the runtime lists it
 * @param pid of its first process
 * @param address its IPv4 address in dotted form
 * @param program runs a command inside of it
 */
record Container(String name, long pid, String address, Program program) {
  /** How the runtime runs a command in the container, with what it prints. */
  interface Program {
    Shell.Outcome run(List<String> words);
  }

  /** The container as a place to send from and to. */
  Host host() {
    return new Host(name, Path.of("/proc/" + pid + "/ns/net"), address);
  }

  Shell.Outcome exec(String... words) {
    return program.run(List.of(words));
  }

  @Override
  public String toString() {
    return name + " " + address;
  }
}
