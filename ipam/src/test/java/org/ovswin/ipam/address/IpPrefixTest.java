package org.ovswin.ipam.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0/0", "10.244.0.0/16", "10.244.1.5/32", "::/0", "fd00::/64", "fd00::1/128"})
  void parse_canonicalText_isReadAndWrittenUnchanged(String text) {
    assertThat(IpPrefix.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "*",
        "10.244.0.0",
        "10.244.0.0/",
        "/16",
        "10.244.0.0/016",
        "10.244.0.0/+16",
        "10.244.0.0/-1",
        "10.244.0.0/33",
        "10.244.0.0/16 ",
        " 10.244.0.0/16",
        "10.244.0.0/16/16",
        "10.244.0.0/255.255.0.0",
        "10.244/16",
        "fd00::/129",
        "10.244.0.0/9999999999",
        "::ffff:10.0.0.0/104"
      })
  void parse_malformed_isRefused(String text) {
    assertThatThrownBy(() -> IpPrefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: ");
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.1.5/16, 10.244.0.0/16",
    "10.0.0.1/31,   10.0.0.0/31",
    "1.0.0.0/0,     0.0.0.0/0",
    "fd00::1/64,    fd00::/64",
    "fd00:0:0:1::/63, fd00::/63",
  })
  void parse_hostBitsSet_isRefusedNamingTheNetwork(String text, String expected) {
    assertThatThrownBy(() -> IpPrefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(text + ": has host bits set (expected: " + expected + ")");
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.0.0/16, 10.244.255.255, true",
    "10.244.0.0/16, 10.245.0.0,     false",
    "0.0.0.0/0,     255.255.255.255, true",
    "10.0.0.1/32,   10.0.0.1,       true",
    "0.0.0.0/0,     ::1,            false",
    "fd00::/64,     fd00::ffff:0:0:1, true",
    "fd00::/64,     fd00:0:0:1::,   false",
  })
  void contains_address(String prefix, String address, boolean inside) {
    assertThat(IpPrefix.parse(prefix).contains(IpAddress.parse(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.0.0/16, 10.244.3.0/24, true,  true",
    "10.244.3.0/24, 10.244.0.0/16, false, true",
    "10.244.0.0/16, 10.244.0.0/16, true,  true",
    "10.244.0.0/24, 10.244.1.0/24, false, false",
    "0.0.0.0/0,     ::/0,          false, false",
  })
  void contains_andOverlaps_prefix(String a, String b, boolean contains, boolean overlaps) {
    assertThat(IpPrefix.parse(a).contains(IpPrefix.parse(b))).isEqualTo(contains);
    assertThat(IpPrefix.parse(a).overlaps(IpPrefix.parse(b))).isEqualTo(overlaps);
    assertThat(IpPrefix.parse(b).overlaps(IpPrefix.parse(a))).isEqualTo(overlaps);
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.1.0/24, 0,   10.244.1.0",
    "10.244.1.0/24, 255, 10.244.1.255",
    "0.0.0.0/0, 4294967295, 255.255.255.255",
    "10.0.0.1/32,   0,   10.0.0.1",
    "fd00::/64,     9223372036854775807, fd00::7fff:ffff:ffff:ffff",
    "::/0,          5,   ::5",
  })
  void address_offsetInside_andBack(String prefix, long offset, String address) {
    assertThat(IpPrefix.parse(prefix).address(offset)).hasToString(address);
    assertThat(IpPrefix.parse(prefix).offset(IpAddress.parse(address))).isEqualTo(offset);
  }

  @Test
  void address_offsetOutside_isRefused() {
    IpPrefix block = IpPrefix.parse("10.244.1.0/24");
    assertThatThrownBy(() -> block.address(256)).hasMessageContaining("expected: inside");
    assertThatThrownBy(() -> block.address(-1)).hasMessageContaining("expected: inside");
    assertThatThrownBy(() -> block.offset(IpAddress.parse("10.244.2.0")))
        .hasMessage("10.244.2.0: (expected: an address in 10.244.1.0/24)");
    assertThatThrownBy(() -> IpPrefix.parse("::/0").offset(IpAddress.parse("1::")))
        .hasMessageContaining("less than 2^63");
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.1.0/24, 10.244.1.255",
    "0.0.0.0/0,     255.255.255.255",
    "10.0.0.1/32,   10.0.0.1",
    "fd00::/64,     fd00::ffff:ffff:ffff:ffff",
    "fd00::/32,     fd00:0:ffff:ffff:ffff:ffff:ffff:ffff",
    "fd00::1/128,   fd00::1",
  })
  void last(String prefix, String last) {
    assertThat(IpPrefix.parse(prefix).last()).hasToString(last);
  }

  @Test
  void of_anyAddress_clearsItsHostBits() {
    assertThat(IpPrefix.of(IpAddress.parse("10.244.1.5"), 24)).hasToString("10.244.1.0/24");
    assertThat(IpPrefix.of(IpAddress.parse("fd00:0:0:1:2::"), 64)).hasToString("fd00:0:0:1::/64");
  }
}
