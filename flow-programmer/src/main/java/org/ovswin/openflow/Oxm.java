package org.ovswin.openflow;

/**
 * One wire name of a field: the class and number of its OXM or NXM header (OpenFlow 1.5, 7.2.3.2).
 *
 * <p>Open vSwitch knows many fields by an NXM header of its own and by the standard OXM header that
 * came later; {@code sinceWireVersion} says from which OpenFlow version on it writes this one.
 *
 * @param name as in {@code ovs-ofctl}'s {@code move:} and {@code load:}, e.g. {@code NXM_NX_REG0}
 * @param oxmClass 16 bits; 0xffff means that an experimenter id follows the header
 * @param number 7 bits
 * @param experimenter 32 bits, 0 unless the class is 0xffff
 * @param sinceWireVersion the version byte of the first OpenFlow version that uses it
 */
public record Oxm(String name, int oxmClass, int number, int experimenter, int sinceWireVersion) {
  /** The class whose headers are followed by an experimenter id. */
  public static final int CLASS_EXPERIMENTER = 0xffff;

  private static final int NICIRA = 0x0000_2320;
  private static final int ONF = 0x4f4e_4600;
  private static final int NSH = 0x005a_d650;

  /** The 32-bit header before a value of {@code bytes} bytes without a mask. */
  public int header(int bytes) {
    return oxmClass << 16 | number << 9 | (hasExperimenter() ? bytes + 4 : bytes);
  }

  /** Whether an experimenter id follows the header. */
  public boolean hasExperimenter() {
    return oxmClass == CLASS_EXPERIMENTER;
  }

  static Oxm nxmOf(String name, int number) {
    return new Oxm("NXM_OF_" + name, 0, number, 0, 0);
  }

  static Oxm nxmNx(String name, int number) {
    return new Oxm("NXM_NX_" + name, 1, number, 0, 0);
  }

  static Oxm oxm(String name, int number) {
    return new Oxm("OXM_OF_" + name, 0x8000, number, 0, 3);
  }

  static Oxm oxm15(String name, int number) {
    return new Oxm("OXM_OF_" + name, 0x8000, number, 0, 6);
  }

  static Oxm packetReg(int number) {
    return new Oxm("OXM_OF_PKT_REG" + number, 0x8001, number, 0, 4);
  }

  static Oxm ericsson(String name, int number) {
    return new Oxm("ERICOXM_OF_" + name, 0x1000, number, 0, 0);
  }

  static Oxm nicira(String name, int number) {
    return new Oxm(name, CLASS_EXPERIMENTER, number, NICIRA, 0);
  }

  static Oxm onf(String name, int number) {
    return new Oxm(name, CLASS_EXPERIMENTER, number, ONF, 4);
  }

  static Oxm nsh(String name, int number) {
    return new Oxm(name, CLASS_EXPERIMENTER, number, NSH, 0);
  }
}
