package org.ovswin.openflow;

/** Nicira's larger extension actions as {@code ovs-ofctl} writes them (OVS lib/learn.c). */
final class NxActionText {
  private NxActionText() {}

  static String learn(Action.Learn a) {
    StringBuilder text = new StringBuilder("learn(table=").append(a.table()).append(',');
    appendUnlessZero(text, "idle_timeout=", a.idleSeconds());
    appendUnlessZero(text, "hard_timeout=", a.hardSeconds());
    appendUnlessZero(text, "fin_idle_timeout=", a.finIdleSeconds());
    appendUnlessZero(text, "fin_hard_timeout=", a.finHardSeconds());
    if (a.priority() != Flow.DEFAULT_PRIORITY) {
      text.append("priority=").append(a.priority()).append(',');
    }
    a.options().forEach(option -> text.append(FieldText.lower(option)).append(','));
    if (a.cookie() != 0) {
      text.append("cookie=0x").append(Long.toHexString(a.cookie())).append(',');
    }
    if (a.limit() != 0) {
      text.append("limit=").append(Integer.toUnsignedString(a.limit())).append(',');
    }
    a.result().ifPresent(bit -> text.append("result_dst=").append(bit).append(','));
    a.specs().forEach(spec -> text.append(spec).append(','));
    return ActionText.closed(text);
  }

  private static void appendUnlessZero(StringBuilder text, String name, int value) {
    if (value != 0) {
      text.append(name).append(value).append(',');
    }
  }

  static String finTimeout(Action.FinTimeout a) {
    StringBuilder text = new StringBuilder("fin_timeout(");
    appendUnlessZero(text, "idle_timeout=", a.idleSeconds());
    appendUnlessZero(text, "hard_timeout=", a.hardSeconds());
    return ActionText.closed(text);
  }

  static String sample(Action.Sample a) {
    return "sample(probability=%d,collector_set_id=%s,obs_domain_id=%s,obs_point_id=%s%s%s)"
        .formatted(
            a.probability(),
            Integer.toUnsignedString(a.collectorSetId()),
            Integer.toUnsignedString(a.observationDomainId()),
            Integer.toUnsignedString(a.observationPointId()),
            a.samplingPort() == PortNo.ANY
                ? ""
                : ",sampling_port=" + PortNo.toText(a.samplingPort()),
            a.direction() == Action.Sample.Direction.UNSAID
                ? ""
                : "," + FieldText.lower(a.direction()));
  }

  static String encap(Action.Encap a) {
    return switch (a.packetType()) {
      case Action.Encap.MPLS -> "encap(mpls)";
      case Action.Encap.MPLS_MULTICAST -> "encap(mpls_mc)";
      default -> "encap(ethernet)";
    };
  }

  static String decap(Action.Decap a) {
    return a.packetType() == Action.Decap.AS_THE_HEADER_SAYS
        ? "decap()"
        : "decap(packet_type(ns=%d,type=%s))"
            .formatted(a.packetType() >>> 16, FieldText.hexOrZero(a.packetType() & 0xffff));
  }
}
