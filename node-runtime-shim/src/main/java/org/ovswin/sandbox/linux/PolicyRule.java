package org.ovswin.sandbox.linux;

import org.ovswin.sandbox.InetPrefix;

/**
 * A rule of the routing policy (ip-rule(8)): what is sent from a source finds its route in a table.
 *
 * @param priority the place among all rules: lower ones are asked first. 0 is the local table's,
 *     32766 the main one's
 * @param source whole addresses, or a prefix
 * @param table RT_TABLE_…, 32 bits without sign
 * @param protocol RTPROT_…: who made it
 */
public record PolicyRule(int priority, InetPrefix source, int table, int protocol) {
  @Override
  public String toString() {
    return "%d: from %s lookup %s".formatted(priority, source, Integer.toUnsignedString(table));
  }
}
