package org.ovswin.cni;

import java.time.Instant;

/**
 * One STATUS (since 1.1.0).
 *
 * @param cniVersion the version of the configuration
 * @param network the configuration's {@code name}
 * @param deadline when the answer is of no use any more
 */
public record StatusRequest(CniVersion cniVersion, String network, Instant deadline) {}
