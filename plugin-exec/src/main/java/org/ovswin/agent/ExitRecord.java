package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.disk.PrivateFiles;

/**
 * How packets left the node in the agent's last life, kept in its state directory: the
 * configuration of today does not tell what that of yesterday has to be cleaned up after.
 */
final class ExitRecord {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GATEWAY = "gateway";
  private static final String UPLINK = "uplink";

  private final Path directory;
  private final Path file;

  ExitRecord(Path stateDirectory) {
    this.directory = stateDirectory;
    this.file = stateDirectory.resolve("exit.json");
  }

  private record Document(
      @JsonProperty(required = true) @Nullable String exit,
      @Nullable String device,
      @Nullable String address,
      int prefixLength,
      @Nullable String gateway,
      @Nullable String ipv6Address,
      int ipv6PrefixLength,
      @Nullable String ipv6Gateway) {}

  /**
   * What the last life had; empty in the first one.
   *
   * @throws IOException the file cannot be read; the message names it
   */
  Optional<AgentConfig.Exit> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Document document = JSON.readValue(Files.readString(file), Document.class);
      return Optional.of(
          UPLINK.equals(document.exit())
              ? new AgentConfig.UplinkConfig(
                  Fields.present("device", document.device()),
                  Ipv4Address.parse(Fields.present("address", document.address())),
                  document.prefixLength(),
                  Ipv4Address.parse(Fields.present("gateway", document.gateway())),
                  ipv6(document))
              : AgentConfig.GatewayConfig.FOUND);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** A record of an earlier version has none. */
  private static Optional<AgentConfig.UplinkIpv6> ipv6(Document document) {
    return document.ipv6Address() == null
        ? Optional.empty()
        : Optional.of(
            new AgentConfig.UplinkIpv6(
                Ipv6Address.parse(document.ipv6Address()),
                document.ipv6PrefixLength(),
                Ipv6Address.parse(Fields.present("ipv6Gateway", document.ipv6Gateway()))));
  }

  /** Before anything of it is done: from then on the next life can take it away. */
  void write(AgentConfig.Exit exit) throws IOException {
    Document document =
        switch (exit) {
          case AgentConfig.GatewayConfig _ ->
              new Document(GATEWAY, null, null, 0, null, null, 0, null);
          case AgentConfig.UplinkConfig uplink ->
              new Document(
                  UPLINK,
                  uplink.device(),
                  uplink.address().toString(),
                  uplink.prefixLength(),
                  uplink.gateway().toString(),
                  uplink.ipv6().map(ipv6 -> ipv6.address().toString()).orElse(null),
                  uplink.ipv6().map(AgentConfig.UplinkIpv6::prefixLength).orElse(0),
                  uplink.ipv6().map(ipv6 -> ipv6.gateway().toString()).orElse(null));
        };
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        PrivateFiles.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(JSON.writeValueAsBytes(document)));
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    PrivateFiles.forceDirectory(directory);
  }
}
