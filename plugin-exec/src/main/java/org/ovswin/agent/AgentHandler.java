package org.ovswin.agent;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.ovswin.cni.Cidr;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniHandler;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.CniResult;
import org.ovswin.cni.Dns;
import org.ovswin.cni.GcRequest;
import org.ovswin.cni.StatusRequest;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.BlockUsage;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Meter;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostNat;

/**
 * The CNI verbs in terms of what the reconciler wants: ADD wants a pod, DEL wants it no more, CHECK
 * compares. Called on one virtual thread per request, which waits here.
 */
final class AgentHandler implements CniHandler {
  /** The reconciler keeps its own deadlines; this one is for a reconciler that is gone. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** Before the caller's deadline, so that the answer says what is left. */
  private static final Duration GC_RESERVE = Duration.ofSeconds(5);

  /** In an error's details. */
  private static final int MAX_LISTED = 20;

  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final IpPrefix ALL_IPV4 = IpPrefix.parse("0.0.0.0/0");
  private static final IpPrefix ALL_IPV6 = IpPrefix.parse("::/0");

  private final AgentConfig config;
  private final Inbox inbox;
  private final HostSide host;
  private final Optional<HostNat> nat;
  private final FlowSwitch flowSwitch;
  private final ClusterLink cluster;
  private final Supplier<AddressSpace> space;
  private final InstantSource clock;

  AgentHandler(
      AgentConfig config,
      Inbox inbox,
      HostSide host,
      Optional<HostNat> nat,
      FlowSwitch flowSwitch,
      ClusterLink cluster,
      Supplier<AddressSpace> space,
      InstantSource clock) {
    this.config = config;
    this.inbox = inbox;
    this.host = host;
    this.nat = nat;
    this.flowSwitch = flowSwitch;
    this.cluster = cluster;
    this.space = space;
    this.clock = clock;
  }

  @Override
  public CniResult add(CniRequest request) throws CniException {
    CompletableFuture<PodView> done = new CompletableFuture<>();
    offer(new Event.Add(request, done));
    PodView pod = await(done, Duration.between(clock.instant(), request.deadline()).plus(GRACE));
    return result(pod, space.get());
  }

  private static CniResult result(PodView pod, AddressSpace space) throws CniException {
    if (!(pod.endpoint() instanceof EndpointState.Attached attached)) {
      throw CniErrors.internal("pod " + pod.displayName() + " is ready without an endpoint");
    }
    Endpoint endpoint = attached.endpoint();
    List<CniResult.IpConfig> ips = new ArrayList<>();
    List<CniResult.Route> routes = new ArrayList<>();
    for (IpAddress address : pod.addresses()) {
      IpPrefix block =
          space
              .blockOf(address)
              .orElseThrow(() -> CniErrors.internal("no block has address " + address));
      IpAddress gateway = NodeState.gateway(block);
      ips.add(CniResult.IpConfig.of(new Cidr(address, block.length()), gateway, 1));
      if (pod.intent().defaultRoute() == Intent.DefaultRoute.HERE) {
        routes.add(
            CniResult.Route.via(Family.of(address) == Family.IPV4 ? ALL_IPV4 : ALL_IPV6, gateway));
      }
    }
    return new CniResult(
        List.of(
            CniResult.Interface.onHost(
                endpoint.hostName(),
                MacAddress.parse(endpoint.hostMac().toString()),
                endpoint.mtu()),
            CniResult.Interface.inSandbox(
                endpoint.ifName(), pod.mac(), endpoint.mtu(), endpoint.sandbox())),
        ips,
        routes,
        Dns.NONE);
  }

  @Override
  public void del(CniRequest request) throws CniException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    offer(
        new Event.Delete(
            Admission.attachment(request), request.network(), request.deadline(), done));
    await(done, Duration.between(clock.instant(), request.deadline()).plus(GRACE));
  }

  @Override
  public void check(CniRequest request) throws CniException {
    NodeView view = look();
    PodView pod = view.pods().get(Admission.attachment(request));
    if (pod == null || !pod.isHeld() || !pod.isOf(request.network())) {
      throw CniErrors.unknownContainer(request.containerId());
    }
    checkResult(request, pod);
    checkEndpoint(pod, view.space());
    Admission.requireSwitch(view);
    if (view.ofport(pod.hostName()).isEmpty()) {
      throw CniErrors.checkFailed("port " + pod.hostName(), "none", "a port of the bridge");
    }
    checkRules();
    checkFlows(view, pod);
  }

  private static void checkResult(CniRequest request, PodView pod) throws CniException {
    List<IpAddress> told =
        request.prevResult().map(CniResult::ips).orElse(List.of()).stream()
            .map(ip -> ip.address().address())
            .toList();
    if (!told.containsAll(pod.addresses())) {
      throw CniErrors.checkFailed(
          "prevResult.ips", told.toString(), "the lease " + pod.addresses() + " among them");
    }
    if (!request.netns().equals(pod.intent().sandbox())) {
      throw CniErrors.checkFailed("CNI_NETNS", request.netns(), pod.intent().sandbox());
    }
  }

  private void checkEndpoint(PodView pod, AddressSpace space) throws CniException {
    try {
      List<String> problems = host.check(pod, space);
      if (!problems.isEmpty()) {
        throw CniErrors.checkFailed("endpoint", String.join("; ", problems), "as it was attached");
      }
    } catch (EndpointException e) {
      throw CniErrors.checkFailed("endpoint", String.valueOf(e.getMessage()), "as it was attached")
          .causedBy(e);
    }
  }

  /** Of the host, where it translates for its pods: all of them are in one table. */
  private void checkRules() throws CniException {
    try {
      if (nat.isPresent() && !nat.get().isAsLast()) {
        throw CniErrors.checkFailed(
            "rules of the host", "missing or changed by somebody", "as the agent made them");
      }
    } catch (EndpointException e) {
      throw CniErrors.checkFailed(
              "rules of the host", String.valueOf(e.getMessage()), "as the agent made them")
          .causedBy(e);
    }
  }

  private void checkFlows(NodeView view, PodView pod) throws CniException {
    Map<Flow.Key, Flow> there = new HashMap<>();
    await(flowSwitch.dump(Pipeline.podCookie(pod.address())), LOOK)
        .forEach(flow -> there.put(flow.key(), flow));
    Optional<NodeState> state = view.nodeState();
    for (NodeState.Pod ported : state.map(NodeState::pods).orElse(List.of())) {
      if (!ported.address().equals(pod.address())) {
        continue;
      }
      for (Flow flow : Pipeline.podFlows(state.orElseThrow(), ported)) {
        Flow found = there.get(flow.key());
        if (found == null || !FlowDiff.same(flow, found)) {
          throw CniErrors.checkFailed(
              "flow", found == null ? "none" : found.toString(), flow.toString());
        }
      }
      checkMeters(Pipeline.podMeters(ported));
      return;
    }
    throw CniErrors.checkFailed("flows", "none", "those of pod " + pod.displayName());
  }

  /** Most pods have none, and for them nothing is asked. */
  private void checkMeters(List<Meter> wanted) throws CniException {
    if (wanted.isEmpty()) {
      return;
    }
    List<Meter> there = await(flowSwitch.dumpMeters(), LOOK);
    for (Meter meter : wanted) {
      if (!there.contains(meter)) {
        throw CniErrors.checkFailed(
            "meter of the bandwidth",
            there.stream()
                .filter(other -> other.id() == meter.id())
                .findFirst()
                .map(Meter::toString)
                .orElse("none"),
            meter.toString());
      }
    }
  }

  @Override
  public void status(StatusRequest request) throws CniException {
    NodeView view = look();
    if (!view.databaseUp()) {
      throw CniErrors.notAvailable(
          "Open vSwitch is down: no connection to its database", config.openvswitch().database());
    }
    Optional<String> problem = view.flows().problem();
    if (problem.isPresent()) {
      throw CniErrors.notAvailable(
          view.flows().areDown() ? Admission.NO_SESSION : Admission.NO_FLOWS, problem.get());
    }
    ClusterState state = cluster.state();
    if (!state.closed().isEmpty()) {
      throw CniErrors.limitedConnectivity(
          "this node's pods have addresses of blocks that are not its own any more",
          state.closed().toString());
    }
    boolean full =
        view.space().families().stream()
            .anyMatch(family -> cluster.local().usage().stream().noneMatch(hasRoom(family)));
    if (full) {
      throw CniErrors.notAvailable(
          "no address is free on this node",
          state
              .outage()
              .or(() -> state.refused().values().stream().findFirst())
              .orElse("a further block is being claimed"));
    }
  }

  @Override
  public void gc(GcRequest request) throws CniException {
    Set<Attachment> unlisted = new HashSet<>();
    for (PodView pod : look().pods().values()) {
      Attachment attachment = pod.lease().attachment();
      boolean listed =
          request
              .validAttachments()
              .contains(
                  new org.ovswin.cni.Attachment(attachment.containerId(), attachment.ifName()));
      if (pod.isOf(request.network()) && !listed) {
        unlisted.add(attachment);
      }
    }
    if (unlisted.isEmpty()) {
      return;
    }
    CompletableFuture<Set<Attachment>> done = new CompletableFuture<>();
    offer(new Event.Withdraw(unlisted, request.deadline().minus(GC_RESERVE), done));
    Set<Attachment> left =
        await(done, Duration.between(clock.instant(), request.deadline()).plus(GRACE));
    if (!left.isEmpty()) {
      throw CniErrors.tryAgainLater(
          left.size() + " of " + unlisted.size() + " attachments are still being torn down",
          left.stream().limit(MAX_LISTED).map(Object::toString).collect(Collectors.joining(", ")));
    }
  }

  private static Predicate<BlockUsage> hasRoom(Family family) {
    return usage -> Family.of(usage.block()) == family && usage.free() + usage.cooling() > 0;
  }

  private NodeView look() throws CniException {
    CompletableFuture<NodeView> answer = new CompletableFuture<>();
    offer(new Event.Look(answer));
    return await(answer, LOOK);
  }

  private void offer(Event request) throws CniException {
    if (!inbox.offer(request)) {
      throw CniErrors.tryAgainLater(
          "the agent has too many requests or is stopping", "node " + config.node());
    }
  }

  private <T> T await(CompletableFuture<T> future, Duration atMost) throws CniException {
    try {
      return future.get(Math.max(1, atMost.toMillis()), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CniException answer) {
        throw answer;
      }
      throw CniErrors.internal(String.valueOf(e.getCause())).causedBy(e);
    } catch (TimeoutException e) {
      throw CniErrors.tryAgainLater("no answer in time", "node " + config.node()).causedBy(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CniErrors.tryAgainLater("the agent is stopping", "node " + config.node()).causedBy(e);
    }
  }
}
