package org.ovswin.openflow.session;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;

/** Version negotiation (OpenFlow 1.5, 6.3.1). */
record VersionChoice(List<Version> offered) {
  private static final int WIRE_VERSIONS = 32;

  /** Our hello: the newest version in the header, all of them in the bitmap. */
  OpenFlowMessage hello(int xid) {
    int bitmap = 0;
    for (Version version : offered) {
      bitmap |= 1 << version.wire();
    }
    return new OpenFlowMessage(newest(), xid, new Message.Hello(OptionalInt.of(bitmap)));
  }

  /** The newest version that both bitmaps have; without a bitmap, the older of the two headers. */
  Optional<Version> with(int wireVersion, Message.Hello hello) {
    if (hello.versions().isPresent()) {
      int theirs = hello.versions().getAsInt();
      return offered.stream()
          .filter(v -> v.wire() < WIRE_VERSIONS && (theirs >>> v.wire() & 1) != 0)
          .max(Comparator.comparingInt(Version::wire));
    }
    int older = Math.min(wireVersion, newest().wire());
    return Version.ofWire(older).filter(offered::contains);
  }

  private Version newest() {
    return offered.stream().max(Comparator.comparingInt(Version::wire)).orElseThrow();
  }
}
