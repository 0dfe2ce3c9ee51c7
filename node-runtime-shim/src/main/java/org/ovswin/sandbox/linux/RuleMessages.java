package org.ovswin.sandbox.linux;

import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_CREATE;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_DUMP;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_EXCL;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.sandbox.InetPrefix;

/**
 * The RTM_…RULE messages of rtnetlink(7), to and from bytes, for rules that send a source to a
 * table.
 *
 * <pre>
 *  struct fib_rule_hdr: | family 1 | destination length 1 | source length 1 | tos 1 |
 *                       | table 1  | reserved 2 | action 1 | flags 4 |
 * </pre>
 */
final class RuleMessages {
  static final int RTM_NEWRULE = 32;
  private static final int RTM_DELRULE = 33;
  private static final int RTM_GETRULE = 34;
  private static final int FRA_SRC = 2;
  private static final int FRA_PRIORITY = 6;
  private static final int FRA_TABLE = 15;
  private static final int FRA_PROTOCOL = 21;
  private static final int FR_ACT_TO_TBL = 1;
  private static final int HEADER_LENGTH = 12;

  private RuleMessages() {}

  static NetlinkRequest add(PolicyRule rule) {
    return change(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, "add", rule);
  }

  static NetlinkRequest delete(PolicyRule rule) {
    return change(RTM_DELRULE, 0, "delete", rule);
  }

  /**
   * @param family AF_INET or AF_INET6
   */
  static NetlinkRequest dump(int family) {
    return header(new NetlinkRequest(RTM_GETRULE, NLM_F_DUMP, "list rules"), family, 0, 0);
  }

  private static NetlinkRequest change(int type, int flags, String verb, PolicyRule rule) {
    return header(
            new NetlinkRequest(type, flags, verb + " rule " + rule),
            AddressMessages.family(rule.source().address()),
            rule.source().prefixLength(),
            FR_ACT_TO_TBL)
        .attribute(FRA_SRC, rule.source().address().getAddress())
        .attributeU32(FRA_PRIORITY, rule.priority())
        .attributeU32(FRA_TABLE, rule.table())
        .attribute(FRA_PROTOCOL, new byte[] {(byte) rule.protocol()});
  }

  /**
   * Reads an RTM_NEWRULE's body; empty for a rule without a source, or that leads to no table.
   *
   * @throws NetlinkFormatException if it is too short or a length leads out of it
   */
  static Optional<PolicyRule> decode(ByteBuffer body) throws NetlinkFormatException {
    if (body.remaining() < HEADER_LENGTH) {
      throw new NetlinkFormatException(
          "fib_rule_hdr: %d octets (expected: at least %d)"
              .formatted(body.remaining(), HEADER_LENGTH));
    }
    int sourceLength = body.get(2) & 0xff;
    int table = body.get(4) & 0xff;
    if ((body.get(7) & 0xff) != FR_ACT_TO_TBL) {
      return Optional.empty();
    }
    NetlinkAttributes attributes =
        NetlinkAttributes.read(body.slice(HEADER_LENGTH, body.remaining() - HEADER_LENGTH));
    int protocol =
        attributes
            .bytes(FRA_PROTOCOL)
            .filter(bytes -> bytes.length == 1)
            .map(bytes -> bytes[0] & 0xff)
            .orElse(0);
    return attributes
        .address(FRA_SRC)
        .map(
            source ->
                new PolicyRule(
                    attributes.u32(FRA_PRIORITY).orElse(0),
                    new InetPrefix(source, sourceLength),
                    attributes.u32(FRA_TABLE).orElse(table),
                    protocol));
  }

  private static NetlinkRequest header(
      NetlinkRequest request, int family, int sourceLength, int action) {
    return request.u8(family).u8(0).u8(sourceLength).u8(0).u8(0).u8(0).u8(0).u8(action).u32(0);
  }
}
