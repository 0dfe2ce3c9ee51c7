package org.ovswin.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flows from text: what is read, and what is said of what cannot be. */
final class FlowParserTest {
  private static final long SEED = 20261123;
  private static final int FLOWS = 5000;

  @Test
  void parse_ofTheTextOfAFlow_givesTheFlow() {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      Flow flow = random.next();
      try {
        if (!FlowParser.parse(flow.toString()).equals(flow)) {
          failures.add(flow + "\n  read as " + FlowParser.parse(flow.toString()));
        }
      } catch (FlowSyntaxException e) {
        failures.add(flow + "\n  " + e.getMessage());
      }
    }
    assertThat(failures).as("seed %d", SEED).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tcp,nw_dst=10.0.0.0/255.255.255.0,tp_dst=80 action=3"
            + " ; tcp,nw_dst=10.0.0.0/24,tp_dst=80 actions=output:3",
        "cookie=0x1, duration=3.2s, table=4, n_packets=5, n_bytes=60, priority=7,arp actions=drop"
            + " ; cookie=0x1, table=4, priority=7,arp actions=drop",
        "arp,nw_src=10.0.0.1,ip_proto=1 actions=LOCAL ; arp,arp_spa=10.0.0.1,arp_op=1"
            + " actions=LOCAL",
        "icmp6,icmp_type=135,icmp_code=0 actions=flood ; icmp6,icmp_type=135,icmp_code=0"
            + " actions=FLOOD",
        "ip,ct_state=trk|est actions=normal ; ct_state=est|trk,ip actions=NORMAL",
        "ip,ct_state=0x20/0x21 actions=normal ; ct_state=-new+trk,ip actions=NORMAL",
        "dl_vlan=0xffff actions=drop ; vlan_tci=0x0000/0x1fff actions=drop",
        "dl_vlan_pcp=3 actions=drop ; dl_vlan_pcp=3 actions=drop",
        "reg0[16..31]=5 actions=drop ; reg0=0x50000/0xffff0000 actions=drop",
        "xreg0=0x100000002 actions=drop ; reg0=0x1,reg1=0x2 actions=drop",
        "dl_vlan=2 actions=mod_vlan_vid:3 ; dl_vlan=2 actions=set_field:4099->vlan_vid",
        "actions=mod_vlan_vid:3 ; actions=push_vlan:0x8100,set_field:4099->vlan_vid",
        "udp actions=mod_tp_dst:53 ; udp actions=set_field:53->udp_dst",
        "ip actions=ct(nat(src=10.0.0.1-10.0.0.9:1000-2000,hash),commit,zone=reg1[0..15]) ; ip"
            + " actions=ct(commit,zone=NXM_NX_REG1[0..15],nat(src=10.0.0.1-10.0.0.9:1000-2000,hash))",
        "ipv6 actions=ct(commit,nat(dst=[fd00::1]:80)) ; ipv6"
            + " actions=ct(commit,nat(dst=[fd00::1]:80))",
        "actions=controller(reason=no_match,id=7,userdata=01.02,pause)"
            + " ; actions=controller(reason=no_match,id=7,userdata=01.02,pause)",
        "actions=controller ; actions=CONTROLLER:65535",
        "actions=resubmit(3,4,ct),resubmit:5,resubmit(,6) ;"
            + " actions=resubmit(3,4,ct),resubmit:5,resubmit(,6)",
        "actions=enqueue:3:4 ; actions=set_queue:4,output:3,pop_queue",
        "actions=note:0102030405 ; actions=note:01.02.03.04.05.00",
        "oxm(0x00020004)=01020304 actions=raw(ffff000800000001)"
            + " ; oxm(0x00020004)=01020304 actions=raw(ffff000800000001)",
      })
  void parse_ofAnotherForm_givesTheSame(String text, String canonical) {
    assertThat(FlowParser.parse(text)).hasToString(canonical);
    assertThat(FlowParser.parse(canonical)).isEqualTo(FlowParser.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "table=300 actions=drop ; 6 ; 300 ; a number of at most 8 bits",
        "table=255 actions=drop ; 0 ; table: 255 ; 0 to 254",
        "tabel=3 actions=drop ; 0 ; tabel ; a field, a protocol, table",
        "ip,nw_dst=10.0.0.256 actions=drop ; 10 ; 10.0.0.256 ; an IPv4 address",
        "ip,nw_dst=10.0.0.0/33 actions=drop ; 19 ; 33 ; a prefix length of 0 to 32",
        "nw_dst=10.0.0.1 actions=drop ; 0 ; without its prerequisite ; eth_type 0x0800",
        "ip actions=outptu:3 ; 11 ; outptu ; the name of an action",
        "ip actions=output:3,ct(commit ; 23 ; commit ; a closing parenthesis",
        "actions=set_field:1->regg0 ; 21 ; regg0 ; the name of a field",
        "actions=load:0x1ffff->NXM_NX_REG0[0..15] ; 13 ; 0x1ffff ; at most 16 bits",
        "actions=goto_table:3,output:1 ; 8 ; output:1 after goto_table:3 ; actions, clear_actions",
        "actions=drop,output:1 ; 8 ; drop ; drop alone",
        "ip ; 2 ; '' ; actions= and what to do",
        "ct_state=+new+tracked actions=drop ; 14 ; tracked ; one of new, est",
        "dl_src=0a:58 actions=drop ; 7 ; 0a:58 ; an Ethernet address",
        "ipv6,ipv6_src=fd00:::1 actions=drop ; 14 ; fd00:::1 ; an IPv6 address",
        "dl_type=0x800/0xff00 actions=drop ; 8 ; mask 0xff00 ; the field cannot be masked",
        "actions=move:NXM_NX_REG0[]->NXM_NX_REG1[0..7] ; 13 ; move ; equal widths",
      })
  void parse_ofNoFlow_saysWhereAndWhy(String text, int offset, String found, String expected) {
    FlowSyntaxException e =
        catchThrowableOfType(FlowSyntaxException.class, () -> FlowParser.parse(text));
    assertThat(e).as(text).isNotNull();
    assertThat(e.offset()).as(e.getMessage()).isEqualTo(offset);
    assertThat(e.found()).contains(found);
    assertThat(e.expected()).contains(expected);
  }

  @Test
  void parse_ofAMutilatedText_isAFlowOrASyntaxError() {
    RandomFlows random = RandomFlows.ofEverything(SEED);
    java.util.Random choice = new java.util.Random(SEED);
    String others = "()[]=:,->./|+0x9az ";
    for (int i = 0; i < FLOWS; i++) {
      StringBuilder text = new StringBuilder(random.next().toString());
      for (int n = choice.nextInt(4); n >= 0 && !text.isEmpty(); n--) {
        int at = choice.nextInt(text.length());
        switch (choice.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, others.charAt(choice.nextInt(others.length())));
          default -> text.setLength(Math.max(at, 1));
        }
      }
      try {
        FlowParser.parse(text.toString());
      } catch (FlowSyntaxException e) {
        assertThat(e.offset()).as("%s: %s", text, e.getMessage()).isBetween(0, text.length());
      }
    }
  }
}
