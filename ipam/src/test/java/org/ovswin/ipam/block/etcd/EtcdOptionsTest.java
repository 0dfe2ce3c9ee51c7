package org.ovswin.ipam.block.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdOptionsTest {
  private static final Optional<Path> FILE = Optional.of(Path.of("/etc/etcd/file"));
  private static final URI TLS = URI.create("https://10.0.0.1:2379");

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:2379,          https://10.0.0.1:2379",
    "etcd-1.example:2379,    https://etcd-1.example:2379",
    "[fd00::1]:2379,         https://[fd00::1]:2379",
    "127.0.0.1:2379,         http://127.0.0.1:2379",
    "localhost:2379,         http://localhost:2379",
    "[::1]:2379,             http://[::1]:2379",
    "http://10.0.0.1:2379,   http://10.0.0.1:2379",
    "https://127.0.0.1:2379, https://127.0.0.1:2379",
  })
  void parseEndpoint_withoutScheme_isTlsExceptOnLoopback(String text, String expected) {
    assertThat(EtcdOptions.parseEndpoint(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1,                       no port",
    "10.0.0.1:0,                     no such port",
    "10.0.0.1:65536,                 no such port",
    "'',                             empty",
    ":2379,                          no host",
    "ftp://10.0.0.1:2379,            another scheme",
    "https://10.0.0.1:2379/path,     a path",
    "https://10.0.0.1:2379?a=b,      a query",
    "https://10.0.0.1:2379#a,        a fragment",
    "10.0.0.1:23 79,                 a space",
  })
  void parseEndpoint_wrong_isNamed(String text, String reason) {
    assertThatThrownBy(() -> EtcdOptions.parseEndpoint(text))
        .as(reason)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endpoints: ")
        .hasMessageContaining("(expected: for example https://10.0.0.1:2379)");
  }

  @Test
  void parseEndpoint_passwordInTheUrl_isNotRepeated() {
    assertThatThrownBy(() -> EtcdOptions.parseEndpoint("https://root:secret@10.0.0.1:2379"))
        .hasMessageContaining("endpoints: ")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource({"''", "ovs-win/", "/ovs-win", "//", "/ovs win/", "/ä/"})
  void options_wrongPrefix_isNamed(String prefix) {
    assertThatThrownBy(() -> options(List.of(TLS), prefix))
        .hasMessageStartingWith("prefix: ")
        .hasMessageContaining("(expected: for example /ovs-win/)");
  }

  @Test
  void options_rootPrefix_isOne() {
    assertThat(options(List.of(TLS), "/").prefix()).isEqualTo("/");
  }

  @Test
  void options_noEndpointOrTheSameTwice_isNamed() {
    assertThatThrownBy(() -> EtcdOptions.of(List.of()))
        .hasMessage("endpoints: 0 (expected: 1 to 16)");
    assertThatThrownBy(() -> options(List.of(TLS, TLS), "/"))
        .hasMessageContaining("(expected: each once)");
  }

  @Test
  void options_oneOfAPair_namesTheOther() {
    assertThatThrownBy(() -> full(Optional.empty(), FILE, Optional.empty(), Optional.empty()))
        .hasMessage("keyFile: missing (expected: both certFile and keyFile, or neither)");
    assertThatThrownBy(() -> full(Optional.empty(), Optional.empty(), FILE, Optional.empty()))
        .hasMessage("certFile: missing (expected: both certFile and keyFile, or neither)");
    assertThatThrownBy(
            () -> full(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("u")))
        .hasMessage("passwordFile: missing (expected: both user and passwordFile, or neither)");
  }

  @Test
  void options_tlsFilesWithoutTls_areRefused() {
    assertThatThrownBy(
            () ->
                new EtcdOptions(
                    List.of(URI.create("http://10.0.0.1:2379")),
                    "/",
                    FILE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))
        .hasMessage("caFile: /etc/etcd/file (expected: none, as no endpoint is https)");
  }

  private static EtcdOptions options(List<URI> endpoints, String prefix) {
    return new EtcdOptions(
        endpoints,
        prefix,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static EtcdOptions full(
      Optional<Path> ca, Optional<Path> cert, Optional<Path> key, Optional<String> user) {
    return new EtcdOptions(List.of(TLS), "/", ca, cert, key, user, Optional.empty());
  }
}
