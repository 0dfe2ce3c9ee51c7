package org.ovswin.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.agent.admin.AdminHandler;
import org.ovswin.agent.admin.AgentHealth;
import org.ovswin.agent.admin.BlockChange;
import org.ovswin.agent.admin.Force;
import org.ovswin.agent.admin.GcMode;
import org.ovswin.agent.admin.GcReport;
import org.ovswin.agent.admin.GcReport.Candidate;
import org.ovswin.agent.admin.GcReport.Outcome;
import org.ovswin.agent.admin.Holder;
import org.ovswin.agent.admin.Release;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Reservation;

/** An agent with one pod that lives and one lease that nobody needs. It notes what it is asked. */
final class FakeAgent implements AdminHandler {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  final List<String> asked = new ArrayList<>();
  List<Candidate> candidates = List.of(candidate(Outcome.LEFT, Optional.empty()));

  static Candidate candidate(Outcome outcome, Optional<String> problem) {
    return new Candidate(
        holder("10.244.0.9", "db-0", "feed"), "its sandbox is gone", outcome, problem);
  }

  private static Holder holder(String address, String pod, String container) {
    return new Holder(
        List.of(IpAddress.parse(address), IpAddress.parse("fd00::9")),
        container,
        "eth0",
        "net",
        Optional.of("default"),
        Optional.of(pod),
        "/run/netns/x",
        NOW);
  }

  @Override
  public AgentHealth health(Instant deadline) {
    return new AgentHealth(
        "node1",
        "0.1.0",
        NOW,
        new AgentHealth.StoreState(
            "directory /store", AgentHealth.Reach.REACHABLE, NOW, Optional.empty()),
        List.of(),
        2,
        1,
        List.of("the switch does not answer"));
  }

  @Override
  public Release release(IpAddress address, Force force, Instant deadline) throws AdminException {
    asked.add("release " + address + " " + force);
    if (force == Force.ONLY_UNUSED) {
      throw new AdminException.Refused(address + " is used by default/web-0 (expected: nobody)");
    }
    return new Release(address, holder("10.244.0.2", "web-0", "c0ffee"));
  }

  @Override
  public Reservation reserve(AddressRange range, String reason, Instant deadline) {
    asked.add("reserve " + range + " " + reason);
    return new Reservation(range, reason, NOW);
  }

  @Override
  public Reservation unreserve(AddressRange range, Instant deadline) throws AdminException {
    asked.add("unreserve " + range);
    if (range.equals(AddressRange.parse("10.244.0.1"))) {
      throw new AdminException.Refused(range + " is not reserved");
    }
    return new Reservation(range, "printers", NOW);
  }

  @Override
  public GcReport gc(GcMode mode, Instant deadline) {
    asked.add("gc " + mode);
    return new GcReport(mode, candidates.size(), candidates);
  }

  @Override
  public BlockChange addBlock(Family family, Instant deadline) {
    asked.add("add " + family);
    return new BlockChange(
        IpPrefix.parse("10.244.7.0/24"),
        List.of(IpPrefix.parse("10.244.0.0/24"), IpPrefix.parse("10.244.7.0/24")));
  }

  @Override
  public BlockChange releaseBlock(IpPrefix block, Instant deadline) throws AdminException {
    asked.add("release " + block);
    throw new AdminException.Refused(block + " has 3 leases (expected: none)");
  }
}
