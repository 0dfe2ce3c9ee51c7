package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** Which address is given, and what is said when none is. */
class LeaseAllocationTest {
  private static final IpPrefix SMALL = IpPrefix.parse("10.244.1.0/29");
  private static final IpPrefix OTHER = IpPrefix.parse("10.244.2.0/29");
  private static final IpPrefix WIDE = IpPrefix.parse("fd00:244::/64");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-11-01T12:00:00Z");
  private Optional<LeaseDatabase> opened = Optional.empty();

  @BeforeEach
  void open() throws IOException {
    opened = Optional.of(LeaseDatabase.open(directory, LeaseOptions.of(() -> now)));
  }

  @AfterEach
  void close() throws IOException {
    leases().close();
  }

  private LeaseDatabase leases() {
    return opened.orElseThrow();
  }

  private void reopen() throws IOException {
    close();
    open();
  }

  private static LeaseRequest request(
      String pod, Set<Family> families, Stickiness stickiness, String... requested) {
    return new LeaseRequest(
        new Attachment("container-of-" + pod, "eth0"),
        "pods",
        Optional.of("shop"),
        Optional.of(pod),
        "boot",
        "{}",
        families,
        List.of(requested).stream().map(IpAddress::parse).toList(),
        stickiness);
  }

  private static LeaseRequest request(String pod, String... requested) {
    return request(pod, Set.of(Family.IPV4), Stickiness.NONE, requested);
  }

  /** The addresses that were given, or why not. */
  private String give(LeaseRequest request) {
    return switch (leases().allocate(request)) {
      case Allocation.Allocated(Lease lease) ->
          String.join(" ", lease.addresses().stream().map(IpAddress::toString).toList());
      case Allocation.AlreadyHeld(Lease lease) -> "already " + lease.addresses();
      case Allocation.Exhausted exhausted -> exhausted.message();
      case Allocation.Refused refused -> refused.message();
    };
  }

  private void release(String pod) {
    assertThat(leases().release(new Attachment("container-of-" + pod, "eth0"))).isPresent();
  }

  @Test
  void released_coolsDownAlsoOverARestart_andIsGivenBeforeThatOnlyAsTheLast() throws IOException {
    leases().addBlock(SMALL);
    for (int i = 2; i <= 6; i++) {
      assertThat(give(request("p" + i))).isEqualTo("10.244.1." + i);
    }
    release("p4");
    now = now.plusSeconds(5);
    release("p3");
    now = now.plusSeconds(5);
    release("p2");
    reopen();
    assertThat(leases().usage()).containsExactly(new BlockUsage(SMALL, 2, 0, 3, 3));
    assertThat(give(request("a"))).as("cooling longest").isEqualTo("10.244.1.4");
    now = now.plusSeconds(26);
    assertThat(leases().usage()).containsExactly(new BlockUsage(SMALL, 3, 1, 1, 3));
    assertThat(give(request("b"))).as("cooled down").isEqualTo("10.244.1.3");
    now = now.plusSeconds(4);
    assertThat(leases().usage()).containsExactly(new BlockUsage(SMALL, 4, 1, 0, 3));
  }

  @Test
  void sticky_sameNameComesBack_hasItsAddressUntilSomebodyElseNeedsIt() throws IOException {
    leases().addBlock(SMALL);
    LeaseRequest web = request("web-0", Set.of(Family.IPV4), Stickiness.STICKY);
    assertThat(give(request("before"))).isEqualTo("10.244.1.2");
    assertThat(give(web)).isEqualTo("10.244.1.3");
    release("web-0");
    reopen();
    assertThat(give(request("p4"))).isEqualTo("10.244.1.4");
    assertThat(give(request("p5"))).isEqualTo("10.244.1.5");
    release("p4");
    assertThat(give(web)).as("its own, at once").isEqualTo("10.244.1.3");
    assertThat(give(request("p6"))).as("behind p5, not behind web-0").isEqualTo("10.244.1.6");
    release("web-0");
    assertThat(give(request("late"))).as("cooling before remembered").isEqualTo("10.244.1.4");
    assertThat(give(request("later"))).as("the last one").isEqualTo("10.244.1.3");
    assertThat(give(web)).contains("block 10.244.1.0/29 is full: 5 addresses in use");
    release("before");
    assertThat(give(web)).isEqualTo("10.244.1.2");
  }

  @Test
  void requested_refusals_sayWhoseItIs() {
    leases().addBlock(SMALL);
    leases().addBlock(OTHER);
    assertThat(give(request("db-0", "10.244.1.5"))).isEqualTo("10.244.1.5");
    assertThat(give(request("x", "10.244.1.5")))
        .isEqualTo(
            "requested address 10.244.1.5: is used by pod shop/db-0, container"
                + " container-of-db-0/eth0 (expected: a free address)");
    leases().withdraw(new Attachment("container-of-db-0", "eth0"));
    assertThat(give(request("x", "10.244.1.5"))).contains("is still being torn down for pod shop");
    assertThat(give(request("x", "10.244.3.5")))
        .isEqualTo(
            "requested address 10.244.3.5: is outside of this node's blocks (expected: an address"
                + " in 10.244.1.0/29, 10.244.2.0/29)");
    assertThat(give(request("x", "10.244.1.0")))
        .contains("is the network address of 10.244.1.0/29");
    assertThat(give(request("x", "10.244.2.1"))).contains("is the gateway of 10.244.2.0/29");
    assertThat(give(request("x", "10.244.2.7"))).contains("is the broadcast address of 10.244.2.0");
    assertThat(give(request("x", "fd00::5"))).contains("no IPv6 address is asked for");
    assertThat(give(request("x", "10.244.2.2", "10.244.2.3"))).contains("one of several IPv4");
    assertThat(give(request("x", Set.of(Family.IPV6), Stickiness.NONE, "fd00::5")))
        .contains("this node has no IPv6 block");
    leases().setUse(OTHER, BlockUse.CLOSED);
    assertThat(give(request("x", "10.244.2.2"))).contains("10.244.2.0/29 is being given back");
    assertThat(leases().leases()).hasSize(1);
  }

  @Test
  void reserved_isGivenOnlyByName_alsoInABlockAddedLater() throws IOException {
    Reservation reservation = leases().reserve(AddressRange.parse("10.244.1.2-10.244.1.4"), "vip");
    leases().addBlock(SMALL);
    reopen();
    assertThat(leases().reservations()).containsExactly(reservation);
    assertThat(give(request("a"))).isEqualTo("10.244.1.5");
    assertThat(give(request("b", "10.244.1.3"))).isEqualTo("10.244.1.3");
    assertThat(give(request("c"))).isEqualTo("10.244.1.6");
    assertThat(give(request("d")))
        .contains("3 addresses in use (0 being torn down) and 5 reserved");
    release("b");
    assertThat(give(request("d"))).contains("is full");
    assertThat(leases().unreserve(AddressRange.parse("10.244.1.2"))).isEmpty();
    assertThat(leases().unreserve(reservation.range())).contains(reservation);
    assertThat(give(request("d"))).isEqualTo("10.244.1.2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> leases().reserve(AddressRange.parse("10.0.0.1"), " "))
        .withMessageContaining("reason");
  }

  @Test
  void dualStack_oneFamilyFull_nothingIsGiven() throws IOException {
    leases().addBlock(SMALL);
    Set<Family> both = Set.of(Family.IPV4, Family.IPV6);
    assertThat(give(request("a", both, Stickiness.NONE)))
        .contains("no IPv6 block gives addresses on this node (expected: ");
    assertThat(leases().leases()).isEmpty();
    leases().addBlock(WIDE);
    assertThat(give(request("a", both, Stickiness.NONE))).isEqualTo("10.244.1.2 fd00:244::2");
    assertThat(give(request("b", both, Stickiness.NONE, "fd00:244::ffff:ffff")))
        .isEqualTo("10.244.1.3 fd00:244::ffff:ffff");
    assertThat(give(request("c", both, Stickiness.NONE, "fd00:244::1:0:0")))
        .contains("one of the first 2^32 addresses of fd00:244::/64");
    reopen();
    Lease lease = leases().lease(IpAddress.parse("fd00:244::ffff:ffff")).orElseThrow();
    assertThat(lease.address(Family.IPV4)).contains(IpAddress.parse("10.244.1.3"));
    assertThat(leases().usage().get(1)).isEqualTo(new BlockUsage(WIDE, 2, 65533, 0, 2));
    release("b");
    assertThat(leases().lease(IpAddress.parse("10.244.1.3"))).isEmpty();
    assertThat(leases().lease(IpAddress.parse("fd00:244::ffff:ffff"))).isEmpty();
  }

  @Test
  void blocks_severalOfAFamily_areFilledAsAddedAndEmptiedBackwards() throws IOException {
    leases().addBlock(OTHER);
    leases().addBlock(SMALL);
    leases().addBlock(OTHER);
    List<String> given = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      given.add(give(request("p" + i)));
    }
    assertThat(given.subList(0, 5)).allMatch(address -> address.startsWith("10.244.2."));
    assertThat(given.subList(5, 7)).containsExactly("10.244.1.2", "10.244.1.3");
    assertThatIllegalStateException()
        .isThrownBy(() -> leases().removeBlock(SMALL))
        .withMessageStartingWith(
            "block 10.244.1.0/29: has 2 leases (expected: none), of pod shop/p5");
    leases().setUse(SMALL, BlockUse.CLOSED);
    assertThat(give(request("q")))
        .contains("block 10.244.2.0/29 is full", "10.244.1.0/29 is being given back");
    release("p5");
    release("p6");
    leases().removeBlock(SMALL);
    leases().removeBlock(SMALL);
    reopen();
    assertThat(leases().blocks()).containsExactly(OTHER);
  }

  @Test
  void addBlock_thatDoesNotFit_isRefused() throws IOException {
    leases().addBlock(SMALL);
    for (String overlapping : List.of("10.244.0.0/16", "10.244.1.4/30")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> leases().addBlock(IpPrefix.parse(overlapping)))
          .withMessage(
              "block: " + overlapping + " (expected: one that does not overlap 10.244.1.0/29)");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> leases().addBlock(IpPrefix.parse("16.0.0.0/7")))
        .withMessage("block: 16.0.0.0/7 (expected: /8 or longer)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> leases().setUse(OTHER, BlockUse.CLOSED))
        .withMessageContaining("expected: one of [10.244.1.0/29]");
    for (String tiny : List.of("10.0.0.0/32", "10.0.0.2/31", "fd00::/128", "fd00::2/127")) {
      leases().addBlock(IpPrefix.parse(tiny));
    }
    leases().addBlock(IpPrefix.parse("fd01::/16"));
    reopen();
    assertThat(leases().blocks()).hasSize(6);
    assertThat(give(request("v6", Set.of(Family.IPV6), Stickiness.NONE))).isEqualTo("fd01::2");
  }

  @Test
  void request_thatMakesNoSense_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request("a", Set.of(), Stickiness.NONE))
        .withMessage("families: none (expected: IPv4, IPv6 or both)");
  }
}
