package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;

/**
 * Meters (OpenFlow 1.5, 7.3.4.4 and 7.3.5.13).
 *
 * <pre>
 * meter-mod: command (16 bits) | flags (16) | meter (32) | bands
 * config:    length (16) | flags (16) | meter (32) | bands
 * band:      type (16) | length of all of it (16) | rate (32) | burst size (32)
 *            | drop: zeros (32); DSCP remark: precedence (8), zeros (24)
 * </pre>
 */
final class MeterCodec {
  private static final int DROP = 1;
  private static final int DSCP_REMARK = 2;
  private static final int BAND_BYTES = 16;
  private static final int CONFIG_BYTES = 8;

  private MeterCodec() {}

  static void writeMod(ByteBuf out, Message.MeterMod mod) {
    out.writeShort(Wire.indexOf(mod.command()));
    out.writeShort(mod.flags());
    out.writeInt(mod.meterId());
    writeBands(out, mod.bands());
  }

  static Message readMod(WireReader in) {
    Message.MeterMod.Command command =
        in.constant("meter-mod command", Message.MeterMod.Command.values(), in.u16());
    int flags = in.u16();
    int meterId = in.i32();
    return new Message.MeterMod(command, meterId, flags, readBands(in));
  }

  static void writeConfig(ByteBuf out, Meter meter) {
    int start = out.writerIndex();
    out.writeZero(2);
    out.writeShort(meter.flags());
    out.writeInt(meter.id());
    writeBands(out, meter.bands());
    out.setShort(start, out.writerIndex() - start);
  }

  static Meter readConfig(WireReader in) {
    WireReader meter = in.structure("meter", CONFIG_BYTES);
    meter.skip(2);
    int flags = meter.u16();
    int id = meter.i32();
    return new Meter(id, flags, readBands(meter));
  }

  private static void writeBands(ByteBuf out, List<Meter.Band> bands) {
    for (Meter.Band band : bands) {
      switch (band) {
        case Meter.Band.Drop(long rate, long burst) -> {
          writeBand(out, DROP, rate, burst);
          out.writeZero(4);
        }
        case Meter.Band.DscpRemark(long rate, long burst, int precedence) -> {
          writeBand(out, DSCP_REMARK, rate, burst);
          out.writeByte(precedence);
          out.writeZero(3);
        }
        case Meter.Band.Raw raw -> ActionEncoder.writeOctets(out, raw.bytes());
      }
    }
  }

  private static void writeBand(ByteBuf out, int type, long rate, long burst) {
    out.writeShort(type);
    out.writeShort(BAND_BYTES);
    out.writeInt((int) rate);
    out.writeInt((int) burst);
  }

  /** All bands up to the reader's end. */
  private static List<Meter.Band> readBands(WireReader in) {
    List<Meter.Band> bands = new ArrayList<>();
    while (in.hasMore()) {
      WireReader band = in.typedStructure("band", 12, 1);
      WireReader whole = band.copy();
      int type = band.u16();
      band.skip(2);
      long rate = band.u32();
      long burst = band.u32();
      bands.add(
          switch (type) {
            case DROP -> {
              band.skip(4);
              yield new Meter.Band.Drop(rate, burst);
            }
            case DSCP_REMARK -> {
              int precedence = band.u8();
              band.skip(3);
              yield new Meter.Band.DscpRemark(rate, burst, precedence);
            }
            default -> new Meter.Band.Raw(whole.rest());
          });
    }
    return bands;
  }
}
