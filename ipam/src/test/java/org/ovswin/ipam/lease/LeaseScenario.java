package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * Random operations on a lease database and on a model of it that is too simple to be wrong. The
 * model remembers its states since the last sync that returned: after a crash the database must be
 * in one of them.
 */
final class LeaseScenario {
  static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/28");
  static final List<Ipv4Address> RESERVED =
      List.of(
          Ipv4Address.parse("10.244.1.0"),
          Ipv4Address.parse("10.244.1.1"),
          Ipv4Address.parse("10.244.1.15"));

  /** Low, so that compaction happens all the time. */
  private static final Journal.Limits LIMITS = new Journal.Limits(2500, 40, 1 << 20);

  private static final int ATTACHMENTS = 20;

  private final SimulatedStorage storage;
  private final Random random;
  private final String name;
  private QueuedBackground background = new QueuedBackground();
  private LeaseDatabase database;
  private final List<Map<Attachment, String>> states = new ArrayList<>();

  /** Of the clock; it goes on with every step, also over a crash. */
  private long seconds;

  /** Ends of leases as the history must tell them, and those that nobody was told of yet. */
  private final Set<String> ended = new HashSet<>();

  private final Set<String> endedSinceSync = new HashSet<>();

  /** The address given last, where the model knows it: a crash may have lost it. */
  private Optional<Ipv4Address> lastGiven = Optional.empty();

  LeaseScenario(SimulatedStorage storage, long seed) throws IOException {
    this.storage = storage;
    this.random = new Random(seed);
    this.name = "seed " + seed;
    this.states.add(Map.of());
    this.database = openDatabase();
  }

  static LeaseDatabase open(SimulatedStorage storage) throws IOException {
    return open(storage, new QueuedBackground());
  }

  static LeaseDatabase open(SimulatedStorage storage, Background background) throws IOException {
    return open(storage, background, () -> Instant.EPOCH);
  }

  private static LeaseDatabase open(
      SimulatedStorage storage, Background background, InstantSource clock) throws IOException {
    LeaseDatabase database =
        LeaseDatabase.open(
            storage, "test", new LeaseOptions(Duration.ZERO, clock), LIMITS, background, () -> {});
    database.addBlock(BLOCK);
    database.sync();
    return database;
  }

  /** Without a block, unless it has one. */
  static LeaseDatabase openAsItIs(SimulatedStorage storage) throws IOException {
    return openAsItIs(storage, new QueuedBackground(), () -> Instant.EPOCH);
  }

  private static LeaseDatabase openAsItIs(
      SimulatedStorage storage, Background background, InstantSource clock) throws IOException {
    return LeaseDatabase.open(
        storage, "test", new LeaseOptions(Duration.ZERO, clock), LIMITS, background, () -> {});
  }

  private LeaseDatabase openDatabase() throws IOException {
    background = new QueuedBackground();
    return open(storage, background, () -> Instant.ofEpochSecond(seconds));
  }

  /** One random operation. What it throws came from the storage. */
  void step() throws IOException {
    seconds++;
    Attachment attachment = attachment(random.nextInt(ATTACHMENTS));
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> allocate(attachment);
      case 7, 8, 9 -> {
        database.withdraw(attachment);
        change(attachment, Optional.ofNullable(latest().get(attachment)).map(this::withdrawn));
      }
      case 10, 11, 12, 13 -> {
        database
            .release(attachment)
            .ifPresent(lease -> endedSinceSync.add(ending(address(lease), lease.since(), seconds)));
        change(attachment, Optional.empty());
      }
      case 15 -> background.runAll();
      case 14 -> {
        database.close();
        acknowledged();
        database = openDatabase();
      }
      default -> {
        database.sync();
        acknowledged();
      }
    }
    verify(latest());
  }

  private void allocate(Attachment attachment) {
    String held = latest().get(attachment);
    switch (database.allocate(request(attachment))) {
      case Allocation.Allocated(Lease lease) -> {
        assertThat(held).as(name).isNull();
        lastGiven.ifPresent(last -> assertThat(address(lease)).as(name).isEqualTo(nextFree(last)));
        lastGiven = Optional.of(address(lease));
        change(attachment, Optional.of(text(lease)));
      }
      case Allocation.AlreadyHeld(Lease lease) -> assertThat(text(lease)).as(name).isEqualTo(held);
      case Allocation.Refused refused -> throw new AssertionError(refused.message());
      case Allocation.Exhausted exhausted -> {
        assertThat(latest()).as(name).hasSize(13);
        assertThat(exhausted.used() + exhausted.reserved()).isEqualTo(16);
      }
    }
  }

  /** The process is killed: what was written is in the page cache, what was not is gone. */
  void restart() throws IOException {
    database = openDatabase();
    adopt();
  }

  /** The machine loses power. */
  void cutPower() throws IOException {
    storage.cutPower(random);
    restart();
  }

  /** After a restart whatever the database shows may be told to others, once it is synced. */
  void syncWhatIsShown() throws IOException {
    database.sync();
    Map<Attachment, String> shown = shown(database);
    states.clear();
    states.add(shown);
  }

  private void adopt() throws IOException {
    Map<Attachment, String> shown = shown(database);
    assertThat(states).as(name + ": one of the states since the last sync").contains(shown);
    states.clear();
    states.add(shown);
    lastGiven = Optional.empty();
    endedSinceSync.clear();
    verify(shown);
    verifyHistory();
  }

  private static String ending(Ipv4Address address, Instant from, long until) {
    return address + " " + from + " " + Instant.ofEpochSecond(until);
  }

  /** Every end that was told is there, no tenure twice, and none reaches into the next. */
  void verifyHistory() throws IOException {
    Set<String> told = new HashSet<>();
    for (int i = 0; i < 16; i++) {
      Ipv4Address address = (Ipv4Address) BLOCK.address(i);
      Instant next = Instant.MAX;
      for (Tenure tenure : LeaseHistory.read(storage, "test", address)) {
        assertThat(tenure.from()).as("%s: %s", name, tenure).isBefore(next);
        assertThat(tenure.until().orElse(next)).as(name).isBeforeOrEqualTo(next);
        next = tenure.from();
        tenure
            .until()
            .ifPresent(until -> told.add(ending(address, tenure.from(), until.getEpochSecond())));
      }
    }
    assertThat(told).as(name).containsAll(ended);
  }

  private void acknowledged() {
    ended.addAll(endedSinceSync);
    endedSinceSync.clear();
    Map<Attachment, String> latest = latest();
    states.clear();
    states.add(latest);
  }

  private void verify(Map<Attachment, String> expected) {
    assertThat(shown(database)).as(name).isEqualTo(expected);
    Set<Ipv4Address> addresses = new HashSet<>(RESERVED);
    for (Lease lease : database.leases()) {
      assertThat(addresses.add(address(lease))).as("%s: %s", name, lease).isTrue();
      assertThat(BLOCK.contains(address(lease))).isTrue();
      assertThat(database.lease(address(lease))).contains(lease);
    }
    assertThat(database.usage())
        .containsExactly(new BlockUsage(BLOCK, expected.size(), 13 - expected.size(), 0, 3));
  }

  private Ipv4Address nextFree(Ipv4Address last) {
    int offset = (int) BLOCK.offset(last);
    for (int i = 1; i <= 16; i++) {
      Ipv4Address candidate = (Ipv4Address) BLOCK.address((offset + i) % 16);
      boolean held =
          latest().values().stream().anyMatch(value -> value.startsWith(candidate + " "));
      if (!held && !RESERVED.contains(candidate)) {
        return candidate;
      }
    }
    throw new AssertionError("the model is full");
  }

  private Map<Attachment, String> latest() {
    return states.getLast();
  }

  private void change(Attachment attachment, Optional<String> value) {
    Map<Attachment, String> state = new LinkedHashMap<>(latest());
    value.ifPresentOrElse(text -> state.put(attachment, text), () -> state.remove(attachment));
    states.add(state);
  }

  private String withdrawn(String text) {
    return text.replace("HELD", "WITHDRAWN");
  }

  static Map<Attachment, String> shown(LeaseDatabase database) {
    Map<Attachment, String> shown = new LinkedHashMap<>();
    database.leases().forEach(lease -> shown.put(lease.attachment(), text(lease)));
    return shown;
  }

  static String text(Lease lease) {
    return address(lease) + " " + lease.phase();
  }

  static Ipv4Address address(Lease lease) {
    return (Ipv4Address) lease.addresses().getFirst();
  }

  static Attachment attachment(int index) {
    return new Attachment("container-" + index, "eth0");
  }

  static LeaseRequest request(Attachment attachment) {
    return new LeaseRequest(
        attachment,
        "pods",
        Optional.of("default"),
        Optional.of("pod-of-" + attachment.containerId()),
        "boot-1",
        "{\"netns\":\"/run/netns/x\"}",
        Set.of(Family.IPV4),
        List.of(),
        Stickiness.NONE);
  }
}
