package org.ovswin.openflow.codec;

/** The numbers of messages (OpenFlow 1.5, 7.1.1), the same in 1.3 and 1.4 as far as they go. */
final class MessageType {
  static final int HELLO = 0;
  static final int ERROR = 1;
  static final int ECHO_REQUEST = 2;
  static final int ECHO_REPLY = 3;
  static final int EXPERIMENTER = 4;
  static final int FEATURES_REQUEST = 5;
  static final int FEATURES_REPLY = 6;
  static final int GET_CONFIG_REQUEST = 7;
  static final int GET_CONFIG_REPLY = 8;
  static final int SET_CONFIG = 9;
  static final int PACKET_IN = 10;
  static final int FLOW_REMOVED = 11;
  static final int PORT_STATUS = 12;
  static final int PACKET_OUT = 13;
  static final int FLOW_MOD = 14;
  static final int GROUP_MOD = 15;
  static final int PORT_MOD = 16;
  static final int TABLE_MOD = 17;
  static final int MULTIPART_REQUEST = 18;
  static final int MULTIPART_REPLY = 19;
  static final int BARRIER_REQUEST = 20;
  static final int BARRIER_REPLY = 21;
  static final int ROLE_REQUEST = 24;
  static final int ROLE_REPLY = 25;
  static final int GET_ASYNC_REQUEST = 26;
  static final int GET_ASYNC_REPLY = 27;
  static final int SET_ASYNC = 28;
  static final int METER_MOD = 29;
  static final int ROLE_STATUS = 30;
  static final int REQUESTFORWARD = 32;
  static final int BUNDLE_CONTROL = 33;
  static final int BUNDLE_ADD = 34;

  /** Of the experimenter messages that carry bundles in 1.3 (ONF extension 230). */
  static final int ONF_BUNDLE_CONTROL = 2300;

  static final int ONF_BUNDLE_ADD = 2301;

  /** Of what 1.4 made messages of their own (ONF extensions 191 and 235). */
  static final int ONF_ROLE_STATUS = 1911;

  static final int ONF_REQUESTFORWARD = 2350;

  /** Of Nicira's experimenter messages. */
  static final int NX_SET_PACKET_IN_FORMAT = 16;

  static final int NX_SET_CONTROLLER_ID = 20;
  static final int NX_RESUME = 28;
  static final int NX_PACKET_IN2 = 30;

  static final int MULTIPART_DESCRIPTION = 0;
  static final int MULTIPART_FLOW = 1;
  static final int MULTIPART_AGGREGATE = 2;
  static final int MULTIPART_TABLE = 3;
  static final int MULTIPART_PORT = 4;
  static final int MULTIPART_GROUP = 6;
  static final int MULTIPART_GROUP_DESC = 7;
  static final int MULTIPART_GROUP_FEATURES = 8;
  static final int MULTIPART_METER = 9;
  static final int MULTIPART_METER_CONFIG = 10;
  static final int MULTIPART_METER_FEATURES = 11;
  static final int MULTIPART_PORT_DESC = 13;
  static final int MULTIPART_MORE = 1;

  static final int HEADER_BYTES = 8;

  private MessageType() {}
}
