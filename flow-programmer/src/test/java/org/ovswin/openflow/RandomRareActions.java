package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * What only a switch that is prepared for it takes: actions on groups, meters and tunnel options,
 * and the rarer extensions.
 */
final class RandomRareActions {
  private final Random random;

  RandomRareActions(Random random) {
    this.random = random;
  }

  /** A tunnel option of up to 16 bytes, with a mask or without. */
  WideField tunnelOption() {
    byte[] value = new byte[random.nextInt(17)];
    random.nextBytes(value);
    if (random.nextBoolean() || value.length == 0) {
      return new WideField(tunnelField(), Octets.of(value), Optional.empty());
    }
    byte[] mask = new byte[value.length];
    random.nextBytes(mask);
    mask[mask.length - 1] = (byte) (1 + random.nextInt(0x7f)); // Not all of them ones.
    return new WideField(tunnelField(), Octets.of(value), Optional.of(Octets.of(mask)));
  }

  private Field tunnelField() {
    return List.of(Field.TUN_METADATA0, Field.TUN_METADATA7, Field.TUN_METADATA63)
        .get(random.nextInt(3));
  }

  private Subfield register(int bits) {
    return new Subfield(Field.reg(random.nextInt(16)), random.nextInt(33 - bits), bits);
  }

  private Subfield tunnelBits(int bits) {
    return new Subfield(tunnelField(), random.nextInt(64), bits);
  }

  /** An action that needs no header. */
  Action next() {
    return switch (random.nextInt(12)) {
      case 0 -> multipath();
      case 1, 2 -> bundle();
      case 3 -> new RareAction.DeleteField(tunnelField());
      case 4, 5 -> new RareAction.SetTunnelMetadata(tunnelOption());
      case 6 -> new Action.Move(tunnelBits(16), register(16));
      case 7 -> Actions.output(tunnelBits(32));
      case 8 -> new Action.Group(random.nextInt(1000));
      case 9 -> new Action.SetQueue(random.nextInt());
      case 10 ->
          new Action.Resubmit(
              1 + random.nextInt(100), OptionalInt.empty(), Action.Resubmit.Lookup.HEADERS);
      default -> new Action.PopQueue();
    };
  }

  private Action multipath() {
    int bits = 1 + random.nextInt(20);
    return new RareAction.Multipath(
        hashFields(),
        random.nextInt(0x10000),
        List.of(RareAction.Multipath.LinkChoice.values()).get(random.nextInt(4)),
        1 + random.nextInt(1 << Math.min(bits, 16)),
        random.nextInt(1000),
        random.nextBoolean() ? register(bits) : tunnelBits(bits));
  }

  private Action bundle() {
    List<Integer> members = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      members.add(random.nextInt(10) == 0 ? PortNo.LOCAL : 1 + random.nextInt(100));
    }
    return new RareAction.Bundle(
        hashFields(),
        random.nextInt(0x10000),
        List.of(RareAction.Bundle.MemberChoice.values()).get(random.nextInt(2)),
        members,
        random.nextBoolean() ? Optional.of(register(16)) : Optional.empty());
  }

  private RareAction.HashFields hashFields() {
    return List.of(RareAction.HashFields.values()).get(random.nextInt(7));
  }

  /** A new header around all others, after which nothing is known of them. */
  Action encap() {
    List<RareAction.EncapNsh.Tlv> tlvs = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      byte[] value = new byte[1 + random.nextInt(20)];
      random.nextBytes(value);
      value[0] |= 0x10; // Leading zeros are not shown.
      tlvs.add(
          new RareAction.EncapNsh.Tlv(
              random.nextInt(0x10000), random.nextInt(256), Octets.of(value)));
    }
    OptionalInt mdType =
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(2)) : OptionalInt.empty();
    return new RareAction.EncapNsh(mdType, tlvs);
  }
}
