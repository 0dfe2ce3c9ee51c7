package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OvsdbAddressTest {

  @ParameterizedTest
  @CsvSource({
    "unix:/run/openvswitch/db.sock, unix:/run/openvswitch/db.sock",
    "tcp:127.0.0.1:6641, tcp:127.0.0.1:6641",
    // The port has a default.
    "tcp:127.0.0.1, tcp:127.0.0.1:6640",
    "ssl:db.example:6640, ssl:db.example:6640",
    // Brackets keep a host's colons apart from the port's.
    "tcp:[::1]:6640, tcp:[::1]:6640",
    "ssl:[fe80::1], ssl:[fe80::1]:6640",
  })
  void parse_ovsNotation_isRead(String text, String expected) {
    assertThat(OvsdbAddress.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unix:",
        "/run/db.sock",
        "ptcp:6640",
        "tcp:",
        "tcp::6640",
        "tcp:host:",
        "tcp:host:port",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp:::1:6640",
        "tcp:[]:6640",
        "tcp:[::1]6640"
      })
  void parse_anythingElse_isRefusedWithTheText(String text) {
    assertThatThrownBy(() -> OvsdbAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected:");
  }
}
