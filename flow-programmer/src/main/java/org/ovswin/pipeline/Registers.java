package org.ovswin.pipeline;

import java.util.List;
import org.ovswin.openflow.Field;

/**
 * What one table tells another, declared once: bits of registers (ovs-fields(7), "Register Fields")
 * and the connection-tracking zone. A test checks that no two overlap.
 */
public final class Registers {

  /** Where the packet came from; a value of {@link Source}. */
  static final Bits SOURCE = new Bits("source", Field.REG0, 0, 4);

  /** Whether the connection leaves the cluster and takes the node's address: 1 if so. */
  static final Bits SNAT = new Bits("snat", Field.REG0, 4, 1);

  /** The OpenFlow port it goes to. */
  static final Bits OUT_PORT = new Bits("out-port", Field.REG1, 0, 32);

  /** What a neighbour advertisement says of its sender: the word's three highest bits. */
  static final Bits ND_FLAGS = new Bits("nd-flags", Field.REG2, 0, 32);

  /** The type of a neighbour advertisement's option. */
  static final Bits ND_OPTION = new Bits("nd-option", Field.REG3, 0, 8);

  /**
   * The zone of all connections this node tracks, apart from those of anybody else who uses the
   * same datapath.
   */
  static final int CT_ZONE = 0x6f76;

  /** Beside it: what pods ask of themselves by a port of the node, seen from their own side. */
  static final int HAIRPIN_ZONE = CT_ZONE + 1;

  static final List<Bits> ALL = List.of(SOURCE, SNAT, OUT_PORT, ND_FLAGS, ND_OPTION);

  private Registers() {}

  /** Where a packet came from. */
  enum Source {
    POD(1),
    UPLINK(2),
    NODE(3);

    private final int value;

    Source(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /**
   * Some bits of a register.
   *
   * @param name for documentation
   * @param field the register
   * @param offset the lowest bit
   * @param count how many bits
   */
  record Bits(String name, Field field, int offset, int count) {
    long mask() {
      return (-1L >>> (64 - count)) << offset;
    }

    long value(long value) {
      if (value < 0 || (value << offset & ~mask()) != 0) {
        throw new IllegalArgumentException(
            name + ": " + value + " (expected: at most " + count + " bits)");
      }
      return value << offset;
    }
  }
}
