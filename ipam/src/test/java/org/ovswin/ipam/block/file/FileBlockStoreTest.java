package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.BlockStoreContract;
import org.ovswin.ipam.block.StoreOptions;

/** The file store as every block store. */
class FileBlockStoreTest extends BlockStoreContract {
  @TempDir Path temporary;
  private Path directory = Path.of("");

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("cluster");
  }

  @Override
  protected BlockStore open(StoreOptions options) throws IOException {
    return FileBlockStore.open(directory, options);
  }

  @Override
  protected void damage(IpPrefix block) throws IOException {
    Files.writeString(new StoreDirectory(directory).block(block), "garbage");
  }
}
