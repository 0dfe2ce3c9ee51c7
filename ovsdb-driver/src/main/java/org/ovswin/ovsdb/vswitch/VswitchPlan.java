package org.ovswin.ovsdb.vswitch;

import static org.ovswin.ovsdb.vswitch.Operations.deleteFrom;
import static org.ovswin.ovsdb.vswitch.Operations.insertInto;
import static org.ovswin.ovsdb.vswitch.Operations.is;
import static org.ovswin.ovsdb.vswitch.Operations.map;
import static org.ovswin.ovsdb.vswitch.Operations.named;
import static org.ovswin.ovsdb.vswitch.Operations.putAll;
import static org.ovswin.ovsdb.vswitch.Operations.reference;
import static org.ovswin.ovsdb.vswitch.Operations.set;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.opendaylight.ovsdb.lib.notation.Mutation;
import org.opendaylight.ovsdb.lib.notation.Mutator;
import org.opendaylight.ovsdb.lib.notation.UUID;
import org.opendaylight.ovsdb.lib.operations.Operation;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.ovswin.ovsdb.jsonrpc.Wait;

/**
 * The transaction that brings about some changes, worked out from a snapshot: a pure function.
 *
 * <p>The snapshot may be behind the server. What the plan builds on is therefore checked again by a
 * {@code wait} in the transaction: that a row to be inserted is not there by name, that a row to be
 * changed is there. So the transaction fails at the change that no longer fits, rather than at the
 * commit without a name, or not at all: an update of no row is a success to OVSDB. References to
 * new ports are put into a bridge once, at the end: ports and interfaces that nothing refers to are
 * collected by the server, so deleting a port is taking it out of its bridge.
 *
 * <pre>
 *   PutPort(br0, p1):  wait Bridge name==br0 == [br0]      (once a bridge)
 *                      wait Interface name==p1 == []
 *                      wait Port name==p1 == []
 *                      insert Interface interface_0
 *                      insert Port port_0 interfaces=interface_0
 *   at the end:        mutate Bridge br0 ports insert port_0
 *                      mutate Open_vSwitch next_cfg += 1;  select next_cfg
 * </pre>
 *
 * @param steps in order; empty when nothing is to be done
 */
record VswitchPlan(List<Step> steps) {

  /** An operation, and the change it belongs to unless it belongs to all. */
  record Step(Operation<?> operation, Optional<VswitchChange> change) {}

  VswitchPlan {
    steps = List.copyOf(steps);
  }

  /**
   * @throws ChangeFailed when a change cannot be made, as far as the snapshot tells
   */
  static VswitchPlan of(
      DatabaseSchema schema, VswitchSnapshot snapshot, List<VswitchChange> changes)
      throws ChangeFailed {
    Builder builder = new Builder(new Operations(schema), snapshot);
    for (VswitchChange change : changes) {
      builder.add(change);
    }
    return builder.finish();
  }

  List<Operation<?>> operations() {
    List<Operation<?>> operations = new ArrayList<>();
    for (Step step : steps) {
      operations.add(step.operation());
    }
    return operations;
  }

  /** What is to change in the references of a row, by the row. */
  private record References(Set<UUID> deleted, Set<UUID> inserted) {
    References() {
      this(new LinkedHashSet<>(), new LinkedHashSet<>());
    }

    List<Mutation> mutations(String column) {
      List<Mutation> mutations = new ArrayList<>();
      if (!deleted.isEmpty()) {
        mutations.add(deleteFrom(column, deleted));
      }
      if (!inserted.isEmpty()) {
        mutations.add(insertInto(column, inserted));
      }
      return mutations;
    }
  }

  private static final class Builder {
    private final Operations operations;
    private final VswitchSnapshot snapshot;
    private final List<Step> steps = new ArrayList<>();
    private final Map<UUID, References> portsOfBridge = new LinkedHashMap<>();
    private final References bridges = new References();
    private final Map<String, UUID> newBridges = new HashMap<>();
    private final Set<String> putBridges = new HashSet<>();

    /** The bridge by the name of the port. */
    private final Map<String, String> putPorts = new HashMap<>();

    private final Set<String> deletedPorts = new HashSet<>();
    private final Set<String> deletedBridges = new HashSet<>();
    private final Set<String> requiredBridges = new HashSet<>();
    private boolean retries;

    /** Whether ovs-vswitchd has to look at any of it. */
    private boolean concernsSwitch;

    private int count;

    Builder(Operations operations, VswitchSnapshot snapshot) {
      this.operations = operations;
      this.snapshot = snapshot;
    }

    void add(VswitchChange change) throws ChangeFailed {
      switch (change) {
        case VswitchChange.PutBridge(BridgeSpec bridge) -> putBridge(change, bridge);
        case VswitchChange.PutPort(String bridge, PortSpec port) -> putPort(change, bridge, port);
        case VswitchChange.DeletePort(String bridge, String port) ->
            deletePort(change, bridge, port);
        case VswitchChange.DeleteBridge(String bridge) -> deleteBridge(change, bridge);
      }
    }

    private void putBridge(VswitchChange change, BridgeSpec spec) throws ChangeFailed {
      if (!putBridges.add(spec.name())) {
        throw failed(change, "bridge " + spec.name() + " is put twice in one transaction");
      }
      Optional<BridgeRow> row = bridge(spec.name());
      if (row.isPresent()) {
        updateBridge(change, spec, row.get());
        return;
      }
      if (!deletedBridges.contains(spec.name())) {
        requireNone(change, Table.BRIDGE, spec.name());
      }
      // The local port: its interface is of the bridge's name and internal.
      UUID port = insertPort(change, PortSpec.internal(spec.name()));
      UUID bridge = named(Table.BRIDGE, count++);
      Map<String, Object> columns = new TreeMap<>();
      columns.put("name", spec.name());
      columns.put("datapath_type", spec.datapathType());
      columns.put("fail_mode", spec.failMode().column());
      columns.put("protocols", set(spec.protocols()));
      columns.put("other_config", map(spec.otherConfig()));
      columns.put("external_ids", map(spec.externalIds()));
      columns.put("ports", port);
      step(change, operations.insert(Table.BRIDGE, bridge.toString(), columns));
      bridges.inserted().add(bridge);
      newBridges.put(spec.name(), bridge);
    }

    private void updateBridge(VswitchChange change, BridgeSpec spec, BridgeRow row) {
      Map<String, Object> columns = new TreeMap<>();
      if (!row.datapathType().equals(spec.datapathType())) {
        columns.put("datapath_type", spec.datapathType());
      }
      if (!row.failMode().equals(Optional.of(spec.failMode().column()))) {
        columns.put("fail_mode", spec.failMode().column());
      }
      if (!row.protocols().equals(spec.protocols())) {
        columns.put("protocols", set(spec.protocols()));
      }
      List<Mutation> mutations = new ArrayList<>();
      putMissing(mutations, "other_config", row.otherConfig(), spec.otherConfig());
      putMissing(mutations, "external_ids", row.externalIds(), spec.externalIds());
      update(change, Table.BRIDGE, reference(row.uuid()), spec.name(), columns, mutations);
    }

    private void putPort(VswitchChange change, String bridge, PortSpec spec) throws ChangeFailed {
      if (putPorts.put(spec.name(), bridge) != null) {
        throw failed(change, "port " + spec.name() + " is put twice in one transaction");
      }
      UUID on = requireBridge(change, bridge);
      Optional<PortRow> row =
          snapshot.port(spec.name()).filter(port -> !deletedPorts.contains(port.name()));
      if (row.isEmpty()) {
        if (!deletedPorts.contains(spec.name())) {
          requireNone(change, Table.INTERFACE, spec.name());
          requireNone(change, Table.PORT, spec.name());
        }
        references(on).inserted().add(insertPort(change, spec));
        return;
      }
      if (!row.get().bridge().equals(Optional.of(bridge))) {
        throw failed(change, "the port is on bridge " + row.get().bridge().orElse("(none)"));
      }
      Optional<InterfaceRow> current = snapshot.iface(spec.name());
      if (!row.get().interfaces().equals(Set.of(spec.name())) || current.isEmpty()) {
        throw failed(
            change,
            "the port has interfaces "
                + Operations.describe(row.get().interfaces())
                + " (expected: one of its own name)");
      }
      updateInterface(change, spec, current.get());
      updatePort(change, spec, row.get());
    }

    private void updatePort(VswitchChange change, PortSpec spec, PortRow row) {
      Optional<Map<String, String>> wanted =
          spec.portExternalIds().filter(ids -> !ids.equals(row.externalIds()));
      if (wanted.isPresent()) {
        boolean concerned = concernsSwitch;
        update(
            change,
            Table.PORT,
            reference(row.uuid()),
            spec.name(),
            Map.of("external_ids", map(wanted.get())),
            List.of());
        concernsSwitch = concerned;
      }
    }

    private UUID insertPort(VswitchChange change, PortSpec spec) {
      UUID iface = named(Table.INTERFACE, count);
      UUID port = named(Table.PORT, count++);
      Map<String, Object> columns = new TreeMap<>();
      columns.put("name", spec.name());
      columns.put("type", spec.type());
      columns.put("options", map(spec.options()));
      columns.put("external_ids", map(spec.externalIds()));
      spec.mac().ifPresent(mac -> columns.put("mac", mac));
      spec.ofportRequest().ifPresent(value -> columns.put("ofport_request", (long) value));
      spec.mtuRequest().ifPresent(value -> columns.put("mtu_request", (long) value));
      step(change, operations.insert(Table.INTERFACE, iface.toString(), columns));
      step(
          change,
          operations.insert(
              Table.PORT,
              port.toString(),
              new TreeMap<>(
                  Map.of(
                      "name",
                      spec.name(),
                      "interfaces",
                      iface,
                      "external_ids",
                      map(spec.portExternalIds().orElse(Map.of()))))));
      return port;
    }

    private void updateInterface(VswitchChange change, PortSpec spec, InterfaceRow row) {
      Map<String, Object> columns = new TreeMap<>();
      if (!row.type().equals(spec.type())) {
        columns.put("type", spec.type());
      }
      if (!row.options().equals(spec.options())) {
        columns.put("options", map(spec.options()));
      }
      if (!row.mac().equals(spec.mac())) {
        columns.put("mac", set(spec.mac().map(Set::of).orElse(Set.of())));
      }
      if (!row.ofportRequest().equals(spec.ofportRequest())) {
        columns.put("ofport_request", optional(spec.ofportRequest()));
      }
      if (!row.mtuRequest().equals(spec.mtuRequest())) {
        columns.put("mtu_request", optional(spec.mtuRequest()));
      }
      List<Mutation> mutations = new ArrayList<>();
      putMissing(mutations, "external_ids", row.externalIds(), spec.externalIds());
      update(change, Table.INTERFACE, reference(row.uuid()), spec.name(), columns, mutations);
      // A port that was refused gets another try: the device may be there by now.
      retries |= row.outcome().filter(PortOutcome.Refused.class::isInstance).isPresent();
    }

    private void deletePort(VswitchChange change, String bridge, String port) throws ChangeFailed {
      if (bridge.equals(putPorts.get(port))) {
        throw failed(change, "port " + port + " is put earlier in the same transaction");
      }
      Optional<PortRow> row = snapshot.port(port);
      Optional<BridgeRow> on = bridge(bridge);
      if (row.flatMap(PortRow::bridge).filter(bridge::equals).isEmpty() || on.isEmpty()) {
        return;
      }
      if (port.equals(bridge)) {
        throw failed(change, "it is the bridge's local port (expected: another, or DeleteBridge)");
      }
      if (deletedPorts.add(port)) {
        references(reference(on.get().uuid())).deleted().add(reference(row.get().uuid()));
      }
    }

    private void deleteBridge(VswitchChange change, String name) throws ChangeFailed {
      if (putBridges.contains(name) || putPorts.containsValue(name)) {
        throw failed(
            change, "bridge " + name + " or a port on it is put earlier in the same transaction");
      }
      Optional<BridgeRow> row = bridge(name);
      if (row.isEmpty()) {
        return;
      }
      bridges.deleted().add(reference(row.get().uuid()));
      portsOfBridge.remove(reference(row.get().uuid()));
      deletedBridges.add(name);
      deletedPorts.addAll(row.get().ports());
    }

    VswitchPlan finish() throws ChangeFailed {
      // What is only checked need not be checked.
      if (steps.stream().allMatch(step -> step.operation() instanceof Wait)
          && portsOfBridge.isEmpty()
          && bridges.mutations("bridges").isEmpty()
          && !retries) {
        return new VswitchPlan(List.of());
      }
      if (snapshot.root().isEmpty()) {
        // Nobody has initialised this database, as "ovs-vsctl init" does.
        common(operations.require(Table.ROOT, List.of(), Set.of("next_cfg"), List.of()));
        common(operations.insert(Table.ROOT, named(Table.ROOT, 0).toString(), new TreeMap<>()));
      }
      portsOfBridge.forEach(
          (bridge, ports) ->
              common(
                  operations.mutate(Table.BRIDGE, List.of(is(bridge)), ports.mutations("ports"))));
      List<Mutation> root = new ArrayList<>(bridges.mutations("bridges"));
      if (concernsSwitch || retries || !portsOfBridge.isEmpty() || !root.isEmpty()) {
        // By its echo in cur_cfg it is known when ovs-vswitchd has seen all of this.
        root.add(new Mutation("next_cfg", Mutator.SUM, 1L));
        common(operations.mutate(Table.ROOT, List.of(), root));
      }
      common(operations.select(Table.ROOT, "next_cfg"));
      return new VswitchPlan(steps);
    }

    private void update(
        VswitchChange change,
        Table table,
        UUID row,
        String name,
        Map<String, Object> columns,
        List<Mutation> mutations) {
      if (columns.isEmpty() && mutations.isEmpty()) {
        return;
      }
      concernsSwitch = true;
      step(
          change,
          operations.require(
              table, List.of(is(row)), Set.of("name"), List.of(Map.of("name", name))));
      if (!columns.isEmpty()) {
        step(change, operations.update(table, is(row), columns));
      }
      if (!mutations.isEmpty()) {
        step(change, operations.mutate(table, List.of(is(row)), mutations));
      }
    }

    private static void putMissing(
        List<Mutation> mutations,
        String column,
        Map<String, String> there,
        Map<String, String> wanted) {
      Map<String, String> missing = new TreeMap<>(wanted);
      missing.entrySet().removeAll(there.entrySet());
      if (!missing.isEmpty()) {
        mutations.addAll(putAll(column, missing));
      }
    }

    private Optional<BridgeRow> bridge(String name) {
      return snapshot.bridge(name).filter(row -> !deletedBridges.contains(row.name()));
    }

    private UUID requireBridge(VswitchChange change, String name) throws ChangeFailed {
      if (newBridges.containsKey(name)) {
        return newBridges.get(name);
      }
      UUID bridge =
          bridge(name)
              .map(row -> reference(row.uuid()))
              .orElseThrow(() -> failed(change, "there is no bridge " + name));
      if (requiredBridges.add(name)) {
        step(
            change,
            operations.require(
                Table.BRIDGE, List.of(is(bridge)), Set.of("name"), List.of(Map.of("name", name))));
      }
      return bridge;
    }

    private void requireNone(VswitchChange change, Table table, String name) {
      step(change, operations.require(table, List.of(named(name)), Set.of("name"), List.of()));
    }

    private References references(UUID bridge) {
      return portsOfBridge.computeIfAbsent(bridge, _ -> new References());
    }

    private static ChangeFailed failed(VswitchChange change, String reason) {
      return new ChangeFailed(Optional.of(change), reason);
    }

    private static Object optional(OptionalInt value) {
      return set(value.isPresent() ? Set.of((long) value.getAsInt()) : Set.of());
    }

    private void step(VswitchChange change, Operation<?> operation) {
      steps.add(new Step(operation, Optional.of(change)));
    }

    private void common(Operation<?> operation) {
      steps.add(new Step(operation, Optional.empty()));
    }
  }
}
