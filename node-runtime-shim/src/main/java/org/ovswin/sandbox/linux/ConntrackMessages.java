package org.ovswin.sandbox.linux;

import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_DUMP;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.sandbox.Protocol;

/**
 * The messages of include/uapi/linux/netfilter/nfnetlink_conntrack.h, to and from bytes. Numbers
 * inside of them are in network order.
 *
 * <pre>
 *  struct nfgenmsg: | family 1 | version 1 | resource 2 |, then attributes:
 *  CTA_TUPLE_ORIG  { CTA_TUPLE_IP { source, destination }, CTA_TUPLE_PROTO { number 1, ports 2 } }
 *  CTA_TUPLE_REPLY as what comes back is expected to look, after translation
 * </pre>
 */
final class ConntrackMessages {
  private static final int SUBSYSTEM = 1 << 8;
  static final int IPCTNL_MSG_CT_NEW = SUBSYSTEM;
  private static final int IPCTNL_MSG_CT_GET = SUBSYSTEM | 1;
  private static final int IPCTNL_MSG_CT_DELETE = SUBSYSTEM | 2;
  private static final int NFGENMSG_LENGTH = 4;
  private static final int CTA_TUPLE_ORIG = 1;
  private static final int CTA_TUPLE_REPLY = 2;
  private static final int CTA_ID = 12;
  private static final int CTA_ZONE = 18;
  private static final int CTA_FILTER = 25;
  private static final int CTA_TUPLE_IP = 1;
  private static final int CTA_TUPLE_PROTO = 2;
  private static final int CTA_IP_V4_SRC = 1;
  private static final int CTA_IP_V4_DST = 2;
  private static final int CTA_IP_V6_SRC = 3;
  private static final int CTA_IP_V6_DST = 4;
  private static final int CTA_PROTO_NUM = 1;
  private static final int CTA_PROTO_SRC_PORT = 2;
  private static final int CTA_PROTO_DST_PORT = 3;
  private static final int CTA_FILTER_ORIG_FLAGS = 1;
  private static final int CTA_FILTER_REPLY_FLAGS = 2;

  /** Of what a filter compares: the protocol's number and the destination port. */
  private static final int PROTOCOL_AND_DESTINATION_PORT = 1 << 3 | 1 << 5;

  private ConntrackMessages() {}

  /**
   * A connection as the kernel remembers it.
   *
   * @param family AF_INET or AF_INET6
   * @param destination where its first packet was sent to
   * @param answeredBy who answers, after translation
   * @param answeredFrom that one's port
   * @param original CTA_TUPLE_ORIG as it came
   * @param id CTA_ID as it came, so that a later connection of the same tuple is not hit
   * @param zone CTA_ZONE as it came
   */
  record Connection(
      int family,
      InetAddress destination,
      InetAddress answeredBy,
      int answeredFrom,
      ByteBuffer original,
      Optional<byte[]> id,
      Optional<byte[]> zone) {}

  /** Lists the connections of a protocol whose first packet was sent to a port. */
  static NetlinkRequest dump(int family, Protocol protocol, int port) {
    return nfgenmsg(
            new NetlinkRequest(
                IPCTNL_MSG_CT_GET,
                NLM_F_DUMP,
                "list connections of %s to port %d".formatted(protocol, port)),
            family)
        .nest(
            CTA_TUPLE_ORIG,
            tuple ->
                tuple.nest(
                    CTA_TUPLE_PROTO,
                    proto ->
                        proto
                            .attribute(CTA_PROTO_NUM, new byte[] {(byte) protocol.number()})
                            .attribute(
                                CTA_PROTO_DST_PORT, new byte[] {(byte) (port >>> 8), (byte) port})))
        .nest(
            CTA_FILTER,
            filter ->
                filter
                    .attributeU32(CTA_FILTER_ORIG_FLAGS, PROTOCOL_AND_DESTINATION_PORT)
                    .attributeU32(CTA_FILTER_REPLY_FLAGS, 0));
  }

  static NetlinkRequest delete(Connection connection) {
    byte[] tuple = new byte[connection.original().remaining()];
    connection.original().duplicate().get(tuple);
    NetlinkRequest request =
        nfgenmsg(
                new NetlinkRequest(
                    IPCTNL_MSG_CT_DELETE,
                    0,
                    "forget a connection to " + connection.destination().getHostAddress()),
                connection.family())
            .attribute(CTA_TUPLE_ORIG | NetlinkRequest.NLA_F_NESTED, tuple);
    connection.id().ifPresent(id -> request.attribute(CTA_ID, id));
    connection.zone().ifPresent(zone -> request.attribute(CTA_ZONE, zone));
    return request;
  }

  /**
   * Reads an IPCTNL_MSG_CT_NEW's body; empty for one without addresses or ports.
   *
   * @throws NetlinkFormatException if it is too short or a length leads out of it
   */
  static Optional<Connection> decode(ByteBuffer body) throws NetlinkFormatException {
    if (body.remaining() < NFGENMSG_LENGTH) {
      throw new NetlinkFormatException(
          "nfgenmsg: %d octets (expected: at least %d)"
              .formatted(body.remaining(), NFGENMSG_LENGTH));
    }
    int family = body.get(0) & 0xff;
    NetlinkAttributes attributes =
        NetlinkAttributes.read(body.slice(NFGENMSG_LENGTH, body.remaining() - NFGENMSG_LENGTH));
    NetlinkAttributes original = attributes.nested(CTA_TUPLE_ORIG).nested(CTA_TUPLE_IP);
    NetlinkAttributes reply = attributes.nested(CTA_TUPLE_REPLY);
    Optional<InetAddress> destination =
        original.address(CTA_IP_V4_DST).or(() -> original.address(CTA_IP_V6_DST));
    NetlinkAttributes replyIp = reply.nested(CTA_TUPLE_IP);
    Optional<InetAddress> answeredBy =
        replyIp.address(CTA_IP_V4_SRC).or(() -> replyIp.address(CTA_IP_V6_SRC));
    Optional<byte[]> port =
        reply
            .nested(CTA_TUPLE_PROTO)
            .bytes(CTA_PROTO_SRC_PORT)
            .filter(octets -> octets.length == Short.BYTES);
    if (destination.isEmpty() || answeredBy.isEmpty() || port.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Connection(
            family,
            destination.get(),
            answeredBy.get(),
            Short.toUnsignedInt(ByteBuffer.wrap(port.get()).getShort()),
            ByteBuffer.wrap(attributes.bytes(CTA_TUPLE_ORIG).orElseThrow()),
            attributes.bytes(CTA_ID),
            attributes.bytes(CTA_ZONE)));
  }

  private static NetlinkRequest nfgenmsg(NetlinkRequest request, int family) {
    return request.u8(family).u8(0).u16(0);
  }
}
