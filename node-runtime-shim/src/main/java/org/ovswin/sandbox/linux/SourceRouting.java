package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.EndpointSpec.Gatewayed;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.linux.AddressMessages.PrefixRoute;

/**
 * How a further interface of a sandbox answers by itself: what is sent from one of its addresses
 * finds its way in a table of the interface's own. Without that it would take the main table's way,
 * out of the first interface, where the switch drops it for its source. For the same reason the
 * main table has nothing of it, not even its prefix: what is sent from the first interface's
 * addresses would leave by this one.
 *
 * <p>Routes go with their link; rules do not. Ours carry {@link LinkRoute#RTPROT_OURS} and an
 * address that nobody else has, so they are found also when the link is gone, and when another one
 * has taken its number.
 */
final class SourceRouting {
  /** Before the main table's, and behind whatever a pod asks first: "ov". */
  static final int RULE_PRIORITY = 0x6f76;

  /** Of the first link; a link's number is its own in its namespace, and so is the table's. */
  static final int FIRST_TABLE = 0x6f000000;

  private static final int RTPROT_KERNEL = 2;

  private final Rtnetlink pod;
  private final Link link;
  private final EndpointSpec spec;

  /**
   * @param pod of the sandbox's namespace
   */
  SourceRouting(Rtnetlink pod, Link link, EndpointSpec spec) {
    this.pod = pod;
    this.link = link;
    this.spec = spec;
  }

  /** What is to be said with the addresses of an interface that is being made. */
  static PrefixRoute prefixRoute(EndpointSpec spec) {
    return spec.sourceRouted().isEmpty() ? PrefixRoute.MADE : PrefixRoute.NONE;
  }

  /** Corrects what differs. The link is up and has its addresses. */
  void converge() throws IOException {
    if (spec.sourceRouted().isEmpty()) {
      return;
    }
    for (LinkRoute missing : missingRoutes()) {
      pod.replaceRoute(missing);
    }
    for (LinkRoute surplus : prefixRoutes()) {
      pod.deleteRoute(surplus);
    }
    List<PolicyRule> wanted = wantedRules();
    List<PolicyRule> there = pod.rules();
    for (PolicyRule rule : wanted) {
      if (!there.contains(rule)) {
        pod.addRule(rule);
      }
    }
    for (PolicyRule rule : there) {
      if (isStale(rule) && !wanted.contains(rule)) {
        delete(pod, rule);
      }
    }
  }

  List<EndpointProblem> problems() throws IOException {
    List<EndpointProblem> problems = new ArrayList<>();
    if (spec.sourceRouted().isEmpty()) {
      return problems;
    }
    for (LinkRoute missing : missingRoutes()) {
      problems.add(new EndpointProblem(spec.ifName() + " route", "missing", missing.toString()));
    }
    for (LinkRoute surplus : prefixRoutes()) {
      problems.add(
          new EndpointProblem(
              spec.ifName() + " route", surplus.toString(), "none in the main table"));
    }
    List<PolicyRule> there = pod.rules();
    for (PolicyRule rule : wantedRules()) {
      if (!there.contains(rule)) {
        problems.add(new EndpointProblem(spec.ifName() + " rule", "missing", rule.toString()));
      }
    }
    return problems;
  }

  /** Takes the rules of these addresses away, wherever they lead. */
  static void remove(Rtnetlink pod, List<InetAddress> sources) throws IOException {
    for (PolicyRule rule : pod.rules()) {
      if (isOurs(rule) && sources.contains(rule.source().address())) {
        delete(pod, rule);
      }
    }
  }

  private static void delete(Rtnetlink pod, PolicyRule rule) throws IOException {
    try {
      pod.deleteRule(rule);
    } catch (ErrnoException e) {
      // Somebody was faster.
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Left by an earlier interface: of an address that is this one's now, or to its table. */
  private boolean isStale(PolicyRule rule) {
    return isOurs(rule)
        && (rule.table() == table()
            || spec.sourceRouted().stream()
                .anyMatch(source -> source.address().address().equals(rule.source().address())));
  }

  private static boolean isOurs(PolicyRule rule) {
    return rule.protocol() == LinkRoute.RTPROT_OURS;
  }

  private int table() {
    return FIRST_TABLE + link.index();
  }

  private List<PolicyRule> wantedRules() {
    return spec.sourceRouted().stream()
        .map(Gatewayed::address)
        .map(
            address ->
                new PolicyRule(
                    RULE_PRIORITY,
                    new InetPrefix(address.address(), address.isIpv4() ? 32 : 128),
                    table(),
                    LinkRoute.RTPROT_OURS))
        .toList();
  }

  private List<LinkRoute> prefixRoutes() throws IOException {
    return pod.routes(RTPROT_KERNEL).stream()
        .filter(route -> route.linkIndex() == link.index())
        .filter(
            route ->
                spec.sourceRouted().stream()
                    .anyMatch(source -> source.address().network().equals(route.destination())))
        .toList();
  }

  private List<LinkRoute> missingRoutes() throws IOException {
    List<LinkRoute> there = pod.routes(table(), LinkRoute.RTPROT_OURS);
    return spec.sourceRouted().stream()
        .flatMap(source -> LinkRoute.fromSource(link.index(), source, table()).stream())
        .filter(route -> !there.contains(route))
        .toList();
  }
}
