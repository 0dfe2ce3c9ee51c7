package org.ovswin.agent.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.cni.Frames;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Reservation;

/** Client and server over a real socket, the agent being a fake that notes what it is asked. */
class AdminTest {
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
  private static final IpPrefix BLOCK = IpPrefix.parse("10.244.3.0/24");
  private static final IpPrefix BLOCK_6 = IpPrefix.parse("fd00:0:0:3::/64");
  private static final Holder HOLDER =
      new Holder(
          List.of(IpAddress.parse("10.244.3.17"), IpAddress.parse("fd00:0:0:3::11")),
          "c0ffee",
          "eth0",
          "net",
          Optional.of("default"),
          Optional.empty(),
          "/run/netns/x",
          NOW);

  @TempDir Path directory;
  private final Fake agent = new Fake();

  private static class Fake implements AdminHandler {
    final List<Object> asked = new ArrayList<>();

    @Override
    public AgentHealth health(Instant deadline) {
      return new AgentHealth(
          "worker-1",
          "0.1.0",
          NOW,
          new AgentHealth.StoreState(
              "file /x", AgentHealth.Reach.UNREACHABLE, NOW, Optional.of("no such directory")),
          List.of(
              new AgentHealth.BlockState(BLOCK, AgentHealth.Use.OPEN, 1, 252, 3, 4),
              new AgentHealth.BlockState(BLOCK_6, AgentHealth.Use.CLOSED, 1, Long.MAX_VALUE, 0, 2)),
          7,
          2,
          List.of("the store is unreachable"));
    }

    @Override
    public Release release(IpAddress address, Force force, Instant deadline) throws AdminException {
      asked.add(force);
      if (force == Force.ONLY_UNUSED) {
        throw new AdminException.Refused(address + " is used by " + HOLDER.displayName());
      }
      return new Release(address, HOLDER);
    }

    @Override
    public Reservation reserve(AddressRange range, String reason, Instant deadline) {
      return new Reservation(range, reason, NOW);
    }

    @Override
    public Reservation unreserve(AddressRange range, Instant deadline) {
      return new Reservation(range, "printer", NOW);
    }

    @Override
    public GcReport gc(GcMode mode, Instant deadline) {
      return new GcReport(
          mode,
          1,
          List.of(
              new GcReport.Candidate(
                  HOLDER, "its sandbox is gone", GcReport.Outcome.LEFT, Optional.of("why"))));
    }

    @Override
    public BlockChange addBlock(Family family, Instant deadline) {
      asked.add(family);
      return new BlockChange(BLOCK_6, List.of(BLOCK, BLOCK_6));
    }

    @Override
    public BlockChange releaseBlock(IpPrefix block, Instant deadline) {
      throw new IllegalStateException("secret");
    }
  }

  private Path socket() {
    return directory.resolve("run").resolve("admin.sock");
  }

  private AdminServer open() throws IOException {
    return AdminServer.open(socket(), agent, InstantSource.system());
  }

  @Test
  void everyMethod_bringsRequestAndAnswerAcross() throws Exception {
    try (AdminServer server = open()) {
      assertThat(server).isNotNull();
      AdminClient client = AdminClient.at(socket());
      AddressRange range = AddressRange.parse("10.244.3.10-10.244.3.20");

      assertThat(client.health()).isEqualTo(agent.health(NOW));
      assertThat(client.release(HOLDER.addresses().getFirst(), Force.EVEN_IF_USED))
          .isEqualTo(new Release(HOLDER.addresses().getFirst(), HOLDER));
      assertThat(client.reserve(range, "printer"))
          .isEqualTo(new Reservation(range, "printer", NOW));
      assertThat(client.unreserve(range)).isEqualTo(new Reservation(range, "printer", NOW));
      assertThat(client.gc(GcMode.DRY_RUN)).isEqualTo(agent.gc(GcMode.DRY_RUN, NOW));
      assertThat(client.addBlock(Family.IPV6))
          .isEqualTo(new BlockChange(BLOCK_6, List.of(BLOCK, BLOCK_6)));
      assertThat(agent.asked).containsExactly(Force.EVEN_IF_USED, Family.IPV6);
    }
  }

  @Test
  void socket_isOwnerOnly() throws IOException {
    try (AdminServer server = open()) {
      assertThat(server).isNotNull();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void call_thatTheAgentRefuses_saysWhy() throws IOException {
    try (AdminServer server = open()) {
      assertThat(server).isNotNull();
      assertThatThrownBy(
              () ->
                  AdminClient.at(socket())
                      .release(HOLDER.addresses().getFirst(), Force.ONLY_UNUSED))
          .isInstanceOf(AdminException.Refused.class)
          .hasMessage("10.244.3.17 is used by container c0ffee");
    }
  }

  @Test
  void call_onWhichTheAgentFails_tellsNothingOfItsInside() throws IOException {
    try (AdminServer server = open()) {
      assertThat(server).isNotNull();
      assertThatThrownBy(() -> AdminClient.at(socket()).releaseBlock(BLOCK))
          .isInstanceOf(AdminException.Refused.class)
          .hasMessage("internal: IllegalStateException (the agent's log has more)");
    }
  }

  @Test
  void call_whereNoAgentListens_saysSo() {
    assertThatThrownBy(() -> AdminClient.at(socket()).health())
        .isInstanceOf(AdminException.NotRunning.class)
        .hasMessageContaining(socket() + ": no agent answers here");
    assertThatThrownBy(() -> AdminClient.at(directory.resolve("x".repeat(120))).health())
        .isInstanceOf(AdminException.NotRunning.class);
  }

  @Test
  void call_thatIsNotAnsweredInTime_saysThatNobodyKnows() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    Fake slow =
        new Fake() {
          @Override
          public AgentHealth health(Instant deadline) {
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return super.health(deadline);
          }
        };
    try (AdminServer server = AdminServer.open(socket(), slow, InstantSource.system())) {
      assertThat(server).isNotNull();
      assertThatThrownBy(
              () -> AdminClient.at(socket()).withPatience(Duration.ofMillis(20)).health())
          .isInstanceOf(AdminException.Unanswered.class);
      end.countDown();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x|request: Unrecognized token 'x'",
        "{}|request: Missing creator property 'method'",
        "{\"method\":\"health\"}|request: Missing creator property 'params'",
        "{\"method\":\"health\",\"params\":{\"x\":1}}|request: Unrecognized field \"x\"",
        "{\"method\":\"ipam.release\",\"params\":{\"address\":\"10.244.3.017\",\"force\":"
            + "\"ONLY_UNUSED\"}}|10.244.3.017",
        "{\"method\":\"ipam.release\",\"params\":{\"address\":\"10.244.3.17\"}}|'force'",
        "{\"method\":\"ipam.release\",\"params\":{\"address\":\"10.244.3.17\",\"force\":\"yes\"}}"
            + "|ONLY_UNUSED",
        "{\"method\":\"drop\",\"params\":{}}|method: drop (expected: one of health, ipam.release",
      })
  void request_thatCannotBe_isNamedAndRefused(String request, String message) throws IOException {
    try (AdminServer server = open();
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      assertThat(server).isNotNull();
      Frames.write(channel, request.getBytes(UTF_8));
      assertThat(new String(Frames.read(channel), UTF_8).replace("\\\"", "\""))
          .startsWith("{\"error\":{\"message\":\"")
          .contains(message);
    }
    assertThat(agent.asked).isEmpty();
  }
}
