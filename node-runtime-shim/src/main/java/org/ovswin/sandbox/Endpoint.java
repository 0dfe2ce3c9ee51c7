package org.ovswin.sandbox;

/**
 * An endpoint as it was observed.
 *
 * @param hostName its name on the host; the interface that becomes a port of the bridge
 * @param hostMac the link-layer address of the host's side
 * @param sandbox the network namespace of the pod's side
 * @param ifName the interface's name there
 * @param mac the interface's link-layer address there
 * @param mtu bytes
 */
public record Endpoint(
    String hostName, MacAddress hostMac, String sandbox, String ifName, MacAddress mac, int mtu) {}
