package org.ovswin.openflow;

/**
 * A port of the switch (OpenFlow 1.5, 7.2.1).
 *
 * @param hardwareAddress 48 bits
 * @param name at most 15 bytes of ASCII
 * @param config bit 0: down by configuration
 * @param state bit 0: no link
 * @param properties speeds and features, in the form of the message's version
 */
public record PortDescription(
    int portNo, long hardwareAddress, String name, int config, int state, Octets properties) {}
