package org.ovswin.ovsdb.vswitch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.ovswin.ovsdb.jsonrpc.Replica;
import org.ovswin.ovsdb.jsonrpc.Row;

/**
 * Turns replicas into snapshots. It keeps the interface rows of the last one: with hundreds of
 * ports an update touches a few, and a row untouched is the same object in the next replica.
 *
 * <p>Not thread-safe.
 */
final class SnapshotBuilder {

  private record Converted(Row from, InterfaceRow to) {}

  private Map<UUID, Converted> interfaces = Map.of();

  VswitchSnapshot build(Replica replica) {
    Map<UUID, Converted> next = new HashMap<>();
    replica
        .rows(Table.INTERFACE.id())
        .forEach(
            (uuid, row) -> {
              Converted last = interfaces.get(uuid);
              next.put(
                  uuid,
                  last != null && last.from().equals(row)
                      ? last
                      : new Converted(row, interfaceRow(uuid, row)));
            });
    interfaces = next;

    Map<UUID, String> bridgeOfPort = new HashMap<>();
    replica
        .rows(Table.BRIDGE.id())
        .forEach((_, row) -> row.uuids("ports").forEach(port -> bridgeOfPort.put(port, name(row))));
    return new VswitchSnapshot(
        VswitchSnapshot.Link.UP,
        replica.rows(Table.ROOT.id()).entrySet().stream()
            .map(entry -> rootRow(entry.getKey(), entry.getValue()))
            .findFirst(),
        byName(
            replica,
            Table.BRIDGE,
            (uuid, row) ->
                bridgeRow(uuid, row, names(replica.rows(Table.PORT.id()), row.uuids("ports")))),
        byName(
            replica,
            Table.PORT,
            (uuid, row) ->
                new PortRow(
                    uuid,
                    name(row),
                    Optional.ofNullable(bridgeOfPort.get(uuid)),
                    names(replica.rows(Table.INTERFACE.id()), row.uuids("interfaces")),
                    row.textMap("external_ids"))),
        byName(
            replica,
            Table.INTERFACE,
            (uuid, _) -> Objects.requireNonNull(interfaces.get(uuid)).to()));
  }

  private static <T> Map<String, T> byName(
      Replica replica, Table table, BiFunction<UUID, Row, T> convert) {
    Map<String, T> rows = new LinkedHashMap<>();
    replica.rows(table.id()).forEach((uuid, row) -> rows.put(name(row), convert.apply(uuid, row)));
    return rows;
  }

  private static Set<String> names(Map<UUID, Row> rows, Set<UUID> references) {
    Set<String> names = new LinkedHashSet<>();
    for (UUID reference : references) {
      Row row = rows.get(reference);
      if (row != null) {
        names.add(name(row));
      }
    }
    return names;
  }

  private static RootRow rootRow(UUID uuid, Row row) {
    return new RootRow(
        uuid,
        row.integer("next_cfg").orElse(0),
        row.integer("cur_cfg").orElse(0),
        row.text("ovs_version"),
        row.texts("datapath_types"),
        row.texts("iface_types"),
        row.textMap("external_ids"));
  }

  private static BridgeRow bridgeRow(UUID uuid, Row row, Set<String> ports) {
    return new BridgeRow(
        uuid,
        name(row),
        row.text("datapath_type").orElse(""),
        row.text("datapath_id"),
        row.text("fail_mode"),
        row.texts("protocols"),
        row.textMap("other_config"),
        row.textMap("external_ids"),
        ports);
  }

  private static InterfaceRow interfaceRow(UUID uuid, Row row) {
    return new InterfaceRow(
        uuid,
        name(row),
        row.text("type").orElse(""),
        optionalInt(row.integer("ofport")),
        optionalInt(row.integer("ofport_request")),
        row.text("error"),
        row.text("mac"),
        row.text("mac_in_use"),
        optionalInt(row.integer("mtu")),
        optionalInt(row.integer("mtu_request")),
        row.textMap("options"),
        row.textMap("external_ids"));
  }

  private static OptionalInt optionalInt(OptionalLong value) {
    return value.isPresent()
        ? OptionalInt.of(Math.toIntExact(value.getAsLong()))
        : OptionalInt.empty();
  }

  private static String name(Row row) {
    return row.text("name").orElse("");
  }
}
