package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.InvalidConfigException;

/**
 * The agent's configuration file. One that is there is used as it is, and it stays when the node is
 * taken down: it may be an administrator's.
 */
final class ConfigurationStep implements Step {
  /** The first line of each file that {@code up} writes. */
  static final String HEADER = "# Written by ovs-win up.";

  private static final String MODE = "rw-r-----";

  private final PlacedFile file;
  private final Content content;

  /** The text of a file that is not there yet; looked for only then. */
  interface Content {
    String text() throws IOException, NodeException;
  }

  ConfigurationStep(Path path, Content content) {
    this.file = new PlacedFile(path, MODE);
    this.content = content;
  }

  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public JsonNode before() {
    return PlacedFile.missingDirectories(file.path());
  }

  @Override
  public Done apply() throws IOException, NodeException {
    if (Files.exists(file.path())) {
      read(file.path());
      return Done.already(file.path() + " is used as it is");
    }
    Done done = file.put(content.text().getBytes(StandardCharsets.UTF_8));
    try {
      read(file.path());
    } catch (NodeException e) {
      // Not used by anybody yet, and the next run shall not take it for an administrator's.
      Files.delete(file.path());
      throw e;
    }
    return done;
  }

  @Override
  public Done undo(JsonNode before) throws IOException {
    Files.deleteIfExists(file.path().resolveSibling("." + file.path().getFileName() + ".new"));
    if (!Files.exists(file.path())) {
      PlacedFile.removeMade(before);
      return Done.already(file.path() + " is not there");
    }
    return Done.left(file.path() + " is kept");
  }

  /**
   * Removes a file that {@code up} wrote, in this life of the node or an earlier one: its first
   * line tells.
   */
  static Done purge(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Done.already(path + " is not there");
    }
    if (!Files.readString(path).startsWith(HEADER)) {
      return Done.left(path + " was not written by up");
    }
    Files.delete(path);
    PlacedFile.removeIfEmpty(PlacedFile.directoryOf(path));
    return Done.now("removed " + path);
  }

  /** The configuration as it is on disk. */
  static AgentConfig read(Path path) throws NodeException {
    try {
      return AgentConfigFile.read(path);
    } catch (InvalidConfigException e) {
      throw new NodeException(e.getMessage() + "; correct it, or remove it and let up write one");
    }
  }

  /** The same, where there is one that can be read. */
  static Optional<AgentConfig> readIfThere(Path path) {
    try {
      return Files.exists(path) ? Optional.of(AgentConfigFile.read(path)) : Optional.empty();
    } catch (InvalidConfigException e) {
      return Optional.empty();
    }
  }
}
