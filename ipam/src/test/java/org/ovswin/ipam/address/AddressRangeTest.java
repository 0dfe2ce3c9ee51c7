package org.ovswin.ipam.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

  @ParameterizedTest
  @CsvSource({
    "10.244.3.10, 10.244.3.10, 10.244.3.10, 10.244.3.10",
    "10.244.3.10-10.244.3.20, 10.244.3.10, 10.244.3.20, 10.244.3.10-10.244.3.20",
    "10.244.3.10-10.244.3.10, 10.244.3.10, 10.244.3.10, 10.244.3.10",
    "10.244.3.16/28, 10.244.3.16, 10.244.3.31, 10.244.3.16-10.244.3.31",
    "fd00::10-fd00::1f, fd00::10, fd00::1f, fd00::10-fd00::1f",
    "fd00::/126, fd00::, fd00::3, fd00::-fd00::3",
    "0.0.0.0/0, 0.0.0.0, 255.255.255.255, 0.0.0.0-255.255.255.255",
  })
  void parse_anyForm_hasTheseEnds(String text, String first, String last, String canonical) {
    AddressRange range = AddressRange.parse(text);
    assertThat(range.first()).hasToString(first);
    assertThat(range.last()).hasToString(last);
    assertThat(range).hasToString(canonical);
    assertThat(AddressRange.parse(range.toString())).isEqualTo(range);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "*",
        "10.244.3.20-10.244.3.10",
        "10.244.3.10-fd00::1",
        "10.244.3.10 - 10.244.3.20",
        "10.244.3.10-20",
        "10.244.3.10-",
        "-10.244.3.10",
        "10.244.3.1-10.244.3.2-10.244.3.3",
        "10.244.3.17/28",
        "10.244.3.16/28-10.244.3.40",
        "010.244.3.10",
        "::ffff:10.0.0.1",
        "::ffff:a00:1",
      })
  void parse_anythingElse_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressRange.parse(text))
        .withMessageContaining("expected: ");
  }

  @Test
  void containsAndOverlaps_atTheEnds_countBothOfThem() {
    AddressRange range = AddressRange.parse("10.0.0.200-10.0.1.3");
    assertThat(range.contains(IpAddress.parse("10.0.0.200"))).isTrue();
    assertThat(range.contains(IpAddress.parse("10.0.1.3"))).isTrue();
    assertThat(range.contains(IpAddress.parse("10.0.0.199"))).isFalse();
    assertThat(range.contains(IpAddress.parse("10.0.1.4"))).isFalse();
    assertThat(range.contains(IpAddress.parse("fd00::1"))).isFalse();
    assertThat(range.overlaps(AddressRange.parse("10.0.1.3-10.0.1.9"))).isTrue();
    assertThat(range.overlaps(AddressRange.parse("10.0.1.4-10.0.1.9"))).isFalse();
    assertThat(range.overlaps(AddressRange.parse("10.0.0.0/8"))).isTrue();
    assertThat(range.overlaps(AddressRange.parse("::/0"))).isFalse();
    assertThat(AddressRange.parse("128.0.0.0/1").contains(IpAddress.parse("255.255.255.255")))
        .isTrue();
  }

  @Test
  void family_ofAddressAndPrefix_isTold() {
    assertThat(Family.of(IpAddress.parse("10.0.0.1"))).isEqualTo(Family.IPV4).hasToString("IPv4");
    assertThat(Family.of(IpPrefix.parse("fd00::/64"))).isEqualTo(Family.IPV6).hasToString("IPv6");
    assertThat(Family.IPV4.bits()).isEqualTo(32);
    assertThat(Family.IPV6.bits()).isEqualTo(128);
  }
}
