package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.PortForward;
import org.ovswin.sandbox.Protocol;
import org.ovswin.sandbox.linux.ConntrackMessages.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Address translation by nftables, in the namespace of the calling thread: all of it in the table
 * {@code inet ovs-win}. A foreign table that drops what is forwarded still does; nothing of ours
 * can overrule it.
 */
public final class LinuxHostNat implements HostNat {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxHostNat.class);
  private static final String LIST = "list table " + HostNatRules.TABLE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Nftables nftables;
  private Optional<Applied> applied = Optional.empty();

  private LinuxHostNat(Nftables nftables) {
    this.nftables = nftables;
  }

  /**
   * What was applied, and how the kernel shows it.
   *
   * @param listing the table in nft's words
   */
  private record Applied(HostNatSpec spec, String listing) {}

  /**
   * Loads what this needs.
   *
   * @throws EndpointException SYSTEM if libnftables is not installed; the message names its package
   */
  public static LinuxHostNat open() throws EndpointException {
    try {
      return new LinuxHostNat(Nftables.load());
    } catch (IOException e) {
      throw Failures.translate("open nftables", e);
    }
  }

  @Override
  public void apply(HostNatSpec spec) throws EndpointException {
    lock.lock();
    try {
      nftables.run(HostNatRules.replace(spec));
      Optional<Applied> before = applied;
      applied = Optional.of(new Applied(spec, nftables.run(LIST)));
      forgetStale(spec, before.map(Applied::spec));
    } catch (IOException e) {
      throw translate("apply table " + HostNatRules.TABLE, e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isAsLast() throws EndpointException {
    lock.lock();
    try {
      return applied.isPresent() && nftables.run(LIST).equals(applied.get().listing());
    } catch (Nftables.RefusedException e) {
      if (e.isMissing()) {
        return false;
      }
      throw translate(LIST, e);
    } catch (IOException e) {
      throw translate(LIST, e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void remove() throws EndpointException {
    lock.lock();
    try {
      applied = Optional.empty();
      nftables.run(
          "table %s {}\ndelete table %s\n".formatted(HostNatRules.TABLE, HostNatRules.TABLE));
    } catch (IOException e) {
      throw translate("remove table " + HostNatRules.TABLE, e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forget(PortForward gone) throws EndpointException {
    try (Conntrack conntrack = Conntrack.open()) {
      int forgotten =
          conntrack.forget(
              family(gone),
              gone.protocol(),
              gone.hostPort(),
              connection -> leadsTo(connection, gone));
      LOG.debug("forward={} forgotten={}", gone, forgotten);
    } catch (IOException e) {
      throw Failures.translate("forget connections of " + gone, e);
    }
  }

  /**
   * A client that kept sending UDP while nobody had the port, or somebody else, has a connection
   * that leads there, and it would for as long as the client sends.
   */
  private static void forgetStale(HostNatSpec spec, Optional<HostNatSpec> before)
      throws IOException {
    List<PortForward> fresh =
        spec.forwards().stream()
            .filter(forward -> forward.protocol() == Protocol.UDP)
            .filter(forward -> before.filter(old -> old.forwards().contains(forward)).isEmpty())
            .toList();
    if (fresh.isEmpty()) {
      return;
    }
    try (Conntrack conntrack = Conntrack.open();
        Rtnetlink netlink = Rtnetlink.open()) {
      for (PortForward forward : fresh) {
        // What only passes through the host on its way to such a port of another is left alone.
        conntrack.forget(
            family(forward),
            forward.protocol(),
            forward.hostPort(),
            connection ->
                isHostIp(forward, connection.destination())
                    && spec.forwards().stream().noneMatch(other -> leadsTo(connection, other))
                    && netlink.isHere(connection.destination()));
      }
    }
  }

  private static boolean leadsTo(Connection connection, PortForward forward) {
    return connection.answeredBy().equals(forward.pod())
        && connection.answeredFrom() == forward.podPort()
        && isHostIp(forward, connection.destination());
  }

  private static boolean isHostIp(PortForward forward, InetAddress destination) {
    return forward.hostIp().isEmpty() || forward.hostIp().get().equals(destination);
  }

  private static int family(PortForward forward) {
    return forward.isIpv4() ? Libc.AF_INET : Libc.AF_INET6;
  }

  private static EndpointException translate(String doing, IOException e) {
    return e instanceof Nftables.RefusedException refused && refused.isPermission()
        ? new EndpointException(Reason.PERMISSION, doing + ": " + e.getMessage(), e)
        : Failures.translate(doing, e);
  }
}
