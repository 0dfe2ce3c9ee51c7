package org.ovswin.sandbox.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkConfigListTest {
  @Test
  void parse_validList_hasItsFields() throws Exception {
    NetworkConfigList list =
        parse(
            """
            {"cniVersion": "1.0.0", "name": "pods", "disableCheck": true, "plugins": [
              {"type": "ovs-win", "capabilities": {"portMappings": true, "dns": false}},
              {"type": "tuning"}]}
            """);
    assertThat(list.name()).isEqualTo("pods");
    assertThat(list.cniVersion()).isEqualTo(new CniVersion(1, 0, 0));
    assertThat(list.check()).isEqualTo(NetworkConfigList.Check.DISABLED);
    assertThat(list.plugins()).extracting(PluginConfig::type).containsExactly("ovs-win", "tuning");
    assertThat(list.plugins().getFirst().capabilities()).containsExactly("portMappings");
    assertThat(list.plugins().getLast().capabilities()).isEmpty();
  }

  @Test
  void parse_noVersion_isTheFirst() throws Exception {
    NetworkConfigList list = parse("{'name': 'pods', 'plugins': [{'type': 'a'}]}");
    assertThat(list.cniVersion()).isEqualTo(new CniVersion(0, 1, 0));
    assertThat(list.check()).isEqualTo(NetworkConfigList.Check.ENABLED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'true'", "true"})
  void parse_disableCheckAsWord_isTaken(String value) throws Exception {
    NetworkConfigList list =
        parse("{'name': 'pods', 'disableCheck': %s, 'plugins': [{'type': 'a'}]}".formatted(value));
    assertThat(list.check()).isEqualTo(NetworkConfigList.Check.DISABLED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | network configuration list: [] (expected: an object)",
        "{'plugins': [{'type': 'a'}]} | name: missing (expected: letters",
        "{'name': '', 'plugins': [{'type': 'a'}]} | name: \"\" (expected: letters",
        "{'name': '-a', 'plugins': [{'type': 'a'}]} | name: \"-a\" (expected: letters",
        "{'name': 'a/b', 'plugins': [{'type': 'a'}]} | name: \"a/b\" (expected: letters",
        "{'name': 7, 'plugins': [{'type': 'a'}]} | name: 7 (expected: letters",
        "{'name': 'n'} | plugins: missing (expected: an array with an object)",
        "{'name': 'n', 'plugins': []} | plugins: [] (expected: an array with an object)",
        "{'name': 'n', 'plugins': [7]} | plugins[0]: 7 (expected: an object)",
        "{'name': 'n', 'plugins': [{}]} | plugins[0].type: missing (expected: a plugin's",
        "{'name': 'n', 'plugins': [{'type': 'a'}, {'type': '../b'}]} | plugins[1].type: \"../b\"",
        "{'name': 'n', 'plugins': [{'type': '..'}]} | plugins[0].type: \"..\"",
        "{'name': 'n', 'plugins': [{'type': 'a', 'capabilities': 7}]} | plugins[0].capabilities: 7",
        "{'name': 'n', 'plugins': [{'type': 'a', 'capabilities': {'x': 1}}]} | plugins[0].cap",
        "{'name': 'n', 'cniVersion': '1', 'plugins': [{'type': 'a'}]} | cniVersion: \"1\" (e",
        "{'name': 'n', 'cniVersion': 1, 'plugins': [{'type': 'a'}]} | cniVersion: 1 (expected",
        "{'name': 'n', 'disableCheck': 'no', 'plugins': [{'type': 'a'}]} | disableCheck: \"no\"",
        "{'name': 'n', 'name': 'm', 'plugins': [{'type': 'a'}]} | not JSON: Duplicate",
        "{'name': 'n' | not JSON: Unexpected end-of-input",
        "{} {} | not JSON: Trailing token"
      })
  void parse_invalid_namesTheFieldAndTheValue(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void read_invalidFile_namesTheFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("10-pods.conflist"), "{}");
    assertThatThrownBy(() -> NetworkConfigList.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(file + ": name: missing");
    assertThatThrownBy(() -> NetworkConfigList.read(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void version_order_isByNumber() {
    assertThat(CniVersion.parse("0.10.0").isAtLeast(CniVersion.parse("0.4.0"))).isTrue();
    assertThat(CniVersion.parse("0.3.1").isAtLeast(CniVersion.WITH_CHECK)).isFalse();
    assertThat(CniVersion.parse("1.0.0").isAtLeast(CniVersion.WITH_CHECK)).isTrue();
  }

  /** With single quotes for double ones, for legibility. */
  private static NetworkConfigList parse(String json) throws InvalidConfigException {
    return NetworkConfigList.parse(json.replace('\'', '"').getBytes(UTF_8));
  }
}
