package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * A disk behind a page cache, in memory. What was not forced may be lost in a power cut, sector by
 * sector and name by name; a force that fails marks the pages clean all the same, as Linux does.
 */
final class SimulatedStorage implements JournalStorage {
  /** Small, so that few entries span many. */
  private static final int SECTOR = 64;

  /** The names as they are, and as they were after each change since the directory was forced. */
  private Map<String, Content> names = new HashMap<>();

  private final List<Map<String, Content>> unforcedNames = new ArrayList<>(List.of(Map.of()));

  /** Operations that change the disk, so far, and the one of them that fails; 0 for none. */
  private int operations;

  private int failAt;

  /** Forces of files so far, and the one of them that lies; 0 for none. */
  private int forces;

  private int lieAt;

  int operations() {
    return operations;
  }

  /** Lets the n-th operation from now on fail, once. */
  void failAt(int n) {
    operations = 0;
    failAt = n;
  }

  /** Lets the n-th force of a file from now on do nothing and say that it has. */
  void lieAt(int n) {
    forces = 0;
    lieAt = n;
  }

  /** What an attempt to read the file would give now. */
  byte[] bytes(String name) {
    Content content = content(name);
    return Arrays.copyOf(content.cached, content.size);
  }

  Set<String> names() {
    return Set.copyOf(names.keySet());
  }

  /** Puts a file there, on the disk. */
  void put(String name, byte[] bytes) {
    Content content = new Content();
    content.cached = bytes.clone();
    content.size = bytes.length;
    content.durable = bytes.clone();
    names.put(name, content);
    unforcedNames.clear();
    unforcedNames.add(Map.copyOf(names));
  }

  /** The power fails: of what was not forced, some is on the disk and some is not. */
  void cutPower(Random random) {
    names = new HashMap<>(unforcedNames.get(random.nextInt(unforcedNames.size())));
    unforcedNames.clear();
    unforcedNames.add(Map.copyOf(names));
    names.values().forEach(content -> content.cutPower(random));
    failAt = 0;
  }

  private boolean failsNow() {
    return ++operations == failAt;
  }

  private void operation() throws IOException {
    if (failsNow()) {
      throw new IOException("simulated failure of operation " + operations);
    }
  }

  private void namesChanged() {
    unforcedNames.add(Map.copyOf(names));
  }

  private Content content(String name) {
    Content content = names.get(name);
    if (content == null) {
      throw new IllegalStateException(name);
    }
    return content;
  }

  @Override
  public boolean exists(String name) {
    return names.containsKey(name);
  }

  @Override
  public JournalFile openForReading(String name) throws IOException {
    return open(name);
  }

  @Override
  public JournalFile open(String name) throws IOException {
    if (!exists(name)) {
      throw new NoSuchFileException(name);
    }
    return new SimulatedFile(content(name));
  }

  @Override
  public JournalFile create(String name) throws IOException {
    operation();
    names.put(name, new Content());
    namesChanged();
    return new SimulatedFile(content(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    operation();
    names.put(to, content(from));
    names.remove(from);
    namesChanged();
  }

  @Override
  public void delete(String name) throws IOException {
    if (exists(name)) {
      operation();
      names.remove(name);
      namesChanged();
    }
  }

  @Override
  public void forceDirectory() throws IOException {
    operation();
    unforcedNames.clear();
    unforcedNames.add(Map.copyOf(names));
  }

  private static final class Content {
    private byte[] cached = new byte[SECTOR];
    private int size;
    private byte[] durable = new byte[0];
    private final BitSet dirty = new BitSet();

    private void write(ByteBuffer from, int at) {
      int length = from.remaining();
      if (length == 0) {
        return;
      }
      if (at + length > cached.length) {
        cached = Arrays.copyOf(cached, 2 * (at + length));
      }
      from.get(cached, at, length);
      size = Math.max(size, at + length);
      dirty.set(at / SECTOR, (at + length - 1) / SECTOR + 1);
    }

    private void truncate(int to) {
      if (to < size) {
        Arrays.fill(cached, to, size, (byte) 0);
        dirty.set(to / SECTOR, (size - 1) / SECTOR + 1);
        size = to;
      }
    }

    /** The dirty sectors go to the disk, and no other one. */
    private void makeDurable() {
      durable = withDirtySectors(size, sector -> true);
      dirty.clear();
    }

    private byte[] withDirtySectors(int length, IntPredicate reachesTheDisk) {
      byte[] after = Arrays.copyOf(durable, length);
      for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
        int start = sector * SECTOR;
        int end = Math.min(Math.min(start + SECTOR, length), cached.length);
        if (start < end && reachesTheDisk.test(sector)) {
          System.arraycopy(cached, start, after, start, end - start);
        }
      }
      return after;
    }

    private void cutPower(Random random) {
      int length = durable.length;
      if (!dirty.isEmpty() && size != durable.length) {
        length =
            switch (random.nextInt(3)) {
              case 0 -> durable.length;
              case 1 -> size;
              default ->
                  Math.min(size, durable.length)
                      + random.nextInt(Math.abs(size - durable.length) + 1);
            };
      }
      durable = withDirtySectors(length, sector -> random.nextBoolean());
      dirty.clear();
      cached = Arrays.copyOf(durable, Math.max(SECTOR, length));
      size = length;
    }
  }

  private final class SimulatedFile implements JournalFile {
    private final Content content;

    private SimulatedFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      return content.size;
    }

    @Override
    public int read(ByteBuffer into, long position) {
      int length = Math.min(into.remaining(), content.size - (int) position);
      if (length <= 0) {
        return -1;
      }
      into.put(content.cached, (int) position, length);
      return length;
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      if (failsNow()) {
        // A full disk takes a part.
        content.write(from.slice(from.position(), from.remaining() / 2), (int) position);
        throw new IOException("simulated failure of a write");
      }
      content.write(from, (int) position);
    }

    @Override
    public void truncate(long size) throws IOException {
      operation();
      content.truncate((int) size);
    }

    @Override
    public void force() throws IOException {
      if (failsNow()) {
        content.dirty.clear();
        throw new IOException("simulated failure of a force");
      }
      if (++forces != lieAt) {
        content.makeDurable();
      }
    }

    @Override
    public void close() {}
  }
}
