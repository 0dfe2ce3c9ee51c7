package org.ovswin.agent;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.ReadyPorts;

/** The ready ports of a {@link Machine}, as one agent uses them. */
final class FakeReadyPorts implements ReadyPorts {
  private final Machine machine;
  private final FakeEndpoints endpoints;

  FakeReadyPorts(Machine machine, FakeEndpoints endpoints) {
    this.machine = machine;
    this.endpoints = endpoints;
  }

  @Override
  public void prepare(List<String> names, int mtu, EndpointSpec.TxChecksum txChecksum) {
    machine.readyDevices.addAll(names);
  }

  @Override
  public void remove(Set<String> names) {
    for (String name : names) {
      if (machine.devices.containsKey(name)) {
        throw new AssertionError(name + ": removed while a pod is on it");
      }
    }
    machine.readyDevices.removeAll(names);
  }

  @Override
  public Endpoint attach(EndpointSpec spec) throws EndpointException {
    EndpointSpec other = machine.devices.get(spec.hostName());
    if (other != null && !other.sandbox().equals(spec.sandbox())) {
      throw new AssertionError("one port twice: " + spec + " and " + other);
    }
    Endpoint endpoint = endpoints.attach(spec);
    machine.readyDevices.add(spec.hostName());
    return endpoint;
  }

  @Override
  public void detach(EndpointSpec spec) throws EndpointException {
    endpoints.detachFromPort(spec.hostName());
  }

  @Override
  public boolean holds(EndpointSpec spec) {
    return spec.equals(machine.devices.get(spec.hostName()));
  }

  @Override
  public Set<String> inUse() {
    Set<String> names = new TreeSet<>(machine.devices.keySet());
    names.retainAll(machine.readyDevices);
    return names;
  }

  @Override
  public List<EndpointProblem> check(EndpointSpec spec) {
    return endpoints.check(spec);
  }
}
