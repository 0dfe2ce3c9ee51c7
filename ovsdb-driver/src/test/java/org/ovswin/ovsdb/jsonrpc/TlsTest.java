package org.ovswin.ovsdb.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ovsdb.fixture.OvsFixture;

/** TLS and TCP with a real ovsdb-server on loopback; authorities made for the test. */
final class TlsTest {

  private final OvsFixture ovs = OvsFixture.vswitch();
  private final int port = freePort();

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void makeAuthorities() {
    for (String authority : new String[] {"ours", "other"}) {
      openssl(
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "2",
          "-subj",
          "/CN=" + authority,
          "-keyout",
          authority + ".key",
          "-out",
          authority + ".pem");
    }
    sign("ours", "server");
    sign("ours", "client");
    sign("other", "stranger");
  }

  @AfterEach
  void takeDown() {
    ovs.close();
  }

  private void sign(String authority, String name) {
    openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr");
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        authority + ".pem",
        "-CAkey",
        authority + ".key",
        "-CAcreateserial",
        "-days",
        "2",
        "-out",
        name + ".pem");
  }

  private void openssl(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "openssl";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ovs.run(command);
  }

  private void startTlsServer() {
    ovs.startServer(
        "--remote=pssl:" + port + ":127.0.0.1",
        "--private-key=" + ovs.file("server.key"),
        "--certificate=" + ovs.file("server.pem"),
        "--ca-cert=" + ovs.file("ours.pem"));
  }

  private SessionOptions options(String authority, String client) {
    return SessionOptions.of(
            new OvsdbAddress.Ssl("127.0.0.1", port),
            new TlsFiles(
                Path.of(ovs.file(authority + ".pem")),
                Path.of(ovs.file(client + ".pem")),
                Path.of(ovs.file(client + ".key"))))
        .withBackoff(Duration.ofMillis(20), Duration.ofMillis(100));
  }

  @Test
  void connect_bothKnowEachOthersAuthority_works() throws Exception {
    startTlsServer();
    try (TestSession test = TestSession.open(options("ours", "client"))) {
      assertThat(test.client().listDbs().get()).contains("Open_vSwitch");
    }
  }

  @Test
  void connect_serverOfAnotherAuthority_isRefused() throws Exception {
    startTlsServer();
    try (TestSession test = TestSession.start(options("other", "client"))) {
      assertThat(test.awaitEvent("disconnected: TLS: unable to find valid certification path"))
          .isNotEmpty();
    }
  }

  @Test
  void connect_clientOfAnotherAuthority_isRefusedByTheServer() throws Exception {
    startTlsServer();
    try (TestSession test = TestSession.start(options("ours", "stranger"))) {
      assertThat(test.awaitEvent("disconnected: (certificate_required)")).isNotEmpty();
    }
  }

  @Test
  void connect_serverWithoutTls_isRefused() throws Exception {
    ovs.startServer("--remote=ptcp:" + port + ":127.0.0.1");
    try (TestSession test = TestSession.start(options("ours", "client"))) {
      test.awaitEvent("disconnected: ");
    }
  }

  @Test
  void connect_tcp_works() throws Exception {
    ovs.startServer("--remote=ptcp:" + port + ":127.0.0.1");
    SessionOptions options =
        SessionOptions.of(OvsdbAddress.parse("tcp:127.0.0.1:" + port))
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(100));
    try (TestSession test = TestSession.open(options)) {
      assertThat(test.client().listDbs().get()).contains("Open_vSwitch");
    }
  }
}
