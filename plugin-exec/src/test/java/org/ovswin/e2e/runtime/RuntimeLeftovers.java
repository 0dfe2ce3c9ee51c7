package org.ovswin.e2e.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * All that a runtime with its own directories leaves on the machine, found without asking the
 * runtime, which may have been killed: processes (those that carry its mark, and those in its
 * cgroup, which are the containers), mounts, named namespaces, cgroups, cached CNI results, files.
 */
final class RuntimeLeftovers {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Path NAMED_NAMESPACES = Path.of("/run/netns");
  private static final Path CACHED_RESULTS = Path.of("/var/lib/cni/results");
  private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{64}");

  /** In the configuration that podman writes for the container. */
  private static final Pattern NAMESPACE = Pattern.compile("/run/netns/((?:cni|netns)-[0-9a-f-]+)");

  private final Path directory;
  private final Set<String> seenContainers = new ConcurrentSkipListSet<>();
  private final Set<Path> seenNamespaces = new ConcurrentSkipListSet<>();

  RuntimeLeftovers(Path directory) {
    this.directory = directory;
  }

  /** Remembers a container whose files may be gone before what else belongs to it. */
  void seen(String containerId, Path namespace) {
    seenContainers.add(containerId);
    if (namespace.startsWith(NAMED_NAMESPACES)) {
      seenNamespaces.add(namespace);
    }
  }

  /**
   * What is there of containers, in words. Their cgroups have no process then; podman leaves some
   * of them.
   */
  List<String> left() throws IOException {
    List<String> left = new ArrayList<>();
    processes().forEach(pid -> left.add("process " + describe(pid)));
    mounts().forEach(mount -> left.add("mount " + mount));
    namespaces().forEach(namespace -> left.add("namespace " + namespace));
    results().forEach(result -> left.add("result " + result));
    return left;
  }

  /** Takes all of it away, the files last. May be repeated. */
  void takeAway() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Awaitility.await("the end of " + directory)
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              Set<Long> alive = processes();
              alive.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
              return alive.isEmpty();
            });
    for (String mount : mounts()) {
      run("umount", "-l", mount);
    }
    for (Path namespace : namespaces()) {
      run("umount", "-l", namespace.toString());
      Files.deleteIfExists(namespace);
    }
    for (Path result : results()) {
      Files.deleteIfExists(result);
    }
    for (Path cgroup : cgroups()) {
      // The kernel's own interface files are not there to be deleted.
      Files.deleteIfExists(cgroup);
    }
    deleteTree();
  }

  private Set<Long> processes() throws IOException {
    Set<Long> pids = new LinkedHashSet<>();
    byte[] mark = (RuntimeRoot.MARKER + "=" + directory).getBytes(StandardCharsets.UTF_8);
    String text = new String(mark, StandardCharsets.ISO_8859_1);
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      all.map(ProcessHandle::pid).filter(pid -> hasMark(pid, text)).forEach(pids::add);
    }
    for (Path cgroup : cgroups()) {
      for (String line : lines(cgroup.resolve("cgroup.procs"))) {
        pids.add(Long.parseLong(line));
      }
    }
    pids.remove(0L);
    pids.removeIf(RuntimeLeftovers::isZombie);
    return pids;
  }

  private static boolean hasMark(long pid, String mark) {
    try {
      String environment =
          Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
      return Stream.of(environment.split("\0", -1)).anyMatch(mark::equals);
    } catch (IOException e) {
      // It ended meanwhile.
      return false;
    }
  }

  /** Dead, and only not yet waited for by a parent that is not ours. */
  private static boolean isZombie(long pid) {
    return lines(Path.of("/proc/" + pid + "/status")).stream()
        .anyMatch(line -> line.startsWith("State:\tZ"));
  }

  private static String describe(long pid) {
    return pid
        + " "
        + String.join(" ", lines(Path.of("/proc/" + pid + "/cmdline"))).replace('\0', ' ');
  }

  /** Below the directory, the innermost first. */
  private List<String> mounts() {
    return lines(Path.of("/proc/self/mounts")).stream()
        .map(line -> line.split(" ", 3)[1])
        .filter(point -> Path.of(point).startsWith(directory))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** The named namespaces that the containers' configurations speak of. */
  private List<Path> namespaces() throws IOException {
    Set<Path> namespaces = new LinkedHashSet<>(seenNamespaces);
    namespaces.removeIf(Files::notExists);
    for (Path file : tree()) {
      if (file.endsWith("config.json")) {
        NAMESPACE
            .matcher(String.join("\n", lines(file)))
            .results()
            .map(match -> NAMED_NAMESPACES.resolve(match.group(1)))
            .filter(Files::exists)
            .forEach(namespaces::add);
      }
    }
    return List.copyOf(namespaces);
  }

  /** The runtime's cgroup in every hierarchy and those below, the innermost first. */
  private List<Path> cgroups() throws IOException {
    List<Path> found = new ArrayList<>();
    List<Path> hierarchies = new ArrayList<>(List.of(CGROUPS));
    try (Stream<Path> children = Files.list(CGROUPS)) {
      children.filter(Files::isDirectory).forEach(hierarchies::add);
    }
    for (Path hierarchy : hierarchies) {
      Path own = hierarchy.resolve(directory.getFileName());
      if (Files.isDirectory(own)) {
        try (Stream<Path> below = Files.walk(own)) {
          below.filter(Files::isDirectory).forEach(found::add);
        } catch (UncheckedIOException e) {
          // One of them went away while they were walked; the next look sees it.
        }
      }
    }
    return found.stream().sorted(Comparator.reverseOrder()).toList();
  }

  /** What libcni keeps of an ADD until the DEL, in a directory that no runtime here can move. */
  private List<Path> results() throws IOException {
    if (!Files.isDirectory(CACHED_RESULTS)) {
      return List.of();
    }
    Set<String> ids =
        tree().stream()
            .map(path -> path.getFileName().toString())
            .filter(name -> CONTAINER_ID.matcher(name).matches())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    ids.addAll(seenContainers);
    // Containers that are named by the test begin with the lab's id.
    ids.add(directory.getFileName().toString().replaceFirst("-.*", "-"));
    try (Stream<Path> results = Files.list(CACHED_RESULTS)) {
      return results.filter(file -> ids.stream().anyMatch(file.toString()::contains)).toList();
    }
  }

  private List<Path> tree() throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      // The runtime deletes in it at the same time.
      throw e.getCause();
    }
  }

  private void deleteTree() throws IOException {
    for (Path path : tree()) {
      Files.deleteIfExists(path);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
    } catch (IOException e) {
      // It went away meanwhile.
      return List.of();
    }
  }

  private static void run(String... words) throws IOException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      out.lines().forEach(_ -> {});
    }
  }
}
