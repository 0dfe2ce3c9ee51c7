package org.ovswin.openflow;

import java.util.Optional;

/** How a connection, a port or a table is to behave. */
public sealed interface ControlRequest extends Message.Request {
  /**
   * Asks for a role (OpenFlow 1.5, 7.3.8).
   *
   * @param generationId 64 bits that grow with each election; of no meaning where nothing changes
   */
  record RoleRequest(Role role, long generationId) implements ControlRequest {}

  record GetAsync() implements ControlRequest {}

  record SetAsync(AsyncConfig config) implements ControlRequest {}

  /**
   * In which form packets come (NXT_SET_PACKET_IN_FORMAT).
   *
   * @param format 0 the standard's, 1 NXT_PACKET_IN, 2 {@link SwitchEvent.PacketIn2}
   */
  record SetPacketInFormat(int format) implements ControlRequest {
    /** The form that has userdata and a continuation. */
    public static final int PACKET_IN2 = 2;
  }

  /**
   * Which packets for controllers come here (NXT_SET_CONTROLLER_ID).
   *
   * @param id 16 bits
   */
  record SetControllerId(int id) implements ControlRequest {}

  /**
   * Lets a paused packet go on (NXT_RESUME).
   *
   * @param continuation that of the {@link SwitchEvent.PacketIn2}, unchanged
   */
  record Resume(Message.PacketIn packetIn, Octets continuation) implements ControlRequest {}

  /**
   * Configures a port (OpenFlow 1.5, 7.3.4.5).
   *
   * @param hardwareAddress 48 bits, which must be the port's own
   * @param mask which bits of {@code config} count
   * @param advertised link modes; 0 leaves them
   */
  record PortMod(int portNo, long hardwareAddress, int config, int mask, int advertised)
      implements ControlRequest {}

  /**
   * Configures a table (OpenFlow 1.5, 7.3.4.6).
   *
   * @param table or 255 for all
   * @param config bit 2: eviction, bit 3: vacancy events
   * @param vacancy from OpenFlow 1.4 on
   */
  record TableMod(int table, int config, Optional<Vacancy> vacancy) implements ControlRequest {
    public static final int EVICTION = 1 << 2;
    public static final int VACANCY_EVENTS = 1 << 3;
  }

  /** When a table tells how full it is: below and above these shares in percent of free space. */
  record Vacancy(int down, int up) {}
}
