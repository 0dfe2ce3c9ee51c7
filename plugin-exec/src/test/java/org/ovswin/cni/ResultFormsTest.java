package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Facts, "Results": what an ADD prints in each version, and how a chained one passes on. */
class ResultFormsTest {
  private final StrictHandler handler = new StrictHandler();

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.2.0"})
  void add_upTo020_printsOneAddressOfEachFamily(String version) {
    assertThat(printed(Call.add().version(version)))
        .isEqualTo(
            """
            {"cniVersion":"%s",\
            "ip4":{"ip":"10.244.1.5/24","gateway":"10.244.1.1",\
            "routes":[{"dst":"0.0.0.0/0","gw":"10.244.1.1"}]},\
            "ip6":{"ip":"fd00:244:1::5/64"}}
            """
                .formatted(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0"})
  void add_upTo040_printsTheFamilyOfEachAddress(String version) {
    assertThat(printed(Call.add().version(version)))
        .isEqualTo(
            """
            {"cniVersion":"%s",\
            "interfaces":[{"name":"veth1","mac":"0e:2a:0a:f4:01:05"},\
            {"name":"eth0","mac":"0e:2a:0a:f4:01:05","sandbox":"/run/netns/pod1"}],\
            "ips":[{"version":"4","interface":1,"address":"10.244.1.5/24","gateway":"10.244.1.1"},\
            {"version":"6","interface":1,"address":"fd00:244:1::5/64"}],\
            "routes":[{"dst":"0.0.0.0/0","gw":"10.244.1.1"}]}
            """
                .formatted(version));
  }

  @Test
  void add_100_printsNoFamilyAndNoMtu() {
    assertThat(printed(Call.add().version("1.0.0")))
        .isEqualTo(
            """
            {"cniVersion":"1.0.0",\
            "interfaces":[{"name":"veth1","mac":"0e:2a:0a:f4:01:05"},\
            {"name":"eth0","mac":"0e:2a:0a:f4:01:05","sandbox":"/run/netns/pod1"}],\
            "ips":[{"interface":1,"address":"10.244.1.5/24","gateway":"10.244.1.1"},\
            {"interface":1,"address":"fd00:244:1::5/64"}],\
            "routes":[{"dst":"0.0.0.0/0","gw":"10.244.1.1"}]}
            """);
  }

  @Test
  void add_110_printsTheMtuOfInterfaces() {
    assertThat(printed(Call.add().version("1.1.0")))
        .startsWith(
            """
            {"cniVersion":"1.1.0",\
            "interfaces":[{"name":"veth1","mac":"0e:2a:0a:f4:01:05","mtu":1450},\
            {"name":"eth0","mac":"0e:2a:0a:f4:01:05","mtu":1450,"sandbox":"/run/netns/pod1"}],\
            """);
  }

  @Test
  void add_withoutVersion_means010() {
    for (Call call : List.of(Call.add().unset("cniVersion"), Call.add().version(""))) {
      assertThat(printed(call)).startsWith("{\"cniVersion\":\"0.1.0\",\"ip4\"");
    }
  }

  @Test
  void add_withDns_printsIt() {
    assertThat(
            printed(Call.add().set("dns", "{\"nameservers\":[\"10.0.0.2\"],\"search\":[\"a\"]}")))
        .contains("\"dns\":{\"nameservers\":[\"10.0.0.2\"],\"search\":[\"a\"]}");
  }

  /** Every field that a version knows goes in and out again unchanged, ours behind it. */
  @Test
  void add_chained_passesPrevResultThroughWithShiftedIndexes() {
    String prevResult =
        """
        {"cniVersion":"1.1.0",\
        "interfaces":[{"name":"port0","mac":"00:11:22:33:44:55:66:77","mtu":9000,\
        "socketPath":"/run/vhost","pciID":"0000:00:1f.6"}],\
        "ips":[{"interface":0,"address":"fd01::1/64","gateway":"fd01::2"},{"address":"1.2.3.4/8"}],\
        "routes":[{"dst":"10.9.0.0/16","mtu":1400,"advmss":1360,"priority":10,\
        "table":4294967295,"scope":253}],\
        "dns":{"nameservers":["10.0.0.2"],"domain":"d","search":["s"],"options":["ndots:5"]}}
        """;

    String printed = printed(Call.add().version("1.1.0").set("prevResult", prevResult));

    assertThat(Call.json(printed).at("/interfaces/0"))
        .isEqualTo(Call.json(prevResult).at("/interfaces/0"));
    assertThat(Call.json(printed).at("/ips/0")).isEqualTo(Call.json(prevResult).at("/ips/0"));
    assertThat(Call.json(printed).at("/ips/1")).isEqualTo(Call.json(prevResult).at("/ips/1"));
    assertThat(Call.json(printed).at("/ips/2/interface").intValue()).isEqualTo(2);
    assertThat(Call.json(printed).at("/routes/0")).isEqualTo(Call.json(prevResult).at("/routes/0"));
    assertThat(Call.json(printed).at("/dns")).isEqualTo(Call.json(prevResult).at("/dns"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.2.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"})
  void prevResult_inTheFormOfAnyVersion_isRead(String version) {
    String result = printed(Call.add().version(version));
    Call.add().version("1.1.0").set("prevResult", result).answeredBy(handler);

    CniResult read = handler.lastRequest().prevResult().orElseThrow();
    assertThat(read.ips())
        .extracting(ip -> ip.address().toString())
        .containsExactly("10.244.1.5/24", "fd00:244:1::5/64");
    assertThat(read.routes())
        .extracting(route -> route.dst().toString())
        .containsExactly("0.0.0.0/0");
  }

  @Test
  void successOfOtherVerbs_printsNothing() {
    handler.attachments.put(new Attachment("c0ffee", "eth0"), request());
    Stream.of(CniVerb.CHECK, CniVerb.GC, CniVerb.STATUS, CniVerb.DEL)
        .forEach(verb -> assertThat(printed(Call.of(verb))).as(verb.name()).isEmpty());
  }

  private CniRequest request() {
    Call.add().answeredBy(handler);
    return handler.lastRequest();
  }

  private String printed(Call call) {
    Call.Output output = call.answeredBy(handler);
    assertThat(output.exitCode()).as(output.standardOutput()).isZero();
    return output.standardOutput();
  }
}
