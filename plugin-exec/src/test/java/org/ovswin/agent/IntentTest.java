package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.Bandwidth.Rate;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Protocol;

final class IntentTest {
  @Test
  void parse_golden_readsEveryField() {
    assertThat(
            Intent.parse(
                """
                {"sandbox":"/run/netns/a",
                 "hostPorts":[{"protocol":"UDP","hostPort":5353,"podPort":53}]}
                """))
        .isEqualTo(
            new Intent(
                "/run/netns/a", List.of(new HostPort(Protocol.UDP, Optional.empty(), 5353, 53))));
  }

  @Test
  void parse_everythingThereIs_readsEveryField() {
    assertThat(
            Intent.parse(
                """
                {"sandbox":"/run/netns/a",
                 "hostPorts":[{"protocol":"SCTP","hostIp":"2001:db8::7","hostPort":1,"podPort":2}],
                 "mac":"02:00:00:00:00:07",
                 "toPod":{"bitsPerSecond":1000,"burstBits":8},
                 "fromPod":{"bitsPerSecond":2000,"burstBits":16},
                 "defaultRoute":"ELSEWHERE",
                 "port":"owr-3"}
                """))
        .isEqualTo(
            new Intent(
                "/run/netns/a",
                List.of(
                    new HostPort(Protocol.SCTP, Optional.of(IpAddress.parse("2001:db8::7")), 1, 2)),
                Optional.of(MacAddress.parse("02:00:00:00:00:07")),
                new Bandwidth(Optional.of(new Rate(1000, 8)), Optional.of(new Rate(2000, 16))),
                Intent.DefaultRoute.ELSEWHERE,
                Optional.of("owr-3")));
  }

  @Test
  void parse_whatWasWritten_isTheSame() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<HostPort> ports = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        List<Protocol> protocols = List.of(Protocol.values());
        Protocol protocol = protocols.get(random.nextInt(protocols.size()));
        ports.add(
            new HostPort(
                protocol, Optional.empty(), 1 + random.nextInt(65535), 1 + random.nextInt(65535)));
      }
      Intent intent =
          new Intent(
              "/proc/" + random.nextInt() + "/ns/\"ü\\n\n",
              ports,
              random.nextBoolean()
                  ? Optional.empty()
                  : Optional.of(MacAddress.forAddress(new Ipv4Address(random.nextInt()))),
              new Bandwidth(rate(random), rate(random)),
              random.nextBoolean() ? Intent.DefaultRoute.HERE : Intent.DefaultRoute.ELSEWHERE,
              random.nextBoolean() ? Optional.empty() : Optional.of("owr-" + random.nextInt(99)));
      assertThat(Intent.parse(intent.toJson())).as("seed %d", seed).isEqualTo(intent);
    }
  }

  private static Optional<Rate> rate(Random random) {
    return random.nextBoolean()
        ? Optional.empty()
        : Optional.of(new Rate(1 + random.nextInt(1 << 30), random.nextInt(1 << 30)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"sandbox\":\"/a\"}",
        "{\"sandbox\":null,\"hostPorts\":[]}",
        "{\"sandbox\":\"/a\",\"hostPorts\":null}",
        "{\"sandbox\":\"/a\",\"hostPorts\":[null]}",
        "{\"sandbox\":\"/a\",\"hostPorts\":[{}]}",
        "{\"sandbox\":\"/a\",\"hostPorts\":[{\"protocol\":null,\"hostPort\":1,\"podPort\":1}]}",
        "{\"sandbox\":\"/a\",\"hostPorts\":[{\"protocol\":\"ESP\",\"hostPort\":1,\"podPort\":1}]}",
        "{\"sandbox\":\"/a\",\"hostPorts\":[],\"later\":1}",
        "not JSON",
      })
  void parse_anythingElse_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Intent.parse(text))
        .withMessageStartingWith("intent: ");
  }

  @Test
  void podView_unreadableIntent_namesTheLease() {
    Lease lease =
        new Lease(
            Cluster.attachment(3),
            List.of(Ipv4Address.parse("10.244.1.4")),
            "net",
            Optional.empty(),
            Optional.empty(),
            "boot",
            Instant.EPOCH,
            Lease.Phase.HELD,
            "{}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PodView.of(lease))
        .withMessageContaining("10.244.1.4")
        .withMessageContaining("container3/eth0")
        .withMessageContaining("intent");
  }
}
