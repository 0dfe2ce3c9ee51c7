package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.BlockStoreContract;
import org.ovswin.ipam.block.StoreOptions;

/**
 * The etcd store as every block store: on three members, over TLS, with a user and a password. Each
 * test has its own prefix.
 */
class EtcdBlockStoreTest extends BlockStoreContract {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static EtcdCluster cluster;
  private static Path password;

  private final String prefix = "/test-" + TESTS.incrementAndGet() + "/";

  @BeforeAll
  static void start() throws IOException {
    cluster = EtcdCluster.start(EtcdCluster.Transport.TLS);
    cluster.enableAuth("agent", "correct-horse", "/");
    password = cluster.directory().resolve("password");
    Files.writeString(password, "correct-horse");
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
  }

  @Override
  public BlockStore open(StoreOptions options) throws IOException {
    return EtcdBlockStore.open(
        cluster.tlsOptions(cluster.endpoints(), prefix, "agent", password), options);
  }

  @Override
  public void damage(IpPrefix block) throws IOException {
    cluster.put(Keys.text(new Keys(prefix).block(block)), "garbage");
  }

  @Override
  public Map<String, String> content() throws IOException {
    return cluster.content(prefix);
  }
}
