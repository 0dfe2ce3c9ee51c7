package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Network namespaces for one test, with names that no other process uses. After the test they are
 * removed, and a namespace of this process that is still there fails it.
 */
public final class Namespaces implements BeforeEachCallback, AfterEachCallback {
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final String PREFIX = "shim-" + ProcessHandle.current().pid() + "-";

  private final List<String> made = new ArrayList<>();

  /** A name that is not in use, removed after the test if it is made meanwhile. */
  public String name() {
    String name = PREFIX + COUNTER.incrementAndGet();
    made.add(name);
    return name;
  }

  /** A new namespace; its name is the last part of the path. */
  public Path create() throws IOException {
    return Netns.create(name());
  }

  static String nameOf(Path netns) {
    return netns.getFileName().toString();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    made.clear();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    for (String name : made) {
      Netns.delete(name);
    }
    assertThat(Netns.names()).noneMatch(name -> name.startsWith(PREFIX));
  }
}
