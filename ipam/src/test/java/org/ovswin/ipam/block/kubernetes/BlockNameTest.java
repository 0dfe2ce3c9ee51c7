package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpPrefix;

class BlockNameTest {
  @ParameterizedTest
  @CsvSource({
    "10.244.3.0/24, 10.244.3.0-24",
    "0.0.0.0/0, 0.0.0.0-0",
    "fd00:244:0:1::/64, fd00-244-0-1-0-0-0-0-64",
    "::/0, 0-0-0-0-0-0-0-0-0",
    "2001:db8:8000:ffff:8000::/65, 2001-db8-8000-ffff-8000-0-0-0-65",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128, ffff-ffff-ffff-ffff-ffff-ffff-ffff-ffff-128",
  })
  void name_isADnsSubdomainAndLeadsBack(String block, String name) {
    assertThat(BlockName.of(IpPrefix.parse(block))).isEqualTo(name);
    assertThat(name).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    assertThat(BlockName.parse(name)).contains(IpPrefix.parse(block));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "default",
        "10.244.3.0",
        "10.244.3.0-33",
        "10.244.3.1-24",
        "10.244.03.0-24",
        "10.244.3.0-024",
        "fd00-244-0-1-0-0-0-64",
        "fd00-0244-0-1-0-0-0-0-64",
        "FD00-244-0-1-0-0-0-0-64",
        "fd00-244-0-1-0-0-0-1-64",
        "fd00-244--1-64",
      })
  void anyOtherName_isNoBlock(String name) {
    assertThat(BlockName.parse(name)).isEmpty();
  }

  @Test
  void blocksOfOneRange_haveNamesOfTheirOwn() {
    IpPrefix range = IpPrefix.parse("fd00:244::/48");
    assertThat(
            LongStream.range(0, 1 << 12)
                .mapToObj(index -> BlockName.of(range.subPrefix(64, index << 4)))
                .distinct())
        .hasSize(1 << 12);
  }
}
