package org.ovswin.cni;

/**
 * Identity of one interface of one container, within a network.
 *
 * @param containerId {@code CNI_CONTAINERID}
 * @param ifName {@code CNI_IFNAME}
 */
public record Attachment(String containerId, String ifName) {}
