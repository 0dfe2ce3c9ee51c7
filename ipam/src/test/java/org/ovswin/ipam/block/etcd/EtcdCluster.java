package org.ovswin.ipam.block.etcd;

import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.options.GetOption;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three etcd members, each in a network namespace of its own.
 *
 * <pre>
 *            fabric: bridge peers     10.99.0.0/24      bridge clients 10.99.1.254/24
 *                      |      |      |                    |      |      |        |
 * member 0..2:       peer   peer   peer                client client client   sockets of
 *                    .1     .2     .3                  .1     .2     .3        Forwarder
 * </pre>
 *
 * So the links between members and those to the clients break separately. The clients are in this
 * process, which stays where it is: each member has a port on its loopback, whose {@link Forwarder}
 * goes on from the fabric. Nothing outside of the namespaces gets an address.
 */
final class EtcdCluster implements AutoCloseable {
  static final int MEMBERS = 3;

  /** How the members talk to clients. */
  enum Transport {
    PLAIN,
    /** Clients must show a certificate of the authority, too. */
    TLS
  }

  private static final String PREFIX = "ovs-win-etcd-";
  private static final String ROOT_PASSWORD = "root-password";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(5);
  private static final AtomicInteger SEQUENCE = new AtomicInteger();

  private final Path directory;
  private final Transport transport;
  private final String name =
      PREFIX + ProcessHandle.current().pid() + "-" + SEQUENCE.incrementAndGet();
  private final List<String> namespaces = new ArrayList<>();
  private final List<Optional<Process>> members = new ArrayList<>();
  private final List<Forwarder> forwarders = new ArrayList<>();
  private Optional<NamespaceDialer> dialer = Optional.empty();
  private Optional<Certificates> certificates = Optional.empty();
  private boolean authEnabled;

  private EtcdCluster(Path directory, Transport transport) {
    this.directory = directory;
    this.transport = transport;
  }

  static EtcdCluster start(Transport transport) throws IOException {
    requirePrerequisites();
    removeLeftovers();
    EtcdCluster cluster =
        new EtcdCluster(Files.createTempDirectory("ovs-win-etcd-test-"), transport);
    try {
      cluster.build();
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** One for each member, on loopback. */
  List<URI> endpoints() throws IOException {
    List<URI> endpoints = new ArrayList<>();
    for (Forwarder forwarder : forwarders) {
      endpoints.add(
          URI.create(
              (transport == Transport.TLS ? "https" : "http")
                  + "://127.0.0.1:"
                  + forwarder.port()));
    }
    return endpoints;
  }

  /** Without TLS and user. */
  static EtcdOptions options(List<URI> endpoints, String prefix) {
    return new EtcdOptions(
        endpoints,
        prefix,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** With a certificate that the members accept, and a user. */
  EtcdOptions tlsOptions(List<URI> endpoints, String prefix, String user, Path passwordFile) {
    return new EtcdOptions(
        endpoints,
        prefix,
        Optional.of(certificates().authority()),
        Optional.of(certificates().directory().resolve("client.pem")),
        Optional.of(certificates().directory().resolve("client.key")),
        Optional.of(user),
        Optional.of(passwordFile));
  }

  Certificates certificates() {
    return certificates.orElseThrow();
  }

  Path directory() {
    return directory;
  }

  /** Ends a member as a power cut would. */
  void kill(int member) {
    members.get(member).ifPresent(process -> process.destroyForcibly().onExit().join());
    members.set(member, Optional.empty());
  }

  /** Starts a member that was killed; it goes on from its directory. */
  void restart(int member) throws IOException {
    if (members.get(member).isEmpty()) {
      members.set(member, Optional.of(spawn(member)));
    }
  }

  /** Stops a member's processor: it holds its connections and says nothing. */
  void freeze(int member) throws IOException {
    signal(member, "STOP");
  }

  void thaw(int member) throws IOException {
    signal(member, "CONT");
  }

  /** No packets between this member and the other two. */
  void cutPeers(int member) throws IOException {
    link("p" + member, "down");
  }

  /** No packets between this member and its clients. */
  void cutClients(int member) throws IOException {
    link("c" + member, "down");
  }

  /** Every packet of the member waits in a queue that drains at this rate. */
  void slow(int member, int kilobitsPerSecond) throws IOException {
    for (String side : List.of("p" + member, "c" + member)) {
      // Both directions: what goes to the member here, what it sends inside.
      shape(fabric(), side, kilobitsPerSecond);
    }
    shape(namespaces.get(member), "peer", kilobitsPerSecond);
    shape(namespaces.get(member), "client", kilobitsPerSecond);
  }

  /** Takes back what the calls above did to this member. */
  void heal(int member) throws IOException {
    restart(member);
    thaw(member);
    link("p" + member, "up");
    link("c" + member, "up");
    unshape(fabric(), "p" + member);
    unshape(fabric(), "c" + member);
    unshape(namespaces.get(member), "peer");
    unshape(namespaces.get(member), "client");
  }

  /** Ends the connections of all clients to this member. */
  void dropConnections(int member) {
    forwarders.get(member).drop();
  }

  /** The member that leads now. */
  int leader() throws IOException {
    for (int i = 0; i < MEMBERS; i++) {
      try (Client client = admin(i)) {
        StatusResponse status = status(client, i);
        if (status.getLeader() == status.getHeader().getMemberId()) {
          return i;
        }
      }
    }
    throw new IOException("no member leads");
  }

  void awaitHealthy() {
    await()
        .atMost(START_TIMEOUT)
        .ignoreExceptions()
        .until(
            () -> {
              for (int i = 0; i < MEMBERS; i++) {
                try (Client client = admin(i)) {
                  var _ = get(client.getKVClient().get(bytes("/")));
                }
              }
              return true;
            });
  }

  /** Forgets every revision before the present one. */
  void compact() throws IOException {
    try (Client client = admin(0)) {
      long revision = get(client.getKVClient().get(bytes("/"))).getHeader().getRevision();
      var _ = get(client.getKVClient().compact(revision));
    }
  }

  void put(String key, String value) throws IOException {
    try (Client client = admin(0)) {
      var _ = get(client.getKVClient().put(bytes(key), bytes(value)));
    }
  }

  /** The keys that begin with this, and their values. */
  Map<String, String> content(String prefix) throws IOException {
    try (Client client = admin(0)) {
      GetOption all = GetOption.builder().isPrefix(true).build();
      return get(client.getKVClient().get(bytes(prefix), all)).getKvs().stream()
          .collect(Collectors.toMap(e -> e.getKey().toString(), e -> e.getValue().toString()));
    }
  }

  /** Turns authentication on, with one user who may use the keys under a prefix. */
  void enableAuth(String user, String password, String prefix) throws IOException {
    try (Client client = admin(0)) {
      var auth = client.getAuthClient();
      var _ = get(auth.userAdd(bytes("root"), bytes(ROOT_PASSWORD)));
      var _ = get(auth.roleAdd(bytes("root")));
      var _ = get(auth.userGrantRole(bytes("root"), bytes("root")));
      var _ = get(auth.userAdd(bytes(user), bytes(password)));
      var _ = get(auth.roleAdd(bytes("blocks")));
      String end = prefix.substring(0, prefix.length() - 1) + "0";
      var _ =
          get(
              auth.roleGrantPermission(
                  bytes("blocks"), bytes(prefix), bytes(end), Permission.Type.READWRITE));
      var _ = get(auth.userGrantRole(bytes(user), bytes("blocks")));
      var _ = get(auth.authEnable());
      authEnabled = true;
    }
  }

  /** A user who may log in, and do nothing. */
  void addUser(String user, String password) throws IOException {
    try (Client client = admin(0)) {
      var _ = get(client.getAuthClient().userAdd(bytes(user), bytes(password)));
    }
  }

  @Override
  public void close() throws IOException {
    List<String> failures = new ArrayList<>();
    for (Forwarder forwarder : forwarders) {
      forwarder.close();
    }
    dialer.ifPresent(NamespaceDialer::close);
    for (int i = 0; i < members.size(); i++) {
      kill(i);
    }
    for (String namespace : namespaces) {
      try {
        String _ = Commands.run("ip", "netns", "delete", namespace);
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }
    String _ = Commands.run("rm", "-rf", directory.toString());
    if (!failures.isEmpty()) {
      throw new IOException(failures.toString());
    }
  }

  private void build() throws IOException {
    if (transport == Transport.TLS) {
      Certificates made = Certificates.create(directory.resolve("tls"));
      made.sign("server", "IP:127.0.0.1");
      made.sign("client");
      certificates = Optional.of(made);
    }
    for (int i = 0; i < MEMBERS; i++) {
      addNamespace(name + "-m" + i);
    }
    addNamespace(name + "-fabric");
    addBridge("peers");
    addBridge("clients");
    String _ = ip("address add 10.99.1.254/24 dev clients");
    dialer = Optional.of(new NamespaceDialer(fabric()));
    for (int i = 0; i < MEMBERS; i++) {
      addLink(i, "p" + i, "peer", "peers", "10.99.0." + (i + 1));
      addLink(i, "c" + i, "client", "clients", "10.99.1." + (i + 1));
      members.add(Optional.of(spawn(i)));
      forwarders.add(
          Forwarder.start(dialer.orElseThrow(), new InetSocketAddress("10.99.1." + (i + 1), 2379)));
    }
    awaitHealthy();
  }

  private void addNamespace(String namespace) throws IOException {
    String _ = Commands.run("ip", "netns", "add", namespace);
    namespaces.add(namespace);
    String _ = Commands.run("ip", "-n", namespace, "link", "set", "lo", "up");
  }

  private void addBridge(String bridge) throws IOException {
    String _ = ip("link add name " + bridge + " type bridge");
    String _ = ip("link set " + bridge + " up");
  }

  private void addLink(int member, String outer, String inner, String bridge, String address)
      throws IOException {
    String inside = namespaces.get(member);
    String _ = ip("link add name " + outer + " type veth peer name " + inner + " netns " + inside);
    String _ = ip("link set " + outer + " master " + bridge + " up");
    String _ =
        Commands.runWords("ip -n " + inside + " address add " + address + "/24 dev " + inner);
    String _ = Commands.runWords("ip -n " + inside + " link set " + inner + " up");
  }

  private Process spawn(int member) throws IOException {
    String peer = "http://10.99.0." + (member + 1) + ":2380";
    String client =
        (transport == Transport.TLS ? "https" : "http") + "://10.99.1." + (member + 1) + ":2379";
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec"));
    command.add(namespaces.get(member));
    command.addAll(List.of("etcd", "--name", "m" + member, "--logger", "zap"));
    command.addAll(List.of("--log-level", "warn"));
    command.addAll(List.of("--data-dir", directory.resolve("m" + member).toString()));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(
        List.of(
            "--initial-cluster",
            String.join(
                ",",
                IntStream.range(0, MEMBERS)
                    .mapToObj(i -> "m" + i + "=http://10.99.0." + (i + 1) + ":2380")
                    .toList())));
    certificates.ifPresent(
        made ->
            command.addAll(
                List.of(
                    "--cert-file",
                    made.directory().resolve("server.pem").toString(),
                    "--key-file",
                    made.directory().resolve("server.key").toString(),
                    "--trusted-ca-file",
                    made.authority().toString(),
                    "--client-cert-auth")));
    File log = directory.resolve("m" + member + ".log").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  private Client admin(int member) throws IOException {
    ClientBuilder builder = Client.builder().endpoints(endpoints().get(member));
    if (transport == Transport.TLS) {
      Path made = certificates().directory();
      builder.sslContext(
          ssl ->
              ssl.trustManager(made.resolve("ca.pem").toFile())
                  .keyManager(
                      made.resolve("client.pem").toFile(), made.resolve("client.key").toFile()));
    }
    if (authEnabled) {
      builder.user(bytes("root")).password(bytes(ROOT_PASSWORD));
    }
    return builder.build();
  }

  private StatusResponse status(Client client, int member) throws IOException {
    return get(client.getMaintenanceClient().statusMember(endpoints().get(member).toString()));
  }

  private static <T> T get(java.util.concurrent.CompletableFuture<T> future) throws IOException {
    try {
      return future.get(ADMIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private void signal(int member, String signal) throws IOException {
    if (members.get(member).isPresent()) {
      String _ = Commands.run("kill", "-" + signal, Long.toString(members.get(member).get().pid()));
    }
  }

  private void link(String link, String state) throws IOException {
    String _ = ip("link set " + link + " " + state);
  }

  private void shape(String namespace, String link, int kilobitsPerSecond) throws IOException {
    String _ =
        Commands.runWords(
            "tc -n "
                + namespace
                + " qdisc replace dev "
                + link
                + " root tbf burst 4kb latency 1s rate "
                + kilobitsPerSecond
                + "kbit");
  }

  private void unshape(String namespace, String link) throws IOException {
    String shown = Commands.runWords("tc -n " + namespace + " qdisc show dev " + link);
    if (shown.contains("tbf")) {
      String _ = Commands.runWords("tc -n " + namespace + " qdisc delete dev " + link + " root");
    }
  }

  private String fabric() {
    return namespaces.getLast();
  }

  private String ip(String words) throws IOException {
    return Commands.runWords("ip -n " + fabric() + " " + words);
  }

  private static void requirePrerequisites() throws IOException {
    for (var needed :
        Map.of("etcd", "etcd-server", "ip", "iproute2", "tc", "iproute2", "openssl", "openssl")
            .entrySet()) {
      boolean present =
          Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
              .anyMatch(place -> Files.isExecutable(Path.of(place, needed.getKey())));
      if (!present) {
        throw new IOException(
            needed.getKey() + " is missing (apt-get install " + needed.getValue() + ")");
      }
    }
  }

  /** What a run left that was killed: its namespaces carry the number of its process. */
  private static void removeLeftovers() throws IOException {
    for (String line : Commands.run("ip", "netns", "list").lines().toList()) {
      String namespace = line.split(" ", -1)[0];
      if (!namespace.startsWith(PREFIX)) {
        continue;
      }
      long owner = Long.parseLong(namespace.substring(PREFIX.length()).split("-", -1)[0]);
      if (ProcessHandle.of(owner).isEmpty()) {
        for (String pid : Commands.run("ip", "netns", "pids", namespace).lines().toList()) {
          ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        String _ = Commands.run("ip", "netns", "delete", namespace);
      }
    }
  }
}
