package org.ovswin.sandbox.linux;

import java.io.IOException;

/** What the kernel sent is not a netlink message as this code knows them. */
public final class NetlinkFormatException extends IOException {
  NetlinkFormatException(String message) {
    super("netlink: " + message);
  }
}
