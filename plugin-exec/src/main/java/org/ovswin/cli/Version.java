package org.ovswin.cli;

import org.ovswin.agent.BuildVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"ovs-win " + BuildVersion.text()};
  }
}
