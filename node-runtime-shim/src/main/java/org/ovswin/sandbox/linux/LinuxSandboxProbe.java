package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.Path;
import org.ovswin.sandbox.SandboxProbe;

/**
 * Network namespaces by their paths. The identity is the namespace's cookie, which the kernel gives
 * to one namespace only: a process id, a name and an inode number are all given again.
 */
public final class LinuxSandboxProbe implements SandboxProbe {
  @Override
  public Life look(String sandbox) {
    try (Netns netns = Netns.open(Path.of(sandbox))) {
      // A process id that a process of the host has by now: pods are never in our own namespace.
      return netns.isOwn() ? new Life.Gone() : new Life.There(netns.cookie());
    } catch (MissingNetnsException e) {
      return new Life.Gone();
    } catch (IOException e) {
      // A bare file, too: whoever mounts the namespace there may do so where it is not seen here.
      return new Life.Unclear(String.valueOf(e.getMessage()));
    }
  }
}
