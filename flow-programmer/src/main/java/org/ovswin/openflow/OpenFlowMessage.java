package org.ovswin.openflow;

/**
 * A message with its header.
 *
 * @param wireVersion the header's version byte; a hello may carry one that {@link Version} lacks
 * @param xid ties a reply or an error to the request
 */
public record OpenFlowMessage(int wireVersion, int xid, Message body) {
  public OpenFlowMessage(Version version, int xid, Message body) {
    this(version.wire(), xid, body);
  }

  /**
   * As {@code ovs-ofctl ofp-print} shows it, in one or more lines; packets and what the model keeps
   * raw are shown as bytes.
   */
  public String text() {
    return MessageText.format(this);
  }
}
