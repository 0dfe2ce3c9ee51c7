package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk behind a page cache, in memory. What was not forced may be lost in a power cut: of each
 * directory the last changes of its names, of each file its content.
 */
final class SimulatedDisk implements Disk {
  /** What happens to the n-th change. */
  enum Fault {
    /** It is made in part or not at all, and so is the process: nothing comes after it. */
    DIES,
    /** It is made, and the process dies then. */
    DIES_AFTER,
    /** It fails, as on a full or broken disk, and what comes after it works. */
    FAILS
  }

  private static final class Content {
    private byte[] bytes;
    private boolean forced;

    private Content(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  private static final class Directory {
    private TreeMap<Path, Content> names = new TreeMap<>();

    /** The names as they were after each change since they were forced. */
    private final List<TreeMap<Path, Content>> unforced = new ArrayList<>(List.of(names));

    private void changed() {
      unforced.add(new TreeMap<>(names));
    }

    private void forced() {
      unforced.clear();
      changed();
    }
  }

  private final Map<Path, Directory> directories = new TreeMap<>();
  private int changes;
  private int faultAt;
  private Fault fault = Fault.FAILS;
  private boolean dead;
  private long reads;

  /** Lets the n-th change from now on go wrong. */
  void faultAt(int n, Fault what) {
    changes = 0;
    faultAt = n;
    fault = what;
  }

  /** Changes since {@link #faultAt}. */
  int changes() {
    return changes;
  }

  /** Files and directories read so far. */
  long reads() {
    return reads;
  }

  /** Another process, on the same machine. */
  void restartProcess() {
    dead = false;
    faultAt = 0;
  }

  /** Another process, after a power cut. */
  void cutPower(Random random) {
    restartProcess();
    for (Directory directory : directories.values()) {
      directory.names =
          new TreeMap<>(directory.unforced.get(random.nextInt(directory.unforced.size())));
      directory.forced();
      for (Content content : directory.names.values()) {
        if (!content.forced) {
          content.bytes = Arrays.copyOf(content.bytes, random.nextInt(content.bytes.length + 1));
          content.forced = true;
        }
      }
    }
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) throws IOException {
    change(change, () -> {});
  }

  /**
   * @param part what there is of it when it fails
   */
  private void change(Change change, Change part) throws IOException {
    requireAlive();
    boolean faulty = ++changes == faultAt;
    if (faulty && fault != Fault.DIES_AFTER) {
      part.make();
      dead = fault == Fault.DIES;
      throw new IOException("simulated fault of change " + changes);
    }
    change.make();
    if (faulty) {
      dead = true;
      throw new IOException("simulated death after change " + changes);
    }
  }

  private void requireAlive() throws IOException {
    if (dead) {
      throw new IOException("simulated death before");
    }
  }

  private Directory directory(Path path) throws IOException {
    Directory directory = directories.get(path);
    if (directory == null) {
      throw new NoSuchFileException(path.toString());
    }
    return directory;
  }

  private Directory parent(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent == null) {
      throw new NoSuchFileException(file.toString());
    }
    return directory(parent);
  }

  private Content content(Path file) throws IOException {
    Content content = parent(file).names.get(file);
    if (content == null) {
      throw new NoSuchFileException(file.toString());
    }
    return content;
  }

  @Override
  public void createDirectories(Path directory) {
    // Durable at once: what the store does without one is the same as on its first day.
    var _ = directories.computeIfAbsent(directory, _ -> new Directory());
  }

  @Override
  public void requireOwn(Path file) {}

  @Override
  public List<Path> list(Path directory) throws IOException {
    requireAlive();
    reads++;
    return List.copyOf(directory(directory).names.keySet());
  }

  @Override
  public byte[] read(Path file) throws IOException {
    requireAlive();
    reads++;
    return content(file).bytes.clone();
  }

  @Override
  public void write(Path file, byte[] content) throws IOException {
    change(
        () -> put(file, new Content(content)),
        () -> put(file, new Content(Arrays.copyOf(content, content.length / 2))));
  }

  @Override
  public void writeForced(Path file, byte[] content) throws IOException {
    write(file, content);
    change(() -> content(file).forced = true);
  }

  private void put(Path file, Content content) throws IOException {
    if (parent(file).names.putIfAbsent(file, content) != null) {
      throw new FileAlreadyExistsException(file.toString());
    }
    parent(file).changed();
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    change(() -> put(name, content(file)));
  }

  @Override
  public void rename(Path file, Path name) throws IOException {
    change(
        () -> {
          parent(name).names.put(name, content(file));
          parent(name).changed();
          parent(file).names.remove(file);
          parent(file).changed();
        });
  }

  @Override
  public void delete(Path file) throws IOException {
    if (parent(file).names.containsKey(file)) {
      change(
          () -> {
            parent(file).names.remove(file);
            parent(file).changed();
          });
    }
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    change(() -> directory(directory).forced());
  }
}
