package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.AsyncConfig;
import org.ovswin.openflow.AsyncConfig.Kind;
import org.ovswin.openflow.AsyncConfig.Mask;
import org.ovswin.openflow.Role;
import org.ovswin.openflow.Version;

/**
 * Which messages a switch sends by itself (OpenFlow 1.3, 7.3.10; 1.5, 7.3.10).
 *
 * <pre>
 * 1.3:        packet-in, port status, flow removed: each a mask for primary (32 bits) and one
 *             for secondary (32)
 * 1.4 and on: properties: twice the kind, plus 1 for primary (16) | 8 (16) | mask (32)
 * </pre>
 */
final class AsyncConfigCodec {
  private static final int KINDS_1_3 = 3;
  private static final int PROPERTY_BYTES = 8;

  private AsyncConfigCodec() {}

  static void write(ByteBuf out, Version version, AsyncConfig config) {
    if (version.isAtLeast(Version.V1_4)) {
      for (Mask mask : config.masks()) {
        out.writeShort(2 * Wire.indexOf(mask.kind()) + (mask.role() == Role.PRIMARY ? 1 : 0));
        out.writeShort(PROPERTY_BYTES);
        out.writeInt(mask.reasons());
      }
      return;
    }
    for (Kind kind : Kind.values()) {
      int primary = config.reasons(kind, Role.PRIMARY);
      int secondary = config.reasons(kind, Role.SECONDARY);
      if (Wire.indexOf(kind) < KINDS_1_3) {
        out.writeInt(primary);
        out.writeInt(secondary);
      } else if ((primary | secondary) != 0) {
        throw new IllegalArgumentException(
            "%s in OpenFlow %s (expected: 1.4 or later)".formatted(kind, version));
      }
    }
  }

  /** Empty where it has a property that the model does not know. */
  static Optional<AsyncConfig> read(WireReader in, Version version) {
    Kind[] kinds = Kind.values();
    List<Mask> masks = new ArrayList<>();
    if (!version.isAtLeast(Version.V1_4)) {
      for (int i = 0; i < KINDS_1_3; i++) {
        masks.add(new Mask(kinds[i], Role.PRIMARY, in.i32()));
        masks.add(new Mask(kinds[i], Role.SECONDARY, in.i32()));
      }
      return Optional.of(new AsyncConfig(masks));
    }
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      int type = property.u16();
      property.skip(2);
      if (type / 2 >= kinds.length) {
        return Optional.empty();
      }
      Role role = type % 2 == 1 ? Role.PRIMARY : Role.SECONDARY;
      masks.add(new Mask(kinds[type / 2], role, property.i32()));
    }
    return Optional.of(new AsyncConfig(masks));
  }
}
