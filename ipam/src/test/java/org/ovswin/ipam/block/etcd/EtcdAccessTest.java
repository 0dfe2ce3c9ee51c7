package org.ovswin.ipam.block.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.StoreOptions;

/** Who gets in, and what one who does not is told. TLS both ways, and user and password. */
class EtcdAccessTest {
  private static final String PREFIX = "/ovs-win/";
  private static final String PASSWORD = "correct-horse";
  private static final StoreOptions SETTINGS =
      new StoreOptions(
          ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)),
          Duration.ofMinutes(10),
          InstantSource.system());

  private static EtcdCluster cluster;
  private static Path password;

  @BeforeAll
  static void start() throws IOException {
    cluster = EtcdCluster.start(EtcdCluster.Transport.TLS);
    cluster.enableAuth("agent", PASSWORD, PREFIX);
    password = cluster.directory().resolve("password");
    Files.writeString(password, PASSWORD + "\n");
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
  }

  @Test
  void open_certificateAndPassword_works() throws IOException {
    try (BlockStore store = open(options())) {
      UUID owner = new UUID(1, 1);
      store.register(TestNodes.node("a", owner));

      assertThat(store.claim("a", owner, Family.IPV4, 1)).isInstanceOf(Claim.Claimed.class);
      assertThat(store.health()).isInstanceOf(StoreHealth.Reachable.class);
      assertThat(store.description()).startsWith("etcd https://127.0.0.1:").endsWith(PREFIX);
    }
  }

  @Test
  void call_afterTokensAreLost_authenticatesAgain() throws IOException {
    try (BlockStore store = open(options())) {
      var before = store.view();
      for (int member = 0; member < EtcdCluster.MEMBERS; member++) {
        cluster.kill(member);
        cluster.restart(member);
        cluster.awaitHealthy();
      }

      assertThat(store.view()).isEqualTo(before);
    }
  }

  @Test
  void open_wrongPassword_saysSoWithoutIt() throws IOException {
    Path wrong = cluster.directory().resolve("wrong");
    Files.writeString(wrong, "battery-staple");

    assertThatThrownBy(() -> open(options("agent", wrong, PREFIX, cluster.endpoints())))
        .hasMessageContaining("user agent: authentication failed")
        .hasMessageContaining(wrong.toString())
        .hasMessageNotContaining("battery-staple");
  }

  @Test
  void open_unknownUser_saysSo() {
    assertThatThrownBy(() -> open(options("nobody", password, PREFIX, cluster.endpoints())))
        .hasMessageContaining("user nobody: authentication failed");
  }

  @Test
  void open_otherPrefix_saysWhatTheRoleLacks() {
    assertThatThrownBy(() -> open(options("agent", password, "/other/", cluster.endpoints())))
        .hasMessageContaining("user agent: permission denied")
        .hasMessageContaining(
            "(expected: a role with readwrite on all keys that begin with /other/");
  }

  @Test
  void open_userWithoutRole_saysWhatRoleIsMissing() throws IOException {
    cluster.addUser("newcomer", PASSWORD);

    assertThatThrownBy(() -> open(options("newcomer", password, PREFIX, cluster.endpoints())))
        .hasMessageContaining(cluster.endpoints().getFirst() + ": user newcomer: permission denied")
        .hasMessageContaining("a role with readwrite on all keys that begin with " + PREFIX)
        .hasMessageNotContaining(PASSWORD);
  }

  @Test
  void open_noUser_saysWhatIsMissing() {
    assertThatThrownBy(
            () -> open(tls(ca(), cluster.directory().resolve("tls/client"), cluster.endpoints())))
        .hasMessageContaining("our certificate's user: permission denied")
        .hasMessageContaining("user and passwordFile");
  }

  @Test
  void open_noPasswordFile_namesIt() {
    assertThatThrownBy(
            () -> open(options("agent", Path.of("/nowhere/password"), PREFIX, cluster.endpoints())))
        .hasMessageContaining("passwordFile: /nowhere/password: ");
  }

  @Test
  void open_unknownAuthority_saysSo() throws IOException {
    Certificates others = Certificates.create(cluster.directory().resolve("others"));

    assertThatThrownBy(
            () ->
                open(
                    tls(
                        Optional.of(others.authority()),
                        cluster.directory().resolve("tls/client"),
                        cluster.endpoints())))
        .hasMessageContaining("its certificate is signed by an unknown authority")
        .hasMessageContaining(others.authority().toString());
  }

  @Test
  void open_ourCertificateOfAnotherAuthority_saysSo() throws IOException {
    Certificates others = Certificates.create(cluster.directory().resolve("others-client"));
    others.sign("stranger");

    assertThatThrownBy(
            () -> open(tls(ca(), others.directory().resolve("stranger"), cluster.endpoints())))
        .hasMessageContaining("it refuses our certificate")
        .hasMessageContaining("stranger.pem");
  }

  @Test
  void open_noCertificate_saysThatEtcdAsksForOne() {
    assertThatThrownBy(
            () ->
                open(
                    new EtcdOptions(
                        cluster.endpoints(),
                        PREFIX,
                        ca(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("agent"),
                        Optional.of(password))))
        .hasMessageContaining("it refuses our certificate")
        .hasMessageContaining("certFile and keyFile in the configuration");
  }

  @Test
  void open_certificateForAnotherName_saysSo() throws IOException {
    List<URI> byName =
        cluster.endpoints().stream()
            .map(endpoint -> URI.create("https://localhost:" + endpoint.getPort()))
            .toList();

    assertThatThrownBy(() -> open(options("agent", password, PREFIX, byName)))
        .hasMessageContaining("its certificate is for another name (expected: localhost)");
  }

  @Test
  void open_brokenKeyFile_namesTheField() throws IOException {
    Path base = cluster.directory().resolve("broken");
    Files.writeString(cluster.directory().resolve("broken.pem"), "nothing");
    Files.writeString(cluster.directory().resolve("broken.key"), "nothing");

    assertThatThrownBy(() -> open(tls(ca(), base, cluster.endpoints())))
        .hasMessageContaining("caFile, certFile or keyFile: ")
        .hasMessageContaining("broken.key");
  }

  @Test
  void open_nobodyThere_namesEachEndpoint() {
    assertThatThrownBy(() -> open(EtcdOptions.of(List.of("127.0.0.1:1", "127.0.0.1:2"))))
        .hasMessageContaining("http://127.0.0.1:1: not reachable: Connection refused")
        .hasMessageContaining("http://127.0.0.1:2: not reachable: Connection refused");
  }

  private static BlockStore open(EtcdOptions options) throws IOException {
    return EtcdBlockStore.open(options, SETTINGS);
  }

  private static EtcdOptions options() throws IOException {
    return options("agent", password, PREFIX, cluster.endpoints());
  }

  private static EtcdOptions options(
      String user, Path passwordFile, String prefix, List<URI> endpoints) {
    return cluster.tlsOptions(endpoints, prefix, user, passwordFile);
  }

  /** With a certificate and its key of this name, and no user. */
  private static EtcdOptions tls(Optional<Path> ca, Path client, List<URI> endpoints) {
    return new EtcdOptions(
        endpoints,
        PREFIX,
        ca,
        Optional.of(Path.of(client + ".pem")),
        Optional.of(Path.of(client + ".key")),
        Optional.empty(),
        Optional.empty());
  }

  private static Optional<Path> ca() {
    return Optional.of(cluster.certificates().authority());
  }
}
