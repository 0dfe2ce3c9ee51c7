package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.WantedCluster;

/** Which cluster an agent may work with after a restart. */
final class CachedViewTest {
  private static final UUID ID = new UUID(0, 7);
  private static final ClusterView VIEW =
      new ClusterView(
          ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)),
          List.of(),
          List.of(),
          List.of());

  @TempDir private Path directory;
  private CachedView cache = new CachedView(Path.of(""));
  private Path file = Path.of("");

  @BeforeEach
  void choose() {
    cache = new CachedView(directory);
    file = directory.resolve("cluster-view.json");
  }

  @Test
  void nothingKept_mayBeginOne() {
    assertThat(cache.cluster()).isEqualTo(new WantedCluster.FirstCome());
    assertThat(cache.read()).isEmpty();
  }

  @Test
  void kept_isTheOneAndNoOther() throws IOException {
    cache.write(ID, VIEW);
    assertThat(cache.cluster()).isEqualTo(new WantedCluster.Known(ID));
    assertThat(cache.isOf(ID)).isTrue();
    assertThat(cache.isOf(new UUID(0, 8))).isFalse();
    assertThat(cache.read()).contains(VIEW);
  }

  @Test
  void keptByAVersionThatKeptNoId_mustBeThere() throws IOException {
    cache.write(ClusterRecord.NO_ID, VIEW);
    assertThat(cache.cluster()).isEqualTo(new WantedCluster.Existing());
    assertThat(cache.isOf(ClusterRecord.NO_ID)).isFalse();
    assertThat(cache.read()).contains(VIEW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"cluster\":{\"version\":3}}"})
  void unreadable_mustBeThere(String content) throws IOException {
    Files.writeString(file, content);
    assertThat(cache.cluster()).isEqualTo(new WantedCluster.Existing());
    assertThat(cache.read()).isEmpty();
  }

  /** What is known of peers is lost then; whose the node's blocks are is not. */
  @Test
  void unreadableNode_isStillTheOne() throws IOException {
    cache.write(ID, VIEW);
    Files.writeString(file, Files.readString(file).replace("\"nodes\":[]", "\"nodes\":[7]"));
    assertThat(cache.read()).isEmpty();
    assertThat(cache.cluster()).isEqualTo(new WantedCluster.Known(ID));
  }
}
