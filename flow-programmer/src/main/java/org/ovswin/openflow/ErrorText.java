package org.ovswin.openflow;

import java.util.List;
import java.util.Map;

/** Errors in words: OpenFlow's own name of each, and what it means for who sent the message. */
final class ErrorText {
  private static final int EXPERIMENTER = 0xffff;
  private static final int ONF = 0x4f4e_4600;

  /** Of ONF's extension for bundles in 1.3: the code is 2300 and the bundle error's. */
  private static final int ONF_BUNDLE = 2300;

  private static final int BUNDLE_FAILED = 17;

  /** Of ONF's extension for 1.3: an instruction twice. */
  private static final int ONF_DUP_INST = 2600;

  private static final int BAD_INSTRUCTION = 3;
  private static final int DUP_INST = 9;

  /** By type; the position in the list is the code (OpenFlow 1.5, 7.5.4). */
  private static final Map<Integer, List<String>> NAMES =
      Map.ofEntries(
          Map.entry(
              0, List.of("OFPHFC_INCOMPATIBLE: no common version", "OFPHFC_EPERM: not permitted")),
          Map.entry(
              1,
              List.of(
                  "OFPBRC_BAD_VERSION: wrong version",
                  "OFPBRC_BAD_TYPE: a message type that the switch does not know",
                  "OFPBRC_BAD_MULTIPART: a multipart type that the switch does not know",
                  "OFPBRC_BAD_EXPERIMENTER: an experimenter that the switch does not know",
                  "OFPBRC_BAD_EXP_TYPE: an experimenter type that the switch does not know",
                  "OFPBRC_EPERM: not permitted",
                  "OFPBRC_BAD_LEN: wrong length",
                  "OFPBRC_BUFFER_EMPTY: the buffer has been used",
                  "OFPBRC_BUFFER_UNKNOWN: no such buffer",
                  "OFPBRC_BAD_TABLE_ID: no such table",
                  "OFPBRC_IS_SLAVE: the connection's role is secondary",
                  "OFPBRC_BAD_PORT: no such port",
                  "OFPBRC_BAD_PACKET: no valid packet",
                  "OFPBRC_MULTIPART_BUFFER_OVERFLOW: the request is too long")),
          Map.entry(
              2,
              List.of(
                  "OFPBAC_BAD_TYPE: an action that the switch does not know",
                  "OFPBAC_BAD_LEN: an action of wrong length",
                  "OFPBAC_BAD_EXPERIMENTER: an experimenter action that the switch does not know",
                  "OFPBAC_BAD_EXP_TYPE: an experimenter action that the switch does not know",
                  "OFPBAC_BAD_OUT_PORT: an output port that cannot be",
                  "OFPBAC_BAD_ARGUMENT: an action with a wrong argument",
                  "OFPBAC_EPERM: not permitted",
                  "OFPBAC_TOO_MANY: too many actions",
                  "OFPBAC_BAD_QUEUE: no such queue",
                  "OFPBAC_BAD_OUT_GROUP: no such group",
                  "OFPBAC_MATCH_INCONSISTENT: an action on headers that the match does not promise",
                  "OFPBAC_UNSUPPORTED_ORDER: the switch cannot do the actions in this order",
                  "OFPBAC_BAD_TAG: a wrong tag",
                  "OFPBAC_BAD_SET_TYPE: a field that cannot be set",
                  "OFPBAC_BAD_SET_LEN: a field of wrong length",
                  "OFPBAC_BAD_SET_ARGUMENT: a field set to a wrong value",
                  "OFPBAC_BAD_SET_MASK: a field set with a wrong mask",
                  "OFPBAC_BAD_METER: no such meter")),
          Map.entry(
              3,
              List.of(
                  "OFPBIC_UNKNOWN_INST: an instruction that the switch does not know",
                  "OFPBIC_UNSUP_INST: an instruction that the switch does not do",
                  "OFPBIC_BAD_TABLE_ID: goto to a table that is not a later one",
                  "OFPBIC_UNSUP_METADATA: metadata that the switch cannot write",
                  "OFPBIC_UNSUP_METADATA_MASK: a metadata mask that the switch cannot write",
                  "OFPBIC_BAD_EXPERIMENTER: an experimenter that the switch does not know",
                  "OFPBIC_BAD_EXP_TYPE: an experimenter type that the switch does not know",
                  "OFPBIC_BAD_LEN: an instruction of wrong length",
                  "OFPBIC_EPERM: not permitted",
                  "OFPBIC_DUP_INST: an instruction twice")),
          Map.entry(
              4,
              List.of(
                  "OFPBMC_BAD_TYPE: a match type that the switch does not know",
                  "OFPBMC_BAD_LEN: a match of wrong length",
                  "OFPBMC_BAD_TAG: a wrong tag",
                  "OFPBMC_BAD_DL_ADDR_MASK: a hardware address mask that the switch cannot do",
                  "OFPBMC_BAD_NW_ADDR_MASK: a network address mask that the switch cannot do",
                  "OFPBMC_BAD_WILDCARDS: fields wildcarded in a way that cannot be",
                  "OFPBMC_BAD_FIELD: a field that the switch does not know",
                  "OFPBMC_BAD_VALUE: a field with a wrong value",
                  "OFPBMC_BAD_MASK: a field with a wrong mask",
                  "OFPBMC_BAD_PREREQ: a field without the fields that it depends on",
                  "OFPBMC_DUP_FIELD: a field twice",
                  "OFPBMC_EPERM: not permitted")),
          Map.entry(
              5,
              List.of(
                  "OFPFMFC_UNKNOWN: the flow cannot be added",
                  "OFPFMFC_TABLE_FULL: the table is full",
                  "OFPFMFC_BAD_TABLE_ID: no such table",
                  "OFPFMFC_OVERLAP: it overlaps another flow",
                  "OFPFMFC_EPERM: not permitted",
                  "OFPFMFC_BAD_TIMEOUT: a timeout that the switch cannot do",
                  "OFPFMFC_BAD_COMMAND: a command that the switch does not know",
                  "OFPFMFC_BAD_FLAGS: flags that the switch does not know")),
          Map.entry(
              6,
              List.of(
                  "OFPGMFC_GROUP_EXISTS: the group is there already",
                  "OFPGMFC_INVALID_GROUP: a group that cannot be",
                  "OFPGMFC_WEIGHT_UNSUPPORTED: weights that the switch cannot do",
                  "OFPGMFC_OUT_OF_GROUPS: too many groups",
                  "OFPGMFC_OUT_OF_BUCKETS: too many buckets",
                  "OFPGMFC_CHAINING_UNSUPPORTED: a group that sends to a group",
                  "OFPGMFC_WATCH_UNSUPPORTED: watching that the switch cannot do",
                  "OFPGMFC_LOOP: groups that send to each other in a circle",
                  "OFPGMFC_UNKNOWN_GROUP: no such group",
                  "OFPGMFC_CHAINED_GROUP: another group sends to this one",
                  "OFPGMFC_BAD_TYPE: a type of group that the switch does not know",
                  "OFPGMFC_BAD_COMMAND: a command that the switch does not know",
                  "OFPGMFC_BAD_BUCKET: a bucket that cannot be",
                  "OFPGMFC_BAD_WATCH: a port or group to watch that cannot be",
                  "OFPGMFC_EPERM: not permitted",
                  "OFPGMFC_UNKNOWN_BUCKET: no such bucket",
                  "OFPGMFC_BUCKET_EXISTS: the bucket is there already")),
          Map.entry(
              7,
              List.of(
                  "OFPPMFC_BAD_PORT: no such port",
                  "OFPPMFC_BAD_HW_ADDR: not the port's hardware address",
                  "OFPPMFC_BAD_CONFIG: a configuration that the switch does not know",
                  "OFPPMFC_BAD_ADVERTISE: link modes that cannot be",
                  "OFPPMFC_EPERM: not permitted")),
          Map.entry(
              8,
              List.of(
                  "OFPTMFC_BAD_TABLE: no such table",
                  "OFPTMFC_BAD_CONFIG: a configuration that the switch does not know",
                  "OFPTMFC_EPERM: not permitted")),
          Map.entry(
              11,
              List.of(
                  "OFPRRFC_STALE: an older generation than the switch has seen",
                  "OFPRRFC_UNSUP: roles that the switch does not do",
                  "OFPRRFC_BAD_ROLE: no such role")),
          Map.entry(
              12,
              List.of(
                  "OFPMMFC_UNKNOWN: the meter cannot be changed",
                  "OFPMMFC_METER_EXISTS: the meter is there already",
                  "OFPMMFC_INVALID_METER: a meter that cannot be",
                  "OFPMMFC_UNKNOWN_METER: no such meter",
                  "OFPMMFC_BAD_COMMAND: a command that the switch does not know",
                  "OFPMMFC_BAD_FLAGS: flags that the switch cannot do",
                  "OFPMMFC_BAD_RATE: a rate that the switch cannot do",
                  "OFPMMFC_BAD_BURST: a burst that the switch cannot do",
                  "OFPMMFC_BAD_BAND: a band that the switch cannot do",
                  "OFPMMFC_BAD_BAND_VALUE: a band with a wrong value",
                  "OFPMMFC_OUT_OF_METERS: too many meters",
                  "OFPMMFC_OUT_OF_BANDS: too many bands")),
          Map.entry(
              14,
              List.of(
                  "OFPBPC_BAD_TYPE: a property that the switch does not know",
                  "OFPBPC_BAD_LEN: a property of wrong length",
                  "OFPBPC_BAD_VALUE: a property with a wrong value",
                  "OFPBPC_TOO_MANY: too many properties",
                  "OFPBPC_DUP_TYPE: a property twice",
                  "OFPBPC_BAD_EXPERIMENTER: an experimenter that the switch does not know",
                  "OFPBPC_BAD_EXP_TYPE: an experimenter type that the switch does not know",
                  "OFPBPC_BAD_EXP_VALUE: an experimenter property with a wrong value",
                  "OFPBPC_EPERM: not permitted")),
          Map.entry(
              15,
              List.of(
                  "OFPACFC_INVALID: reasons that the switch does not know",
                  "OFPACFC_UNSUPPORTED: messages that the switch does not send",
                  "OFPACFC_EPERM: not permitted")),
          Map.entry(
              BUNDLE_FAILED,
              List.of(
                  "OFPBFC_UNKNOWN: the bundle failed",
                  "OFPBFC_EPERM: not permitted",
                  "OFPBFC_BAD_ID: no such bundle",
                  "OFPBFC_BUNDLE_EXIST: the bundle is open already",
                  "OFPBFC_BUNDLE_CLOSED: the bundle is closed",
                  "OFPBFC_OUT_OF_BUNDLES: too many bundles",
                  "OFPBFC_BAD_TYPE: a bundle control that the switch does not know",
                  "OFPBFC_BAD_FLAGS: flags that are not the bundle's",
                  "OFPBFC_MSG_BAD_LEN: a message of wrong length",
                  "OFPBFC_MSG_BAD_XID: a message with another xid",
                  "OFPBFC_MSG_UNSUP: a message that no bundle can hold",
                  "OFPBFC_MSG_CONFLICT: messages that contradict each other",
                  "OFPBFC_MSG_TOO_MANY: too many messages",
                  "OFPBFC_MSG_FAILED: a message of the bundle failed",
                  "OFPBFC_TIMEOUT: the bundle was idle for too long",
                  "OFPBFC_BUNDLE_IN_PROGRESS: another bundle is in progress")));

  private ErrorText() {}

  static String of(Message.ErrorReply error) {
    int type = error.type();
    int code = error.code();
    if (type == EXPERIMENTER && error.experimenter() == ONF) {
      if (code == ONF_DUP_INST) {
        type = BAD_INSTRUCTION;
        code = DUP_INST;
      } else if (code >= ONF_BUNDLE && code < ONF_DUP_INST) {
        type = BUNDLE_FAILED;
        code -= ONF_BUNDLE;
      }
    }
    List<String> names = NAMES.getOrDefault(type, List.of());
    if (code < names.size()) {
      return names.get(code);
    }
    String experimenter =
        type == EXPERIMENTER ? ", experimenter 0x%08x".formatted(error.experimenter()) : "";
    return "OpenFlow error type " + type + ", code " + code + experimenter;
  }
}
