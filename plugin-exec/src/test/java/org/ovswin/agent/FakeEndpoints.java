package org.ovswin.agent;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.MacAddress;

/** The devices of a {@link Machine}, as one agent uses them. */
final class FakeEndpoints implements Endpoints {
  private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:02:00");

  private final Machine machine;
  private final BooleanSupplier switchIsInReach;
  private final Set<String> attached = new HashSet<>();
  private int failures;
  private int attachCalls;

  /**
   * @param switchIsInReach whether the agent has reason to take flows and rows away first
   */
  FakeEndpoints(Machine machine, BooleanSupplier switchIsInReach) {
    this.machine = machine;
    this.switchIsInReach = switchIsInReach;
  }

  /** The next calls fail. */
  void failNext(int calls) {
    failures = calls;
  }

  /** Calls of {@link #attach} so far. */
  int attachCalls() {
    return attachCalls;
  }

  @Override
  public Endpoint attach(EndpointSpec spec) throws EndpointException {
    attachCalls++;
    failIfAsked();
    if (machine.missingSandboxes.contains(spec.sandbox())) {
      throw new EndpointException(Reason.SANDBOX_MISSING, spec.sandbox() + ": no such namespace");
    }
    for (EndpointSpec other : machine.devices.values()) {
      if (!other.hostName().equals(spec.hostName()) && other.addresses().equals(spec.addresses())) {
        throw new AssertionError("one address twice: " + spec + " and " + other);
      }
    }
    if (!attached.add(spec.hostName()) && !machine.lostDevices.contains(spec.hostName())) {
      throw new AssertionError("attached twice: " + spec);
    }
    machine.devices.put(spec.hostName(), spec);
    spec.sourceRouted().forEach(source -> machine.sources.add(source.address().address()));
    machine.lostDevices.remove(spec.hostName());
    return endpoint(spec);
  }

  private void failIfAsked() throws EndpointException {
    if (failures > 0) {
      failures--;
      throw new EndpointException(Reason.SYSTEM, "No buffer space available");
    }
  }

  private static Endpoint endpoint(EndpointSpec spec) {
    return new Endpoint(
        spec.hostName(), HOST_MAC, spec.sandbox(), spec.ifName(), spec.mac(), spec.mtu());
  }

  @Override
  public Optional<Endpoint> find(EndpointSpec spec) {
    return Optional.ofNullable(machine.devices.get(spec.hostName())).map(FakeEndpoints::endpoint);
  }

  @Override
  public void detach(String hostName) throws EndpointException {
    failIfAsked();
    if (machine.hasRow(hostName) && switchIsInReach.getAsBoolean()) {
      throw new AssertionError(hostName + ": detached while it is a port of the bridge");
    }
    forget(hostName);
  }

  /** As {@link #detach}, where the port stays. */
  void detachFromPort(String hostName) throws EndpointException {
    failIfAsked();
    forget(hostName);
  }

  private void forget(String hostName) {
    attached.remove(hostName);
    machine.devices.remove(hostName);
    machine.lostDevices.remove(hostName);
  }

  @Override
  public void forgetSources(String sandbox, List<InetAddress> sources) throws EndpointException {
    failIfAsked();
    machine.sources.removeAll(sources);
  }

  @Override
  public List<EndpointProblem> check(EndpointSpec spec) {
    List<EndpointProblem> problems = new ArrayList<>();
    if (!spec.equals(machine.devices.get(spec.hostName()))) {
      problems.add(new EndpointProblem(spec.hostName(), "missing", "an endpoint"));
    }
    if (machine.missingSandboxes.contains(spec.sandbox())) {
      problems.add(EndpointProblem.sandboxMissing(spec.sandbox()));
    }
    return problems;
  }

  @Override
  public Set<String> list() {
    return new TreeSet<>(machine.devices.keySet());
  }
}
