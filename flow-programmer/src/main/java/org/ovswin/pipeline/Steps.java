package org.ovswin.pipeline;

import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Action.Ct;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Nat;
import org.ovswin.openflow.Subfield;
import org.ovswin.pipeline.Registers.Bits;

/** Actions in the words of the pipeline: its tables, its registers, its zone. */
final class Steps {
  private Steps() {}

  static Action goTo(TableId table) {
    return Actions.gotoTable(table.number());
  }

  static Action load(Bits bits, long value) {
    return Actions.set(bits.field(), bits.value(value), bits.mask());
  }

  /** Into a whole field that is as wide. */
  static Action move(Bits bits, Field target) {
    return new Action.Move(subfield(bits), Subfield.of(target));
  }

  static Action outputTo(Bits bits) {
    return Actions.output(subfield(bits));
  }

  private static Subfield subfield(Bits bits) {
    return new Subfield(bits.field(), bits.offset(), bits.count());
  }

  /** First the meter, if there is one, which drops what is too much; then the action. */
  static Action[] metered(Optional<Integer> meter, Action then) {
    return meter
        .map(id -> new Action[] {new Action.Meter(id), then})
        .orElseGet(() -> new Action[] {then});
  }

  /** Finds the packet's connection and its translation, and goes on. */
  static Action restore(TableId next) {
    return restore(Registers.CT_ZONE, next);
  }

  /** The same, in this zone. */
  static Action restore(int zone, TableId next) {
    return Ct.track(zone, next.number()).withNat(Nat.existing());
  }

  /** Remembers the connection as it is; the packet goes on behind this action. */
  static Action commit() {
    return Ct.commit(Registers.CT_ZONE);
  }

  /** Remembers the connection with another source; the port stays unless it is taken. */
  static Action commitWithSource(IpAddress address, TableId next) {
    return commitWithSource(Registers.CT_ZONE, address, next);
  }

  /** The same, in this zone. */
  static Action commitWithSource(int zone, IpAddress address, TableId next) {
    Nat nat =
        switch (address) {
          case Ipv4Address v4 -> Nat.src(v4.value());
          case Ipv6Address v6 -> Nat.src(v6.high(), v6.low());
        };
    return commit(zone, nat, next);
  }

  /** Remembers the connection with another destination. */
  static Action commitWithDestination(IpAddress address, int port, TableId next) {
    Nat nat =
        switch (address) {
          case Ipv4Address v4 -> Nat.dst(v4.value(), port);
          case Ipv6Address v6 -> Nat.dst(v6.high(), v6.low(), port);
        };
    return commit(Registers.CT_ZONE, nat, next);
  }

  private static Action commit(int zone, Nat nat, TableId next) {
    return Ct.commit(zone).withNat(nat).withTable(next.number());
  }
}
