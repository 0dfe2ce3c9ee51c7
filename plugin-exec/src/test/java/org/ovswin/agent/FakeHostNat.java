package org.ovswin.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.PortForward;

/** The host's address translation, which may refuse. */
final class FakeHostNat implements HostNat {
  private Optional<HostNatSpec> rules = Optional.empty();
  private Optional<HostNatSpec> last = Optional.empty();
  private final List<PortForward> forgotten = new ArrayList<>();
  private boolean refusing;

  void refuse() {
    refusing = true;
  }

  void accept() {
    refusing = false;
  }

  /** Somebody else takes all rules away. */
  void flush() {
    rules = Optional.empty();
  }

  Optional<HostNatSpec> rules() {
    return rules;
  }

  List<PortForward> forgotten() {
    return List.copyOf(forgotten);
  }

  @Override
  public void apply(HostNatSpec spec) throws EndpointException {
    requireWilling();
    rules = Optional.of(spec);
    last = rules;
  }

  @Override
  public boolean isAsLast() throws EndpointException {
    requireWilling();
    return last.isPresent() && rules.equals(last);
  }

  @Override
  public void remove() {
    rules = Optional.empty();
  }

  @Override
  public void forget(PortForward gone) throws EndpointException {
    requireWilling();
    forgotten.add(gone);
  }

  private void requireWilling() throws EndpointException {
    if (refusing) {
      throw new EndpointException(EndpointException.Reason.SYSTEM, "no nftables");
    }
  }
}
