package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.ovswin.sandbox.Endpoint;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.Endpoints;
import org.ovswin.sandbox.MacAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Endpoints as veth pairs. The host end is in the namespace of the calling thread; it has a name,
 * is up and has neither address nor IPv6. The pod's end is made in its namespace directly.
 *
 * <p>The host end carries {@link #LINK_GROUP} from the message that makes it, so that ours are
 * known at every moment, also after a crash in the middle of an attach.
 */
public final class LinuxEndpoints implements Endpoints {
  /** The link group of our host ends: "ovsw". */
  public static final int LINK_GROUP = 0x6f767377;

  private static final Logger LOG = LoggerFactory.getLogger(LinuxEndpoints.class);
  private static final Pattern HOST_NAME = Pattern.compile("(?!\\.{1,2}$)[^/:\\s]{1,15}");

  /** What happens on the host's side, with its netlink socket. */
  @FunctionalInterface
  private interface Body<T> {
    T run(Rtnetlink host) throws IOException;
  }

  @Override
  public Endpoint attach(EndpointSpec spec) throws EndpointException {
    requireHostName(spec.hostName());
    return onHost(
        "attach endpoint " + spec.hostName(),
        host -> {
          try (Netns sandbox = openSandbox(spec)) {
            requireNotOwn(sandbox, spec);
            Optional<Link> there = ownHostEnd(host, spec.hostName());
            if (there.isPresent()) {
              if (isPair(host, there.get(), sandbox, spec)
                  && inPod(sandbox, spec, PodEnd::hasIdentity)) {
                return complete(host, there.get(), sandbox, spec, PodEnd::configure);
              }
              LOG.info("endpoint={} sandbox={} action=remake", spec.hostName(), spec.sandbox());
              delete(host, there.get());
            }
            return create(host, sandbox, spec);
          }
        });
  }

  @Override
  public Optional<Endpoint> find(EndpointSpec spec) throws EndpointException {
    requireHostName(spec.hostName());
    return onHost(
        "find endpoint " + spec.hostName(),
        host -> {
          Optional<Link> there = ownHostEnd(host, spec.hostName());
          if (there.isEmpty()) {
            return Optional.empty();
          }
          try (Netns sandbox = openSandbox(spec);
              Rtnetlink pod = Rtnetlink.open(sandbox)) {
            return isPair(host, there.get(), sandbox, spec)
                ? pod.link(spec.ifName()).map(link -> endpoint(spec, there.get(), link))
                : Optional.empty();
          } catch (MissingNetnsException | NotNetnsException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public void detach(String hostName) throws EndpointException {
    requireHostName(hostName);
    onHost(
        "detach endpoint " + hostName,
        host -> {
          Optional<Link> there = ownHostEnd(host, hostName);
          if (there.isPresent()) {
            delete(host, there.get());
          }
          return there;
        });
  }

  @Override
  public void forgetSources(String sandbox, List<InetAddress> sources) throws EndpointException {
    try (Netns netns = Netns.open(Path.of(sandbox));
        Rtnetlink pod = Rtnetlink.open(netns)) {
      SourceRouting.remove(pod, sources);
    } catch (MissingNetnsException | NotNetnsException e) {
      // They went with their namespace.
      LOG.debug("sandbox={} gone: {}", sandbox, e.getMessage());
    } catch (IOException e) {
      throw Failures.translate("forget sources in " + sandbox, e);
    }
  }

  @Override
  public List<EndpointProblem> check(EndpointSpec spec) throws EndpointException {
    requireHostName(spec.hostName());
    return onHost(
        "check endpoint " + spec.hostName(),
        host -> {
          List<EndpointProblem> problems = new ArrayList<>();
          Optional<Link> there = host.link(spec.hostName());
          if (there.isPresent() && !isOwn(there.get())) {
            problems.add(
                new EndpointProblem(spec.hostName(), "a link that is not ours", "our veth"));
          } else if (there.isPresent()) {
            problems.addAll(hostProblems(there.get(), spec));
          } else {
            problems.add(new EndpointProblem(spec.hostName(), "missing", "our veth"));
          }
          try (Netns sandbox = openSandbox(spec)) {
            if (there.isPresent() && isPair(host, there.get(), sandbox, spec)) {
              problems.addAll(inPod(sandbox, spec, PodEnd::problems));
            } else {
              problems.add(
                  new EndpointProblem(
                      "%s in %s".formatted(spec.ifName(), spec.sandbox()),
                      "missing or another link",
                      "the other end of " + spec.hostName()));
            }
          } catch (MissingNetnsException | NotNetnsException e) {
            problems.add(EndpointProblem.sandboxMissing(spec.sandbox()));
          }
          return problems;
        });
  }

  @Override
  public Set<String> list() throws EndpointException {
    return onHost(
        "list endpoints",
        host -> {
          Set<String> names = new TreeSet<>();
          for (Link link : host.links()) {
            if (isOwn(link)) {
              names.add(link.name());
            }
          }
          return names;
        });
  }

  private static Endpoint create(Rtnetlink host, Netns sandbox, EndpointSpec spec)
      throws IOException {
    try {
      host.createVeth(
          new Veth(spec.hostName(), LINK_GROUP, spec.ifName(), spec.mac(), sandbox, spec.mtu()));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.EEXIST)) {
        throw new EndpointException(
            Reason.NAME_IN_USE,
            "attach endpoint %s: there is a link %s in %s already, and it is not ours"
                .formatted(spec.hostName(), spec.ifName(), spec.sandbox()),
            e);
      }
      throw e;
    }
    try {
      Link hostEnd =
          ownHostEnd(host, spec.hostName())
              .orElseThrow(() -> new IOException("link %s went away".formatted(spec.hostName())));
      return complete(host, hostEnd, sandbox, spec, PodEnd::configureFresh);
    } catch (IOException | RuntimeException e) {
      try {
        Optional<Link> halfMade = ownHostEnd(host, spec.hostName());
        if (halfMade.isPresent()) {
          delete(host, halfMade.get());
        }
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** Configures both ends of a pair; changes only what differs. */
  private static Endpoint complete(
      Rtnetlink host, Link hostEnd, Netns sandbox, EndpointSpec spec, PodChange change)
      throws IOException {
    // Before it is up: not one packet of the pod is the host's. Besides, an IPv6 address on each
    // host end makes the switch's port handling, which dumps all of them, four times as slow with
    // 100 pods, and ten times with 1,000.
    HostStack.deafen(hostEnd.name());
    if (hostEnd.mtu() != spec.mtu()) {
      host.setMtu(hostEnd.index(), spec.mtu());
    }
    inPod(
        sandbox,
        spec,
        pod -> {
          change.run(pod);
          return pod;
        });
    if (!hostEnd.isUp()) {
      host.setUp(hostEnd.index());
    }
    return new Endpoint(
        spec.hostName(),
        requireMac(hostEnd),
        spec.sandbox(),
        spec.ifName(),
        spec.mac(),
        spec.mtu());
  }

  static List<EndpointProblem> hostProblems(Link hostEnd, EndpointSpec spec) throws IOException {
    List<EndpointProblem> problems = new ArrayList<>();
    if (!hostEnd.isUp()) {
      problems.add(new EndpointProblem(hostEnd.name() + " state", "down", "up"));
    }
    if (hostEnd.mtu() != spec.mtu()) {
      problems.add(
          new EndpointProblem(
              hostEnd.name() + " mtu",
              Integer.toString(hostEnd.mtu()),
              Integer.toString(spec.mtu())));
    }
    if (!HostStack.isDeaf(hostEnd.name())) {
      problems.add(
          new EndpointProblem(
              hostEnd.name() + " packets", "heard by the host", "the switch's alone"));
    }
    return problems;
  }

  /** Whether the host end's other end is the sandbox's interface of the wanted name. */
  private static boolean isPair(Rtnetlink host, Link hostEnd, Netns sandbox, EndpointSpec spec)
      throws IOException {
    if (hostEnd.peerNsid().isEmpty() || !hostEnd.peerNsid().equals(host.nsid(sandbox))) {
      return false;
    }
    try (Rtnetlink pod = Rtnetlink.open(sandbox)) {
      Optional<Link> podEnd = pod.link(spec.ifName());
      return podEnd.isPresent()
          && hostEnd.peerIndex().isPresent()
          && hostEnd.peerIndex().getAsInt() == podEnd.get().index();
    }
  }

  /**
   * The link of this name, if there is one.
   *
   * @throws EndpointException NAME_IN_USE if it is not ours
   */
  private static Optional<Link> ownHostEnd(Rtnetlink host, String hostName) throws IOException {
    Optional<Link> there = host.link(hostName);
    if (there.isPresent() && !isOwn(there.get())) {
      throw new EndpointException(
          Reason.NAME_IN_USE,
          "endpoint %s: there is a link of this name (%s) that is not ours"
              .formatted(hostName, there.get().kind().orElse("no kind")));
    }
    return there;
  }

  private static boolean isOwn(Link link) {
    return link.isKind(Veth.KIND) && link.group() == LINK_GROUP;
  }

  static void delete(Rtnetlink host, Link hostEnd) throws IOException {
    try {
      host.deleteLink(hostEnd.index());
    } catch (ErrnoException e) {
      // It went with its sandbox meanwhile.
      if (!e.errno().equals(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  /** What happens on a thread inside the sandbox. */
  @FunctionalInterface
  interface PodBody<T> {
    T run(PodEnd pod) throws IOException;
  }

  /** What is changed there. */
  @FunctionalInterface
  private interface PodChange {
    void run(PodEnd pod) throws IOException;
  }

  static <T> T inPod(Netns sandbox, EndpointSpec spec, PodBody<T> body) throws IOException {
    return sandbox.call(
        () -> {
          try (PodEnd pod = PodEnd.open(spec)) {
            return body.run(pod);
          }
        });
  }

  private static <T> T onHost(String doing, Body<T> body) throws EndpointException {
    try (Rtnetlink host = Rtnetlink.open()) {
      return body.run(host);
    } catch (IOException e) {
      throw Failures.translate(doing, e);
    }
  }

  private static Netns openSandbox(EndpointSpec spec) throws IOException {
    return Netns.open(Path.of(spec.sandbox()));
  }

  /** A pod's routes in the host's namespace would take the host off its network. */
  static void requireNotOwn(Netns sandbox, EndpointSpec spec) throws IOException {
    if (sandbox.isOwn()) {
      throw new EndpointException(
          Reason.SANDBOX_MISSING,
          "attach endpoint %s: %s is this process's own network namespace (expected: a sandbox)"
              .formatted(spec.hostName(), spec.sandbox()));
    }
  }

  private static Endpoint endpoint(EndpointSpec spec, Link hostEnd, Link podEnd) {
    return new Endpoint(
        spec.hostName(),
        requireMac(hostEnd),
        spec.sandbox(),
        spec.ifName(),
        requireMac(podEnd),
        podEnd.mtu());
  }

  private static MacAddress requireMac(Link veth) {
    return veth.mac().orElseThrow(() -> new IllegalStateException(veth + " has no MAC address"));
  }

  private static void requireHostName(String hostName) {
    if (!HOST_NAME.matcher(hostName).matches()) {
      throw new IllegalArgumentException(
          "hostName: %s (expected: 1 to 15 characters, none of '/', ':', white space)"
              .formatted(hostName));
    }
  }
}
