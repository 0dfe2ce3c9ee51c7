package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.agent.admin.AdminHandler;
import org.ovswin.agent.admin.AgentHealth;
import org.ovswin.agent.admin.BlockChange;
import org.ovswin.agent.admin.Force;
import org.ovswin.agent.admin.GcMode;
import org.ovswin.agent.admin.GcReport;
import org.ovswin.agent.admin.Holder;
import org.ovswin.agent.admin.Release;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.Reservation;

/**
 * What administrators ask for: looks at the node as it is, lets the reconciler do what is to be
 * done, and waits for it on the caller's thread.
 */
final class AgentAdmin implements AdminHandler {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final Inbox inbox;
  private final HostSide host;
  private final ClusterSide cluster;
  private final LinkWatch linkWatch;
  private final InstantSource clock;
  private final Instant startedAt;

  AgentAdmin(
      AgentConfig config,
      Inbox inbox,
      HostSide host,
      ClusterSide cluster,
      LinkWatch linkWatch,
      InstantSource clock) {
    this.config = config;
    this.inbox = inbox;
    this.host = host;
    this.cluster = cluster;
    this.linkWatch = linkWatch;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  @Override
  public AgentHealth health(Instant deadline) throws AdminException {
    NodeView view = look();
    ClusterState state = cluster.state();
    List<String> problems = new ArrayList<>(state.problems());
    state.outage().ifPresent(problems::add);
    state
        .refused()
        .forEach((family, reason) -> problems.add("no further " + family + " block: " + reason));
    state.closed().forEach((block, reason) -> problems.add("block " + block + ": " + reason));
    if (!view.databaseUp()) {
      problems.add("no connection to Open vSwitch's database " + config.openvswitch().database());
    }
    linkWatch.problem().ifPresent(problems::add);
    view.flows().problem().ifPresent(why -> problems.add("flows: " + why));
    AgentHealth.StoreState store =
        switch (state.health()) {
          case StoreHealth.Reachable(Instant since) ->
              new AgentHealth.StoreState(
                  state.description(), AgentHealth.Reach.REACHABLE, since, Optional.empty());
          case StoreHealth.Unreachable(Instant since, String reason) ->
              new AgentHealth.StoreState(
                  state.description(), AgentHealth.Reach.UNREACHABLE, since, Optional.of(reason));
        };
    return new AgentHealth(
        config.node(),
        BuildVersion.text(),
        startedAt,
        store,
        cluster.local().usage().stream()
            .map(
                usage ->
                    new AgentHealth.BlockState(
                        usage.block(),
                        state.closed().containsKey(usage.block())
                            ? AgentHealth.Use.CLOSED
                            : AgentHealth.Use.OPEN,
                        usage.used(),
                        usage.free() + usage.cooling(),
                        usage.cooling(),
                        usage.reserved()))
            .toList(),
        view.pods().size(),
        view.peers().map(peers -> peers.byAddress().size()).orElse(0),
        problems);
  }

  @Override
  public Release release(IpAddress address, Force force, Instant deadline) throws AdminException {
    NodeView view = look();
    PodView pod =
        view.pods().values().stream()
            .filter(one -> one.addresses().contains(address))
            .findFirst()
            .orElseThrow(
                () ->
                    new AdminException.Refused(
                        address
                            + ": no pod of node "
                            + config.node()
                            + " has it (expected: a lease; "
                            + "its blocks are "
                            + view.space().blocks()
                            + ")"));
    if (force == Force.ONLY_UNUSED && pod.isHeld() && !host.isSandboxGone(pod, view.space())) {
      throw new AdminException.Refused(
          "%s is used by %s, container %s (expected: an address whose pod is gone, or --force)"
              .formatted(address, pod.displayName(), pod.lease().attachment().containerId()));
    }
    if (!withdraw(Set.of(pod.lease().attachment()), deadline).isEmpty()) {
      throw new AdminException.Refused(address + " is still being torn down; it goes on by itself");
    }
    return new Release(address, holder(pod));
  }

  private static Holder holder(PodView pod) {
    Lease lease = pod.lease();
    return new Holder(
        lease.addresses(),
        lease.attachment().containerId(),
        lease.attachment().ifName(),
        lease.network(),
        lease.podNamespace(),
        lease.podName(),
        pod.intent().sandbox(),
        lease.since());
  }

  @Override
  public Reservation reserve(AddressRange range, String reason, Instant deadline)
      throws AdminException {
    CompletableFuture<Reservation> done = new CompletableFuture<>();
    offer(new Event.Reserve(range, reason, done));
    return await(done, deadline);
  }

  @Override
  public Reservation unreserve(AddressRange range, Instant deadline) throws AdminException {
    CompletableFuture<Optional<Reservation>> done = new CompletableFuture<>();
    offer(new Event.Unreserve(range, done));
    return await(done, deadline)
        .orElseThrow(
            () ->
                new AdminException.Refused(
                    range + ": is not reserved (expected: exactly a range that is)"));
  }

  @Override
  public GcReport gc(GcMode mode, Instant deadline) throws AdminException {
    NodeView view = look();
    List<PodView> unneeded =
        view.pods().values().stream()
            .filter(pod -> pod.isHeld() && host.isSandboxGone(pod, view.space()))
            .toList();
    Set<Attachment> attachments =
        unneeded.stream().map(pod -> pod.lease().attachment()).collect(Collectors.toSet());
    Set<Attachment> left = Set.of();
    if (mode == GcMode.RECLAIM && !attachments.isEmpty()) {
      left = withdraw(attachments, deadline);
    }
    List<GcReport.Candidate> candidates = new ArrayList<>();
    for (PodView pod : unneeded.stream().limit(GcReport.MAX_CANDIDATES).toList()) {
      boolean stays = left.contains(pod.lease().attachment());
      candidates.add(
          new GcReport.Candidate(
              holder(pod),
              "its sandbox " + pod.intent().sandbox() + " is gone",
              mode == GcMode.DRY_RUN
                  ? GcReport.Outcome.LEFT
                  : stays ? GcReport.Outcome.UNDER_WAY : GcReport.Outcome.RECLAIMED,
              stays
                  ? Optional.of("not torn down in time; it goes on by itself")
                  : Optional.empty()));
    }
    return new GcReport(mode, unneeded.size(), candidates);
  }

  /** Those that are still there at the deadline. */
  private Set<Attachment> withdraw(Set<Attachment> attachments, Instant deadline)
      throws AdminException {
    CompletableFuture<Set<Attachment>> done = new CompletableFuture<>();
    offer(new Event.Withdraw(new HashSet<>(attachments), deadline.minus(LOOK), done));
    return await(done, deadline);
  }

  @Override
  public BlockChange addBlock(Family family, Instant deadline) throws AdminException {
    IpPrefix added = await(cluster.addBlock(family), deadline);
    return new BlockChange(added, look().space().blocks());
  }

  @Override
  public BlockChange releaseBlock(IpPrefix block, Instant deadline) throws AdminException {
    List<IpPrefix> blocks = look().space().blocks();
    if (!blocks.contains(block)) {
      throw new AdminException.Refused(
          block + ": is no block of node " + config.node() + " (expected: one of " + blocks + ")");
    }
    if (blocks.stream().filter(one -> Family.of(one) == Family.of(block)).count() == 1) {
      throw new AdminException.Refused(
          block
              + ": is the node's last "
              + Family.of(block)
              + " block, it would be claimed again at once (expected: a block beside another)");
    }
    await(cluster.releaseBlock(block), deadline);
    return new BlockChange(block, look().space().blocks());
  }

  private NodeView look() throws AdminException {
    CompletableFuture<NodeView> answer = new CompletableFuture<>();
    offer(new Event.Look(answer));
    return await(answer, clock.instant().plus(LOOK));
  }

  private void offer(Event request) throws AdminException {
    if (!inbox.offer(request)) {
      throw new AdminException.Refused("the agent has too many requests or is stopping");
    }
  }

  private <T> T await(CompletableFuture<T> future, Instant deadline) throws AdminException {
    long millis = Duration.between(clock.instant(), deadline).toMillis();
    try {
      return future.get(Math.max(1, millis), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new AdminException.Refused(String.valueOf(cause.getMessage()));
    } catch (TimeoutException e) {
      throw new AdminException.Unanswered("no outcome in time; it goes on by itself", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException.Unanswered("the agent is stopping", e);
    }
  }
}
