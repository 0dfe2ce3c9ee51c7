package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.Ipv6Address;

/** The uplink's IPv6 in the configuration file, and in the record of the last way out. */
class UplinkIpv6ConfigTest {
  private static AgentConfig.UplinkConfig uplink(String lines) throws InvalidConfigException {
    return AgentConfigFile.parse(
            """
            node: node1
            cluster: {ranges: [{cidr: 10.244.0.0/16}, {cidr: "fd00:10:244::/56"}], store: {file: /store}}
            stateDirectory: /state
            socketDirectory: /run
            openvswitch: {}
            uplink:
              device: eth0
              address: 172.30.0.11/24
              gateway: 172.30.0.1
            """
                + lines.indent(2))
        .uplink()
        .orElseThrow();
  }

  private static String both(String address, String gateway) {
    return "ipv6Address: \"%s\"\nipv6Gateway: \"%s\"".formatted(address, gateway);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fd00:30::1", "fe80::1"})
  void parse_addressAndGateway_areAsGiven(String gateway) throws Exception {
    assertThat(uplink(both("fd00:30::11/64", gateway)).ipv6())
        .contains(
            new AgentConfig.UplinkIpv6(
                Ipv6Address.parse("fd00:30::11"), 64, Ipv6Address.parse(gateway)));
  }

  @Test
  void parse_neither_isAFileAsBefore() throws Exception {
    assertThat(uplink("").ipv6()).isEmpty();
    assertThat(uplink("").addresses()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ipv6Address: \"fd00:30::11/64\" | uplink.ipv6Gateway: none (expected: given if",
        "ipv6Gateway: \"fd00:30::1\" | uplink.ipv6Gateway: fd00:30::1 (expected: given if",
      })
  void parse_oneOfTheTwo_isRefused(String lines, String message) {
    assertThatThrownBy(() -> uplink(lines)).hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fd00:30::11 | fd00:30::1 | ipv6Address: fd00:30::11 (expected: address/length",
        "fd00:30::11/129 | fd00:30::1 | expected: a length from 0 to 128",
        "fd00:30::11/064 | fd00:30::1 | expected: a length from 0 to 128",
        "172.30.0.11/24 | fd00:30::1 | uplink.ipv6Address: 172.30.0.11/24",
        "fe80::11/64 | fe80::1 | expected: an address of 2000::/3 or fc00::/7",
        "ff02::1/64 | fe80::1 | expected: an address of 2000::/3 or fc00::/7",
        "fd00:30::11/64 | fd00:31::1 | expected: an address of the uplink's subnet",
        "fd00:30::11/64 | fd00:30::11 | expected: another than uplink.ipv6Address",
        "fd00:10:244:7::11/64 | fe80::1 | expected: an address outside cluster.ranges",
        "fd00:30::11/64 | 172.30.0.1 | uplink.ipv6Gateway",
      })
  void parse_whatCannotBe_isRefused(String address, String gateway, String message) {
    assertThatThrownBy(() -> uplink(both(address, gateway))).hasMessageContaining(message);
  }

  @Test
  void exitRecord_keepsBothFamilies(@TempDir Path state) throws Exception {
    ExitRecord record = new ExitRecord(state);
    for (String lines : new String[] {"", both("fd00:30::11/64", "fe80::1")}) {
      record.write(uplink(lines));

      assertThat(record.read()).contains(uplink(lines));
    }
  }
}
