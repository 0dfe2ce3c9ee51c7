package org.ovswin.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.ovswin.cni.CniResult.Interface;
import org.ovswin.cni.CniResult.IpConfig;
import org.ovswin.cni.CniResult.Route;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * A network without a network: keeps attachments in memory, and refuses to be called with anything
 * that the interface promises not to pass.
 */
class StrictHandler implements CniHandler {
  private static final MacAddress MAC = MacAddress.parse("0e:2a:0a:f4:01:05");

  final Map<Attachment, CniRequest> attachments = new ConcurrentHashMap<>();
  final List<CniRequest> requests = new ArrayList<>();

  @Override
  public CniResult add(CniRequest request) throws CniException {
    record(request);
    require(!request.netns().isEmpty(), "netns of an ADD");
    attachments.putIfAbsent(request.attachment(), request);
    return result(request);
  }

  @Override
  public void del(CniRequest request) throws CniException {
    record(request);
    attachments.remove(request.attachment());
  }

  @Override
  public void check(CniRequest request) throws CniException {
    record(request);
    require(!request.netns().isEmpty(), "netns of a CHECK");
    require(request.prevResult().isPresent(), "prevResult of a CHECK");
    if (!attachments.containsKey(request.attachment())) {
      throw CniErrors.unknownContainer(request.containerId());
    }
    int interfaces = request.prevResult().orElseThrow().interfaces().size();
    if (interfaces != 2) {
      throw CniErrors.checkFailed("prevResult.interfaces", interfaces + " of them", "2, as added");
    }
  }

  @Override
  public void gc(GcRequest request) {
    attachments.keySet().retainAll(request.validAttachments());
  }

  CniRequest lastRequest() {
    synchronized (requests) {
      return requests.getLast();
    }
  }

  private void record(CniRequest request) {
    require(request.containerId().matches("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*"), "containerId");
    require(request.network().matches("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*"), "network");
    require(!request.ifName().isEmpty() && request.ifName().length() <= 15, "ifName");
    synchronized (requests) {
      requests.add(request);
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("handler called with an invalid " + what);
    }
  }

  static CniResult result(CniRequest request) {
    IpAddress gateway = IpAddress.parse("10.244.1.1");
    return new CniResult(
        List.of(
            Interface.onHost("veth1", MAC, 1450),
            Interface.inSandbox(request.ifName(), MAC, 1450, request.netns())),
        List.of(
            IpConfig.of(Cidr.parse("10.244.1.5/24"), gateway, 1),
            new IpConfig(Cidr.parse("fd00:244:1::5/64"), Optional.empty(), OptionalInt.of(1))),
        List.of(Route.via(IpPrefix.parse("0.0.0.0/0"), gateway)),
        request.dns());
  }
}
