package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** Random operations on several blocks of both families, held against {@link AddressModel}. */
class AddressModelTest {
  private static final long SEED = 20261123;
  private static final List<IpPrefix> BLOCKS =
      List.of(
          IpPrefix.parse("10.0.1.0/28"),
          IpPrefix.parse("10.0.0.0/29"),
          IpPrefix.parse("fd00::/124"),
          IpPrefix.parse("fd00:1::/125"));

  private final SimulatedStorage storage = new SimulatedStorage();
  private final AddressModel model = new AddressModel(BLOCKS);
  private final QueuedBackground background = new QueuedBackground();

  private LeaseDatabase open() throws IOException {
    LeaseDatabase database =
        LeaseDatabase.open(
            storage,
            "test",
            new LeaseOptions(AddressModel.COOL_DOWN, () -> model.now),
            new Journal.Limits(4000, 30, 4000),
            background,
            () -> {});
    BLOCKS.forEach(database::addBlock);
    database.sync();
    return database;
  }

  @Test
  void randomOperations_agreeWithTheModel() throws IOException {
    Random random = new Random(SEED);
    LeaseDatabase database = open();
    for (int step = 0; step < 30_000; step++) {
      try {
        database = step(database, random);
        verify(database);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + SEED + " step " + step + ": " + e.getMessage(), e);
      }
    }
  }

  private LeaseDatabase step(LeaseDatabase database, Random random) throws IOException {
    Attachment attachment = new Attachment("c" + random.nextInt(50), "eth" + random.nextInt(2));
    switch (random.nextInt(40)) {
      case 0 -> {
        AddressRange range = range(random);
        database.reserve(range, "because");
        model.reserved(range);
      }
      case 1, 2 -> {
        for (AddressRange range : Set.copyOf(model.reserved)) {
          assertThat(database.unreserve(range)).isPresent();
          model.reserved.remove(range);
        }
        assertThat(database.unreserve(range(random))).isEmpty();
      }
      case 3 -> {
        IpPrefix block = BLOCKS.get(random.nextInt(BLOCKS.size()));
        boolean close = random.nextInt(3) == 0;
        database.setUse(block, close ? BlockUse.CLOSED : BlockUse.OPEN);
        model.closed.remove(block);
        if (close) {
          model.closed.add(block);
        }
      }
      case 4 -> {
        database.close();
        model.closed.clear();
        return open();
      }
      case 5 -> {
        database.sync();
        background.runAll();
      }
      case 6, 7, 8, 9 -> model.now = model.now.plusSeconds(random.nextInt(20));
      case 10, 11, 12 -> database.withdraw(attachment);
      case 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26 -> {
        database.release(attachment);
        model.released(attachment);
      }
      default -> {
        LeaseRequest request = request(attachment, random);
        model.answered(request, database.allocate(request));
      }
    }
    return database;
  }

  private void verify(LeaseDatabase database) {
    assertThat(database.usage()).isEqualTo(model.usage());
    Set<IpAddress> seen = new HashSet<>();
    for (Lease lease : database.leases()) {
      for (IpAddress address : lease.addresses()) {
        assertThat(seen.add(address)).as("two leases on %s", address).isTrue();
        assertThat(model.held).containsEntry(address, lease.attachment());
        assertThat(database.lease(address)).contains(lease);
      }
      assertThat(database.lease(lease.attachment())).contains(lease);
    }
    assertThat(seen).hasSameSizeAs(model.held.keySet());
  }

  private static AddressRange range(Random random) {
    IpPrefix block = BLOCKS.get(random.nextInt(BLOCKS.size()));
    int first = random.nextInt(1 << block.hostBits());
    int last = first + random.nextInt(Math.min(4, (1 << block.hostBits()) - first));
    return new AddressRange(block.address(first), block.address(last));
  }

  private static LeaseRequest request(Attachment attachment, Random random) {
    Set<Family> families =
        switch (random.nextInt(3)) {
          case 0 -> EnumSet.of(Family.IPV4);
          case 1 -> EnumSet.of(Family.IPV6);
          default -> EnumSet.allOf(Family.class);
        };
    List<IpAddress> requested = random.nextInt(6) == 0 ? List.of(range(random).first()) : List.of();
    return new LeaseRequest(
        attachment,
        "pods",
        Optional.of("default"),
        Optional.of("web-" + random.nextInt(8)),
        "boot",
        "{}",
        families,
        requested,
        random.nextInt(3) == 0 ? Stickiness.STICKY : Stickiness.NONE);
  }
}
