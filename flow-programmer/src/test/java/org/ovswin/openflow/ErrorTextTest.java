package org.ovswin.openflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors by their numbers (OpenFlow 1.5, 7.5.4), as Open vSwitch's ofp-print names them. */
final class ErrorTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1, OFPHFC_EPERM",
    "1, 6, OFPBRC_BAD_LEN",
    "3, 9, OFPBIC_DUP_INST",
    "6, 0, OFPGMFC_GROUP_EXISTS",
    "6, 8, OFPGMFC_UNKNOWN_GROUP",
    "6, 16, OFPGMFC_BUCKET_EXISTS",
    "7, 1, OFPPMFC_BAD_HW_ADDR",
    "8, 2, OFPTMFC_EPERM",
    "11, 2, OFPRRFC_BAD_ROLE",
    "12, 3, OFPMMFC_UNKNOWN_METER",
    "12, 8, OFPMMFC_BAD_BAND",
    "14, 2, OFPBPC_BAD_VALUE",
    "15, 1, OFPACFC_UNSUPPORTED",
    "17, 9, OFPBFC_MSG_BAD_XID"
  })
  void error_ofKnownNumbers_hasItsName(int type, int code, String name) {
    assertThat(new Message.ErrorReply(type, code, 0, Octets.EMPTY).text()).startsWith(name + ": ");
  }

  @ParameterizedTest
  @CsvSource({"2300, OFPBFC_UNKNOWN", "2309, OFPBFC_MSG_BAD_XID", "2600, OFPBIC_DUP_INST"})
  void error_ofOnfsExtensions_hasItsName(int code, String name) {
    Message.ErrorReply error = new Message.ErrorReply(0xffff, code, 0x4f4e4600, Octets.EMPTY);
    assertThat(error.text()).startsWith(name + ": ");
  }

  @ParameterizedTest
  @CsvSource({"6, 99", "99, 0"})
  void error_ofUnknownNumbers_hasItsNumbers(int type, int code) {
    assertThat(new Message.ErrorReply(type, code, 0, Octets.EMPTY).text())
        .isEqualTo("OpenFlow error type %d, code %d", type, code);
  }
}
