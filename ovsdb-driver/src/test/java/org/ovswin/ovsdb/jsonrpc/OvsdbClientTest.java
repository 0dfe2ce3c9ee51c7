package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.ovsdb.lib.operations.Abort;
import org.opendaylight.ovsdb.lib.operations.Comment;
import org.opendaylight.ovsdb.lib.operations.Insert;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.opendaylight.ovsdb.lib.schema.GenericTableSchema;
import org.ovswin.ovsdb.fixture.OvsFixture;

/** What the transaction vectors do not have, against a real server. */
final class OvsdbClientTest {

  private static final String DATABASE = "Open_vSwitch";

  private final OvsFixture ovs = OvsFixture.vswitch().startServer();

  @AfterEach
  void takeDown() {
    ovs.close();
  }

  private TestSession open() throws InterruptedException {
    return TestSession.open(SessionOptions.of(ovs.address()));
  }

  @Test
  void transact_comment_isInTheLog() throws Exception {
    try (TestSession test = open()) {
      GenericTableSchema root =
          DatabaseSchema.fromJson(DATABASE, test.schema(DATABASE))
              .table(DATABASE, GenericTableSchema.class);
      Insert<GenericTableSchema> insert = new Insert<>(root);
      insert.setRow(Map.of("ovs_version", "C:\\"));
      List<Operation<?>> operations = List.of(new Comment("said by the test"), insert);

      assertThat(test.client().transact(DATABASE, operations).get()).hasSize(2);

      assertThat(ovs.run("ovsdb-tool", "show-log", ovs.file("db"))).contains("said by the test");
      assertThat(ovs.vsctl("--no-wait", "get", "Open_vSwitch", ".", "ovs_version"))
          .isEqualTo("\"C:\\\\\"");
    }
  }

  @Test
  void transact_abort_failsAtTheAbort() throws Exception {
    try (TestSession test = open()) {
      List<Operation<?>> operations = List.of(new Comment("before"), new Abort());
      assertThatThrownBy(() -> test.client().transact(DATABASE, operations).get())
          .cause()
          .isInstanceOfSatisfying(
              OvsdbException.TransactionFailed.class,
              failed ->
                  assertThat(failed.failure().where())
                      .isEqualTo(new OperationFailure.AtOperation(1, "abort", "")))
          .hasMessage("operation 1 (abort) failed: aborted: aborted by request");
    }
  }

  @Test
  void getSchema_unknownDatabase_isAnErrorResponse() throws Exception {
    try (TestSession test = open()) {
      assertThatThrownBy(() -> test.client().getSchema("Nothing").get())
          .cause()
          .isInstanceOf(OvsdbException.ErrorResponse.class)
          .hasMessageContaining("unknown database");
    }
  }
}
