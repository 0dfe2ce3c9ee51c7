package org.ovswin.openflow.session;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;

/** Keeps what it is told. */
final class RecordingListener implements SwitchListener {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final List<Version> connections = new CopyOnWriteArrayList<>();
  final List<String> disconnections = new CopyOnWriteArrayList<>();
  final List<Message.PacketIn> packets = new CopyOnWriteArrayList<>();

  @Override
  public void connected(Version version) {
    connections.add(version);
  }

  @Override
  public void disconnected(String reason) {
    disconnections.add(reason);
  }

  @Override
  public void packetIn(Message.PacketIn packetIn) {
    packets.add(packetIn);
  }

  void awaitConnections(int count) {
    await().atMost(PATIENCE).until(() -> connections.size() >= count);
  }

  void awaitDisconnections(int count) {
    await().atMost(PATIENCE).until(() -> disconnections.size() >= count);
  }

  void awaitPackets(int count) {
    await().atMost(PATIENCE).until(() -> packets.size() >= count);
  }
}
