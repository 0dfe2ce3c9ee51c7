package org.ovswin.sandbox.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts as plugins, which record what they were given. */
class PluginChainTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RuntimeConf CONF = new RuntimeConf("pod-1", "/run/netns/pod-1", "eth0");
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Writes environment and input where the test reads them, and the order of calls. */
  private static final String RECORD =
      """
      #!/bin/sh
      me=${0##*/}
      echo "$me $CNI_COMMAND" >> "$RECORDS/calls"
      env | grep ^CNI_ | sort > "$RECORDS/$me.$CNI_COMMAND.env"
      cat > "$RECORDS/$me.$CNI_COMMAND.json"
      """;

  @TempDir private Path directory;
  private Path plugins = Path.of("/");
  private Path records = Path.of("/");
  private Path cache = Path.of("/");

  @BeforeEach
  void makeDirectories() throws IOException {
    plugins = Files.createDirectory(directory.resolve("plugins"));
    records = Files.createDirectory(directory.resolve("records"));
    cache = directory.resolve("state/cache");
    plugin("first", "echo '{\"cniVersion\": \"1.0.0\", \"by\": \"first\"}'");
    plugin("second", "echo '{\"cniVersion\": \"1.0.0\", \"by\": \"second\"}'");
  }

  @Test
  void add_twoPlugins_inOrderWithPrevResult() throws Exception {
    ObjectNode result = chain().add(network("first", "second"), CONF);

    assertThat(result.toString()).isEqualTo("{\"cniVersion\":\"1.0.0\",\"by\":\"second\"}");
    assertThat(calls()).containsExactly("first ADD", "second ADD");
    assertThat(given("first.ADD").has("prevResult")).isFalse();
    assertThat(given("first.ADD").path("name").asText()).isEqualTo("pods");
    assertThat(given("first.ADD").path("cniVersion").asText()).isEqualTo("1.0.0");
    assertThat(given("second.ADD").at("/prevResult/by").asText()).isEqualTo("first");
  }

  @Test
  void add_environment_isTheSpecificationsAndOurs() throws Exception {
    Map<String, String> args = new LinkedHashMap<>();
    args.put("IgnoreUnknown", "1");
    args.put("K8S_POD_NAME", "web");
    RuntimeConf conf = new RuntimeConf("pod-1", "/run/netns/pod-1", "eth0", args, Map.of());

    chain().add(network("first"), conf);

    assertThat(Files.readAllLines(records.resolve("first.ADD.env")))
        .containsExactly(
            "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAME=web",
            "CNI_COMMAND=ADD",
            "CNI_CONTAINERID=pod-1",
            "CNI_IFNAME=eth0",
            "CNI_NETNS=/run/netns/pod-1",
            "CNI_PATH=%s:%s".formatted(directory.resolve("nowhere"), plugins));
  }

  @Test
  void add_capabilities_reachThoseThatDeclareThem() throws Exception {
    NetworkConfigList network =
        NetworkConfigList.parse(
            """
            {"name": "pods", "cniVersion": "1.0.0", "plugins": [
              {"type": "first", "capabilities": {"portMappings": true, "dns": false}},
              {"type": "second", "keep": [1, "x"]}]}
            """
                .getBytes(UTF_8));
    JsonNode mappings = JSON.readTree("[{\"hostPort\": 8080, \"containerPort\": 80}]");
    RuntimeConf conf =
        new RuntimeConf(
            "pod-1",
            "/run/netns/pod-1",
            "eth0",
            Map.of(),
            Map.of("portMappings", mappings, "dns", JSON.readTree("{}")));

    chain().add(network, conf);

    assertThat(given("first.ADD").path("runtimeConfig"))
        .isEqualTo(JSON.createObjectNode().set("portMappings", mappings));
    assertThat(given("first.ADD").has("capabilities")).isFalse();
    assertThat(given("second.ADD").has("runtimeConfig")).isFalse();
    assertThat(given("second.ADD").path("keep").toString()).isEqualTo("[1,\"x\"]");
  }

  @Test
  void add_resultWithoutVersion_getsTheLists() throws Exception {
    plugin("mute", "echo '{}'");
    assertThat(chain().add(network("mute"), CONF).toString())
        .isEqualTo("{\"cniVersion\":\"1.0.0\"}");
  }

  @Test
  void del_afterAdd_inReverseWithTheCachedResult() throws Exception {
    chain().add(network("first", "second"), CONF);

    // A new instance, as after a restart.
    chain().del(network("first", "second"), CONF);

    assertThat(calls()).containsExactly("first ADD", "second ADD", "second DEL", "first DEL");
    assertThat(given("second.DEL").at("/prevResult/by").asText()).isEqualTo("second");
    assertThat(given("first.DEL").at("/prevResult/by").asText()).isEqualTo("second");
    assertThat(cacheFiles()).isEmpty();
  }

  @Test
  void del_withoutAdd_runsWithoutPrevResult() throws Exception {
    chain().del(network("first"), new RuntimeConf("pod-1", "", "eth0"));
    assertThat(given("first.DEL").has("prevResult")).isFalse();
    assertThat(Files.readAllLines(records.resolve("first.DEL.env"))).contains("CNI_NETNS=");
  }

  @Test
  void del_fails_keepsTheResultForTheNextTry() throws Exception {
    chain().add(network("first"), CONF);
    plugin("first", "echo '{\"code\": 11, \"msg\": \"try again\"}'; exit 1");
    assertThatThrownBy(() -> chain().del(network("first"), CONF))
        .isInstanceOf(PluginException.Refused.class);
    assertThat(cacheFiles()).containsExactly("pods@pod-1@eth0");
  }

  @Test
  void check_afterAdd_inOrderWithTheCachedResult() throws Exception {
    chain().add(network("first", "second"), CONF);
    chain().check(network("first", "second"), CONF);
    assertThat(calls()).containsExactly("first ADD", "second ADD", "first CHECK", "second CHECK");
    assertThat(given("first.CHECK").at("/prevResult/by").asText()).isEqualTo("second");
  }

  @Test
  void check_withoutAdd_saysSo() {
    assertThatThrownBy(() -> chain().check(network("first"), CONF))
        .isInstanceOf(IOException.class)
        .hasMessage("CHECK of eth0 in pod-1, network pods: no result of an ADD");
  }

  @Test
  void check_disabledByTheList_runsNothing() throws Exception {
    NetworkConfigList network =
        NetworkConfigList.parse(
            """
            {"name": "pods", "cniVersion": "1.0.0", "disableCheck": true,
             "plugins": [{"type": "first"}]}
            """
                .getBytes(UTF_8));
    chain().check(network, CONF);
    assertThat(records.resolve("calls")).doesNotExist();
  }

  @Test
  void check_versionWithoutCheck_isRefused() throws Exception {
    NetworkConfigList network =
        NetworkConfigList.parse(
            "{\"name\": \"pods\", \"cniVersion\": \"0.3.1\", \"plugins\": [{\"type\": \"first\"}]}"
                .getBytes(UTF_8));
    assertThatThrownBy(() -> chain().check(network, CONF))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("cniVersion: 0.3.1 (expected: at least 0.4.0");
    chain().add(network, CONF);
    chain().del(network, CONF);
    // prevResult in DEL came with the same version.
    assertThat(given("first.DEL").has("prevResult")).isFalse();
  }

  private static final String VALID = "[{\"containerID\":\"pod-1\",\"ifname\":\"eth0\"}]";

  @Test
  void gc_deletesWhatIsNotListed_thenAsksEveryPluginWithBothKeys() throws Exception {
    NetworkConfigList network = list("1.1.0", "first", "second");
    RuntimeConf unlisted =
        new RuntimeConf(
            "pod-2", "/run/netns/pod-2", "eth0", Map.of("IgnoreUnknown", "1"), Map.of());
    chain().add(network, CONF);
    chain().add(network, unlisted);
    Files.delete(records.resolve("calls"));

    chain().gc(network, Set.of(new ValidAttachment("pod-1", "eth0")));

    assertThat(calls()).containsExactly("second DEL", "first DEL", "first GC", "second GC");
    assertThat(Files.readAllLines(records.resolve("first.DEL.env")))
        .contains(
            "CNI_CONTAINERID=pod-2", "CNI_NETNS=/run/netns/pod-2", "CNI_ARGS=IgnoreUnknown=1");
    for (String plugin : List.of("first", "second")) {
      JsonNode given = given(plugin + ".GC");
      assertThat(given.path("cni.dev/valid-attachments").toString()).isEqualTo(VALID);
      assertThat(given.path("cni.dev/attachments").toString()).isEqualTo(VALID);
    }
    assertThat(cacheFiles()).containsExactly("pods@pod-1@eth0");
  }

  @Test
  void gc_before110_deletesOnly() throws Exception {
    chain().add(network("first"), CONF);
    chain().gc(network("first"), Set.of());
    assertThat(calls()).containsExactly("first ADD", "first DEL");
  }

  @Test
  void gc_afterAFailure_goesOnAndReportsAll() throws Exception {
    NetworkConfigList network = list("1.1.0", "first", "second");
    chain().add(network, CONF);
    plugin("second", "echo '{\"code\": 11, \"msg\": \"not now\"}'; exit 1");
    Files.delete(records.resolve("calls"));

    assertThatThrownBy(() -> chain().gc(network, Set.of()))
        .hasMessage("second DEL: code 11: not now")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("second GC: code 11: not now"));
    assertThat(calls()).containsExactly("second DEL", "first GC", "second GC");
  }

  @Test
  void gc_disabledByTheList_runsNothing() throws Exception {
    NetworkConfigList network =
        NetworkConfigList.parse(
            """
            {"name": "pods", "cniVersion": "1.1.0", "disableGC": "true",
             "plugins": [{"type": "first"}]}
            """
                .getBytes(UTF_8));
    chain().add(network, CONF);
    chain().gc(network, Set.of());
    assertThat(calls()).containsExactly("first ADD");
  }

  @Test
  void status_asksEveryPlugin_upToTheFirstThatCannot() throws Exception {
    NetworkConfigList network = list("1.1.0", "first", "second");
    chain().status(network);
    assertThat(calls()).containsExactly("first STATUS", "second STATUS");
    plugin("first", "echo '{\"code\": 50, \"msg\": \"down\"}'; exit 1");
    assertThatThrownBy(() -> chain().status(network))
        .isInstanceOfSatisfying(
            PluginException.Refused.class, e -> assertThat(e.code()).isEqualTo(50));
  }

  @Test
  void status_before110_asksNobody() throws Exception {
    chain().status(network("first"));
    assertThat(records.resolve("calls")).doesNotExist();
  }

  @Test
  void cniVersions_theNewestThatIsKnownCounts() throws Exception {
    record Row(String fields, String version) {}
    Row[] rows = {
      new Row("\"cniVersions\": [\"0.3.1\", \"1.1.0\", \"1.0.0\"]", "1.1.0"),
      new Row("\"cniVersion\": \"0.4.0\", \"cniVersions\": [\"1.0.0\", \"9.0.0\"]", "1.0.0"),
      new Row("\"cniVersion\": \"9.0.0\"", "9.0.0"),
      new Row("\"type\": \"x\"", "0.1.0")
    };
    for (Row row : rows) {
      String list =
          "{\"name\": \"pods\", " + row.fields() + ", \"plugins\": [{\"type\": \"first\"}]}";
      assertThat(NetworkConfigList.parse(list.formatted(row.fields()).getBytes(UTF_8)).cniVersion())
          .as(row.fields())
          .hasToString(row.version());
    }
  }

  @Test
  void cache_directoryAndFile_areTheOwnersOnly() throws Exception {
    chain().add(network("first"), CONF);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
        .isEqualTo("rwx------");
    JsonNode entry = JSON.readTree(cache.resolve("pods@pod-1@eth0").toFile());
    assertThat(entry.path("kind").asText()).isEqualTo("cniCacheV1");
    assertThat(entry.at("/config/plugins/0/type").asText()).isEqualTo("first");
    assertThat(entry.at("/result/by").asText()).isEqualTo("first");
  }

  @Test
  void cache_damaged_isAnErrorThatNamesTheFile() throws Exception {
    chain().add(network("first"), CONF);
    Files.writeString(cache.resolve("pods@pod-1@eth0"), "{\"result\": ");
    assertThatThrownBy(() -> chain().check(network("first"), CONF))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pods@pod-1@eth0: not JSON");
  }

  @Test
  void add_pluginRefuses_isDecodedAndTheChainEnds() throws Exception {
    plugin(
        "first",
        """
        echo '{"cniVersion": "1.0.0", "code": 7, "msg": "bad mtu", "details": "mtu: 5"}'
        echo log >&2
        exit 1
        """);
    assertThatThrownBy(() -> chain().add(network("first", "second"), CONF))
        .isInstanceOfSatisfying(
            PluginException.Refused.class,
            e -> {
              assertThat(e.type()).isEqualTo("first");
              assertThat(e.code()).isEqualTo(7);
              assertThat(e.msg()).isEqualTo("bad mtu");
              assertThat(e.details()).isEqualTo("mtu: 5");
            })
        .hasMessage("first ADD: code 7: bad mtu; mtu: 5");
    assertThat(calls()).containsExactly("first ADD");
    assertThat(cacheFiles()).isEmpty();
  }

  @Test
  void add_unreadableAnswers_areReportedWithWhatWasPrinted() throws Exception {
    record Row(String script, String why, List<String> mentioned) {}
    Row[] rows = {
      new Row(
          "echo panic; echo trace >&2; exit 2",
          "error is text",
          List.of("status 2", "panic", "trace")),
      new Row(
          "echo trace >&2; exit 3",
          "no error at all",
          List.of("status 3", "no error object", "trace")),
      new Row("echo '{\"msg\": \"x\"}'; exit 1", "error without code", List.of("no error object")),
      new Row("echo done", "result is text", List.of("status 0", "not JSON", "done")),
      new Row("true", "no result", List.of("status 0", "printed no object")),
      new Row("echo '[]'", "result is no object", List.of("printed no object", "[]")),
      new Row("echo '{} {}'", "two results", List.of("not JSON")),
      new Row("kill -9 $$", "killed", List.of("status 137")),
      new Row("yes", "endless output", List.of("printed more than 1048576 octets"))
    };
    for (Row row : rows) {
      plugin("first", row.script());
      assertThatThrownBy(() -> chain().add(network("first"), CONF))
          .as(row.why())
          .isInstanceOf(PluginException.Unreadable.class)
          .hasMessageStartingWith("first ADD: exit status ")
          .hasMessageContainingAll(row.mentioned().toArray(String[]::new));
    }
  }

  @Test
  void add_pluginHangs_isKilledWithItsChildren() throws Exception {
    plugin("first", "echo waiting >&2; sleep 1000 & echo $! > \"$RECORDS/pid\"; wait");
    PluginChain chain = chain(Duration.ofMillis(400));
    assertThatThrownBy(() -> chain.add(network("first"), CONF))
        .isInstanceOf(PluginException.TimedOut.class)
        .hasMessage("first ADD: no answer within 400 ms, killed; stderr: waiting");
    long pid = Long.parseLong(Files.readString(records.resolve("pid")).strip());
    // Until the child is gone; the limit only keeps a failing test from waiting for its end.
    ProcessHandle.of(pid).ifPresent(child -> child.onExit().orTimeout(30, TimeUnit.SECONDS).join());
  }

  @Test
  void add_daemonHoldsTheOutputOpen_theAnswerCounts() throws Exception {
    plugin("first", "sleep 20 & echo $! > \"$RECORDS/pid\"; echo '{\"by\": \"daemon\"}'");
    try {
      assertThat(chain().add(network("first"), CONF).path("by").asText()).isEqualTo("daemon");
    } finally {
      long pid = Long.parseLong(Files.readString(records.resolve("pid")).strip());
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void add_pluginDoesNotReadItsInput_theAnswerCounts() throws Exception {
    Files.writeString(plugins.resolve("first"), "#!/bin/sh\necho '{}'\n");
    NetworkConfigList network =
        NetworkConfigList.parse(
            "{\"name\": \"pods\", \"plugins\": [{\"type\": \"first\", \"big\": \"%s\"}]}"
                .formatted("x".repeat(500_000))
                .getBytes(UTF_8));
    assertThat(chain().add(network, CONF).path("cniVersion").asText()).isEqualTo("0.1.0");
  }

  @Test
  void add_pluginMissing_namesThePath() {
    assertThatThrownBy(() -> chain().add(network("absent"), CONF))
        .isInstanceOf(PluginException.NotFound.class)
        .hasMessageContaining("plugin absent: not found")
        .hasMessageContaining(plugins.toString());
  }

  @Test
  void version_asksThePlugin() throws Exception {
    plugin(
        "first",
        "echo '{\"cniVersion\": \"1.1.0\", \"supportedVersions\": [\"0.4.0\", \"1.1.0\"]}'");
    assertThat(chain().version("first"))
        .containsExactly(new CniVersion(0, 4, 0), new CniVersion(1, 1, 0));
    assertThat(calls()).containsExactly("first VERSION");
    assertThat(given("first.VERSION").toString()).isEqualTo("{\"cniVersion\":\"1.1.0\"}");
  }

  @Test
  void runtimeConf_invalidFields_areRefused() {
    for (String id : List.of("", "-a", "a/b", "a b")) {
      assertThatThrownBy(() -> new RuntimeConf(id, "", "eth0"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("containerId: '" + id + "'");
    }
    for (String name : List.of("", "..", "a:b", "0123456789abcdef")) {
      assertThatThrownBy(() -> new RuntimeConf("a", "", name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("ifName: '" + name + "'");
    }
    assertThatThrownBy(() -> new RuntimeConf("a", "", "eth0", Map.of("K", "v;w"), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("args.K: 'v;w'");
  }

  private PluginChain chain() {
    return chain(LONG);
  }

  private PluginChain chain(Duration deadline) {
    return new PluginChain(
        new PluginEnvironment(
            List.of(directory.resolve("nowhere"), plugins),
            Map.of("RECORDS", records.toString()),
            deadline),
        cache);
  }

  private static NetworkConfigList network(String... types) throws InvalidConfigException {
    return list("1.0.0", types);
  }

  private static NetworkConfigList list(String version, String... types)
      throws InvalidConfigException {
    String listed = String.join(",", Stream.of(types).map("{\"type\":\"%s\"}"::formatted).toList());
    return NetworkConfigList.parse(
        "{\"name\":\"pods\",\"cniVersion\":\"%s\",\"plugins\":[%s]}"
            .formatted(version, listed)
            .getBytes(UTF_8));
  }

  private void plugin(String name, String script) throws IOException {
    Path file = plugins.resolve(name);
    Files.writeString(file, RECORD + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private JsonNode given(String call) throws IOException {
    return JSON.readTree(records.resolve(call + ".json").toFile());
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(records.resolve("calls"));
  }

  private List<String> cacheFiles() throws IOException {
    if (!Files.exists(cache)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cache)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
