package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
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
  public BlockStore open(StoreOptions options) throws IOException {
    return KubernetesBlockStore.open(server.options(directory), options);
  }

  @Override
  public void damage(IpPrefix block) {
    server.objects().force("ovswinblocks", BlockName.of(block), "by hand");
  }

  @Override
  public Map<String, String> content() {
    Map<String, String> content = new HashMap<>();
    for (Kind kind : Kind.values()) {
      for (String name : server.objects().names(kind.plural())) {
        content.put(
            kind.plural() + "/" + name, server.objects().get(kind.plural(), name).toString());
      }
    }
    return content;
  }
}
