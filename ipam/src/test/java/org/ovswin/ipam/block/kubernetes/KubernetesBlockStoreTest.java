package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.BlockStoreContract;
import org.ovswin.ipam.block.StoreOptions;

/** The contract, against an API server that permits and takes what deploy/kubernetes says. */
class KubernetesBlockStoreTest extends BlockStoreContract {
  @TempDir Path directory;
  private StrictApiServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new StrictApiServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Override
  protected BlockStore open(StoreOptions options) throws IOException {
    return KubernetesBlockStore.open(server.options(directory), options);
  }

  @Override
  protected void damage(IpPrefix block) {
    server.objects().force("ovswinblocks", BlockName.of(block), "by hand");
  }
}
