package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that keeps a replica of some columns of one database.
 *
 * <p>With each connection: is the database there, its schema, then the best kind of monitoring the
 * server offers. With {@code monitor_cond_since} the server is told the last transaction seen, and
 * sends what was missed if it remembers; else, and with the older kinds, a full replica replaces
 * the old one. Either way nothing that changed meanwhile is missed.
 *
 * <p>State belongs to the session's thread.
 */
public final class ReplicaSession implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReplicaSession.class);
  private static final String MONITOR_ID = "ovs-win";
  private static final String NO_TRANSACTION = "00000000-0000-0000-0000-000000000000";

  /** Told on the session's thread; must not block. */
  public interface Listener {
    /** The replica is complete, first or again. */
    void synced(Replica replica, DatabaseSchema schema);

    /** The replica changed. */
    void changed(Replica replica);

    /** The replica no longer follows, or an attempt failed. */
    void lost(String reason);
  }

  private final String database;
  private final Map<String, Set<String>> wanted;
  private final Listener listener;
  private final OvsdbSession session;
  private final OvsdbClient client;

  // What follows belongs to the session's thread.
  private MonitorVariant variant = MonitorVariant.COND_SINCE;
  private Replica replica = Replica.EMPTY;
  private Columns columns = new Columns(Map.of());
  private Optional<JsonNode> schema = Optional.empty();
  private String lastTransaction = NO_TRANSACTION;
  private boolean synced;

  private ReplicaSession(
      SessionOptions options, String database, Map<String, Set<String>> wanted, Listener listener) {
    this.database = database;
    this.wanted = wanted;
    this.listener = listener;
    session = OvsdbSession.open(options, new Events());
    client = new OvsdbClient(session);
  }

  /**
   * Begins to connect, and returns at once.
   *
   * @param columns to replicate, by table; those the server does not know are left out
   * @throws IllegalArgumentException when the TLS files cannot be used
   */
  public static ReplicaSession open(
      SessionOptions options,
      String database,
      Map<String, Set<String>> columns,
      Listener listener) {
    return new ReplicaSession(options, database, columns, listener);
  }

  /** The session beneath. */
  public OvsdbSession session() {
    return session;
  }

  /** See {@link OvsdbClient#transact}. */
  public CompletableFuture<List<JsonNode>> transact(List<? extends Operation<?>> operations) {
    return client.transact(database, operations);
  }

  @Override
  public void close() {
    session.close();
  }

  private void follow() {
    var _ =
        client
            .listDbs()
            .thenCompose(
                databases -> {
                  if (!databases.contains(database)) {
                    throw new CompletionException(
                        new OvsdbException.UnexpectedServer(
                            "databases of the server: "
                                + databases
                                + " (expected: "
                                + database
                                + ")"));
                  }
                  return client.getSchema(database);
                })
            .thenCompose(
                found -> {
                  useSchema(found);
                  return monitor();
                })
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    session.disconnect(String.valueOf(rootCause(failure).getMessage()));
                  }
                });
  }

  private void useSchema(JsonNode found) {
    columns = Columns.of(found, wanted);
    if (!schema.equals(Optional.of(found))) {
      // Rows read by another schema cannot be continued from.
      lastTransaction = NO_TRANSACTION;
      schema = Optional.of(found);
    }
  }

  /** Monitors by the best variant that the server does not refuse. */
  private CompletableFuture<Void> monitor() {
    MonitorVariant tried = variant;
    ArrayNode params =
        JsonNodeFactory.instance
            .arrayNode()
            .add(database)
            .add(MONITOR_ID)
            .add(columns.monitorRequests());
    if (tried == MonitorVariant.COND_SINCE) {
      params.add(lastTransaction);
    }
    return client
        .call(tried.method(), params)
        .thenAccept(initial -> begin(tried, initial))
        .exceptionallyCompose(
            failure -> {
              Optional<MonitorVariant> next = tried.next();
              if (rootCause(failure) instanceof OvsdbException.ErrorResponse refusal
                  && next.isPresent()) {
                log.info(
                    "event=ovsdb-monitor-refused method={} next={} reason=\"{}\"",
                    tried.method(),
                    next.get().method(),
                    refusal.getMessage());
                variant = next.get();
                return monitor();
              }
              return CompletableFuture.failedFuture(failure);
            });
  }

  private static Throwable rootCause(Throwable failure) {
    return failure.getCause() == null ? failure : rootCause(failure.getCause());
  }

  private void begin(MonitorVariant by, JsonNode initial) {
    switch (by) {
      case COND_SINCE -> {
        // [<found>, <last-txn-id>, <table-updates2>]
        Replica base = initial.path(0).asBoolean() ? replica : Replica.EMPTY;
        // Until the rows are in, the place to continue from is none.
        lastTransaction = NO_TRANSACTION;
        replica = base.withUpdates2(initial.path(2), columns);
        lastTransaction = initial.path(1).asText(NO_TRANSACTION);
      }
      case COND -> replica = Replica.EMPTY.withUpdates2(initial, columns);
      case PLAIN -> replica = Replica.EMPTY.withUpdates(initial, columns);
    }
    synced = true;
    listener.synced(replica, DatabaseSchema.fromJson(database, schema.orElseThrow()));
  }

  private void updated(String method, JsonNode params) {
    if (!synced || !method.equals(variant.notification())) {
      return;
    }
    if (!params.path(0).asText().equals(MONITOR_ID)) {
      return;
    }
    replica =
        switch (variant) {
          case COND_SINCE -> {
            // [<monitor>, <last-txn-id>, <table-updates2>]
            Replica next = replica.withUpdates2(params.path(2), columns);
            lastTransaction = params.path(1).asText(NO_TRANSACTION);
            yield next;
          }
          case COND -> replica.withUpdates2(params.path(1), columns);
          case PLAIN -> replica.withUpdates(params.path(1), columns);
        };
    listener.changed(replica);
  }

  private final class Events implements OvsdbSession.Listener {
    @Override
    public void connected() {
      // A server that was replaced may offer more than the last one.
      variant = MonitorVariant.COND_SINCE;
      follow();
    }

    @Override
    public void disconnected(String reason) {
      synced = false;
      listener.lost(reason);
    }

    @Override
    public void notified(String method, JsonNode params) {
      try {
        updated(method, params);
      } catch (IllegalArgumentException e) {
        // The replica can no longer be trusted; a full one comes with the next connection.
        lastTransaction = NO_TRANSACTION;
        session.disconnect("update that does not fit the replica: " + e.getMessage());
      }
    }
  }
}
