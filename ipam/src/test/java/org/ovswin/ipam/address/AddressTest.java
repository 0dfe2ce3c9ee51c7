package org.ovswin.ipam.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  private static final long SEED = 20261123;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.244.1.5",
        "255.255.255.255",
        "127.0.0.1",
        "::",
        "::1",
        "1::",
        "fd00:244::5",
        "2001:db8:0:1:1:1:1:1",
        "2001:db8::1:0:0:1",
        "2001:0:0:1::1",
        "1:2:3:4:5:6:7:8",
        "0:1:2:3:4:5:6:7",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
      })
  void parse_canonicalText_isReadAndWrittenUnchanged(String text) {
    assertThat(IpAddress.parse(text)).hasToString(text);
    assertThat(IpAddress.of(IpAddress.parse(text).bytes())).isEqualTo(IpAddress.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:DB8::1,                              2001:db8::1",
    "2001:0db8:0000:0000:0000:0000:0000:0001,  2001:db8::1",
    "0:0:0:0:0:0:0:0,                          ::",
    "2001:db8:0:0:1:0:0:1,                     2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1,                       2001:0:0:1::1",
    "1:2:3:4:5:6:7::,                          1:2:3:4:5:6:7:0",
  })
  void parse_ipv6InAnotherForm_isWrittenAsRfc5952(String text, String canonical) {
    assertThat(IpAddress.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // empty
        " ",
        "*", // all
        "10", // single segment
        "10.1", // inet_aton joined
        "10.1.1", // inet_aton joined
        "167772161", // inet_aton one number
        "010.0.0.1", // octal
        "10.0.0.01", // leading zero
        "10.00.0.1",
        "0xa.0.0.1", // hexadecimal
        "0xa000001",
        "10.0.0.a",
        "10.0.0.256", // out of range
        "10.0.0.1.2",
        "10.0.0.",
        ".10.0.0.1",
        "10..0.1",
        "10.0.0.-1",
        "10.0.0.1-5", // range
        "10.0.0.*", // wildcard
        "10.0.0._",
        "10.0.0.1/24", // prefix where an address is expected
        "10.0.0.1:80",
        " 10.0.0.1", // blanks
        "10.0.0.1 ",
        "10.0.0.1\n",
        "１０.0.0.1", // full-width digits
        "localhost",
        "::ffff:10.0.0.1", // IPv4-mapped
        "::ffff:a00:1", // IPv4-mapped, in hexadecimal
        "0:0:0:0:0:ffff:a00:1",
        "::10.0.0.1", // mixed
        "64:ff9b::10.0.0.1",
        "fe80::1%eth0", // zone
        "fe80::1%",
        "[::1]",
        ":::",
        ":",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "00001::",
        "fd00::*",
        "fd00::1-2",
        "=r54lj&NUUO~Hi%c2ym0", // base 85
        "20010db8000000000000000000000001",
        "1::2:3:4:5:6:7:8:9"
      })
  void parse_anythingAmbiguousOrMalformed_isRefused(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: ");
  }

  @Test
  void parse_wrongFamily_isRefusedWithBoth() {
    assertThatThrownBy(() -> Ipv4Address.parse("fd00::1"))
        .hasMessage("fd00::1: is IPv6 (expected: an IPv4 address)");
    assertThatThrownBy(() -> Ipv6Address.parse("10.0.0.1"))
        .hasMessage("10.0.0.1: is IPv4 (expected: an IPv6 address)");
    assertThatThrownBy(() -> IpAddress.parse("::ffff:10.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IpAddress.parse("::ffff:a00:1"))
        .hasMessage("::ffff:a00:1: is an IPv4-mapped address (expected: 10.0.0.1)");
  }

  @Test
  void toString_randomIpv6_readsBackAndAgreesWithTheJdk() throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      // Half of the groups are zero, so that runs of every length and place come up.
      Ipv6Address address = new Ipv6Address(sparse(random), sparse(random));
      if (address.isIpv4Mapped()) {
        continue;
      }
      assertThat(Ipv6Address.parse(address.toString())).as("seed %d", SEED).isEqualTo(address);
      assertThat(InetAddress.getByName(address.toString()).getAddress())
          .as("%s, seed %d", address, SEED)
          .isEqualTo(address.bytes());
    }
  }

  private static long sparse(Random random) {
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value =
          value << 16 | (random.nextBoolean() ? random.nextInt(0x10000) >>> random.nextInt(16) : 0);
    }
    return value;
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.0.255,   1,   10.244.1.0",
    "10.244.1.0,    -1,   10.244.0.255",
    "0.0.0.0,  4294967295, 255.255.255.255",
    "127.255.255.255, 1,  128.0.0.0",
    "fd00::ffff:ffff:ffff:ffff, 1, fd00:0:0:1::",
    "fd00:0:0:1::,  -1,   fd00::ffff:ffff:ffff:ffff",
    "::8000:0:0:0,  9223372036854775807, ::ffff:ffff:ffff:ffff",
  })
  void plus_insideTheFamily_countsAcrossBytes(String from, long offset, String to) {
    assertThat(IpAddress.parse(from).plus(offset)).hasToString(to);
  }

  @ParameterizedTest
  @CsvSource({
    "255.255.255.255, 1",
    "0.0.0.0, -1",
    "0.0.0.1, 9223372036854775807",
    "255.255.255.255, -9223372036854775808",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 1",
    "::, -1",
  })
  void plus_pastTheEnd_isRefused(String from, long offset) {
    IpAddress address = IpAddress.parse(from);
    assertThatThrownBy(() -> address.plus(offset))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is outside");
  }

  @Test
  void compareTo_shuffled_sortsUnsignedIpv4First() {
    List<IpAddress> sorted = new ArrayList<>();
    for (String text : List.of("0.0.0.1", "127.0.0.1", "128.0.0.1", "::", "7fff::", "8000::")) {
      sorted.add(IpAddress.parse(text));
    }
    List<IpAddress> shuffled = new ArrayList<>(sorted);
    Collections.shuffle(shuffled, new Random(SEED));
    Collections.sort(shuffled);
    assertThat(shuffled).isEqualTo(sorted);
  }

  @Test
  void netmask_everyLength_hasThatManyBits() {
    assertThat(Ipv4Address.netmask(0)).hasToString("0.0.0.0");
    assertThat(Ipv4Address.netmask(24)).hasToString("255.255.255.0");
    for (int length = 0; length <= 32; length++) {
      assertThat(Integer.bitCount(Ipv4Address.netmask(length).value())).isEqualTo(length);
    }
    assertThatThrownBy(() -> Ipv4Address.netmask(33)).hasMessageContaining("expected: 0 to 32");
  }

  @ParameterizedTest
  @CsvSource({
    "0e:2a:0a:f4:01:05, 0e:2a:0a:f4:01:05",
    "0E-2A-0A-F4-01-05, 0e:2a:0a:f4:01:05",
    "FF:ff:FF:ff:FF:ff, ff:ff:ff:ff:ff:ff",
    "00:00:00:00:00:00, 00:00:00:00:00:00",
  })
  void mac_bothNotations_areReadAndWrittenWithColons(String text, String canonical) {
    MacAddress mac = MacAddress.parse(text);
    assertThat(mac).hasToString(canonical);
    assertThat(MacAddress.of(mac.bytes())).isEqualTo(mac);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0e:2a:0a:f4:01",
        "0e:2a:0a:f4:01:05:06",
        "0e:2a-0a:f4:01:05",
        "0e2a0af40105",
        "0e2a.0af4.0105",
        "e:2a:0a:f4:01:05",
        "0g:2a:0a:f4:01:05",
        " 0e:2a:0a:f4:01:05",
        "0e:2a:0a:f4:01:05\n"
      })
  void mac_malformed_isRefused(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: ");
  }

  @Test
  void mac_forAddress_isTheOneThatWindowsFactsShow() {
    MacAddress mac = MacAddress.forAddress(Ipv4Address.parse("10.244.1.5"));
    assertThat(mac).hasToString("0e:2a:0a:f4:01:05");
    assertThat(mac.isMulticast()).isFalse();
    assertThat(MacAddress.forAddress(Ipv4Address.parse("255.255.255.255")))
        .hasToString("0e:2a:ff:ff:ff:ff");
    assertThat(MacAddress.parse("01:00:5e:00:00:01").isMulticast()).isTrue();
    assertThatThrownBy(() -> new MacAddress(1L << 48)).hasMessageContaining("at most 48 bits");
  }

  @Test
  void json_everyType_isItsText() throws Exception {
    record All(IpAddress any, Ipv4Address v4, Ipv6Address v6, IpPrefix prefix, MacAddress mac) {}
    All all =
        new All(
            IpAddress.parse("fd00::1"),
            Ipv4Address.parse("10.0.0.1"),
            Ipv6Address.parse("::1"),
            IpPrefix.parse("10.0.0.0/8"),
            MacAddress.parse("0e:2a:0a:f4:01:05"));
    ObjectMapper json = new ObjectMapper();
    String text = json.writeValueAsString(all);
    assertThat(text)
        .isEqualTo(
            "{\"any\":\"fd00::1\",\"v4\":\"10.0.0.1\",\"v6\":\"::1\",\"prefix\":\"10.0.0.0/8\","
                + "\"mac\":\"0e:2a:0a:f4:01:05\"}");
    assertThat(json.readValue(text, All.class)).isEqualTo(all);
  }
}
