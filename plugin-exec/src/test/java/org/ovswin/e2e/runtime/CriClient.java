package org.ovswin.e2e.runtime;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.ovswin.e2e.runtime.cri.Cri;

/**
 * A client of the Container Runtime Interface, version 1, over a Unix socket: of its calls the few
 * that make and end pods. Each waits for its answer; several may be under way at once.
 */
final class CriClient implements AutoCloseable {
  private static final String SERVICE = "runtime.v1.RuntimeService";
  private static final int DEADLINE_SECONDS = 60;
  private static final int EXEC_SECONDS = 20;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;

  CriClient(Path socket) {
    this.channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
            .eventLoopGroup(threads)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
  }

  Cri.VersionResponse version() {
    return call(
        "Version",
        Cri.VersionRequest.getDefaultInstance(),
        Cri.VersionResponse.getDefaultInstance());
  }

  Cri.RuntimeStatus status() {
    return call(
            "Status",
            Cri.StatusRequest.getDefaultInstance(),
            Cri.StatusResponse.getDefaultInstance())
        .getStatus();
  }

  /** Returns the sandbox's id. */
  String runPodSandbox(Cri.PodSandboxConfig config) {
    return call(
            "RunPodSandbox",
            Cri.RunPodSandboxRequest.newBuilder().setConfig(config).build(),
            Cri.RunPodSandboxResponse.getDefaultInstance())
        .getPodSandboxId();
  }

  void stopPodSandbox(String id) {
    call(
        "StopPodSandbox",
        Cri.StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build(),
        Cri.StopPodSandboxResponse.getDefaultInstance());
  }

  void removePodSandbox(String id) {
    call(
        "RemovePodSandbox",
        Cri.RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build(),
        Cri.RemovePodSandboxResponse.getDefaultInstance());
  }

  /** With what only a verbose answer has. */
  Cri.PodSandboxStatusResponse podSandboxStatus(String id) {
    return call(
        "PodSandboxStatus",
        Cri.PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).setVerbose(true).build(),
        Cri.PodSandboxStatusResponse.getDefaultInstance());
  }

  Cri.ListPodSandboxResponse listPodSandbox() {
    return call(
        "ListPodSandbox",
        Cri.ListPodSandboxRequest.getDefaultInstance(),
        Cri.ListPodSandboxResponse.getDefaultInstance());
  }

  /** Creates and starts a container in a sandbox, and returns its id. */
  String startContainer(String sandbox, Cri.ContainerConfig config, Cri.PodSandboxConfig pod) {
    String id =
        call(
                "CreateContainer",
                Cri.CreateContainerRequest.newBuilder()
                    .setPodSandboxId(sandbox)
                    .setConfig(config)
                    .setSandboxConfig(pod)
                    .build(),
                Cri.CreateContainerResponse.getDefaultInstance())
            .getContainerId();
    call(
        "StartContainer",
        Cri.StartContainerRequest.newBuilder().setContainerId(id).build(),
        Cri.StartContainerResponse.getDefaultInstance());
    return id;
  }

  /** Stops a container by force and removes it. */
  void removeContainer(String id) {
    call(
        "StopContainer",
        Cri.StopContainerRequest.newBuilder().setContainerId(id).build(),
        Cri.StopContainerResponse.getDefaultInstance());
    call(
        "RemoveContainer",
        Cri.RemoveContainerRequest.newBuilder().setContainerId(id).build(),
        Cri.RemoveContainerResponse.getDefaultInstance());
  }

  Cri.ExecSyncResponse execSync(String container, Iterable<String> words) {
    return call(
        "ExecSync",
        Cri.ExecSyncRequest.newBuilder()
            .setContainerId(container)
            .addAllCmd(words)
            .setTimeout(EXEC_SECONDS)
            .build(),
        Cri.ExecSyncResponse.getDefaultInstance());
  }

  private <Q extends Message, A extends Message> A call(String method, Q request, A answer) {
    @SuppressWarnings("unchecked") // A message's default instance is of the message's own class.
    Q requestKind = (Q) request.getDefaultInstanceForType();
    MethodDescriptor<Q, A> descriptor =
        MethodDescriptor.<Q, A>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, method))
            .setRequestMarshaller(ProtoUtils.marshaller(requestKind))
            .setResponseMarshaller(ProtoUtils.marshaller(answer))
            .build();
    // A runtime that is just being restarted is waited for.
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .withWaitForReady();
    return ClientCalls.blockingUnaryCall(channel, descriptor, options, request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
