package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTracesTest {
  private static final Pod POD =
      new Pod(
          "a",
          "node1",
          "c0ffee",
          new Host("a", Path.of("/run/netns/a"), "10.244.0.3"),
          "owr-1",
          "02:00:0a:f4:00:03",
          "10.244.0.1",
          List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ip,nw_dst=10.244.0.3 actions=drop                     | true",
        "ip,nw_dst=10.244.0.3,nw_src=1.2.3.4 actions=drop      | true",
        "ct(commit,nat(dst=10.244.0.3:8080))                   | true",
        "ip,nw_dst=10.244.0.30 actions=drop                    | false",
        "ip,nw_dst=110.244.0.3 actions=drop                    | false",
        "cookie=0x300000af40003, table=1                       | true",
        "cookie=0xaf40003, table=1                             | true",
        "cookie=0x300000af400031, table=1                      | false",
        "actions=set_field:02:00:0a:f4:00:03->eth_dst,output:5 | true",
        "actions=set_field:02:00:0a:f4:00:04->eth_dst,output:5 | false",
      })
  void mention_flowText_isFoundWhereItIsThePods(String flow, boolean expected) {
    Pattern mention = PodTraces.mention(POD);
    assertThat(mention.matcher(flow).find()).isEqualTo(expected);
  }
}
