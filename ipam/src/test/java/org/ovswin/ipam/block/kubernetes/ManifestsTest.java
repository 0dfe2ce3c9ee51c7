package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;

/** deploy/kubernetes against the code. */
class ManifestsTest {
  private static final UUID OWNER = new UUID(1, 2);
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static List<HasMetadata> objects(String file) {
    return new KubernetesSerialization().unmarshal(Manifests.text(file));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void kind_isTheOneOfTheCode(Kind kind) {
    CustomResourceDefinition definition =
        objects("crds.yaml").stream()
            .map(CustomResourceDefinition.class::cast)
            .filter(each -> each.getSpec().getNames().getPlural().equals(kind.plural()))
            .findFirst()
            .orElseThrow();
    assertThat(definition.getMetadata().getName()).isEqualTo(kind.resource());
    assertThat(definition.getSpec().getGroup()).isEqualTo(Kind.GROUP);
    assertThat(definition.getSpec().getNames().getKind()).isEqualTo(kind.kind());
    assertThat(definition.getSpec().getScope()).isEqualTo("Cluster");
    assertThat(definition.getSpec().getVersions())
        .extracting(CustomResourceDefinitionVersion::getName)
        .containsExactly(Kind.VERSION);
  }

  @Test
  void columns_pointAtFieldsOfTheSchema() {
    for (Kind kind : Kind.values()) {
      JsonNode definition = Manifests.definition(kind.plural());
      JsonNode columns =
          definition.path("spec").path("versions").path(0).path("additionalPrinterColumns");
      assertThat(columns).isNotEmpty();
      for (JsonNode column : columns) {
        JsonNode schema = Manifests.schema(definition);
        for (String step : column.path("jsonPath").asText().substring(1).split("\\.", -1)) {
          schema = Manifests.property(schema, step.replace("[*]", ""));
          if (step.endsWith("[*]")) {
            schema = schema.path("items");
          }
        }
        assertThat(schema.isMissingNode()).as("%s", column).isFalse();
      }
    }
  }

  @Test
  void records_areAllowedAndNothingOfThemIsPruned() {
    ClusterRanges ranges =
        ClusterRanges.of(
            new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24),
            new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64));
    assertKept(Kind.CLUSTER, "spec", Records.spec(ClusterRecord.create(ranges)));
    for (String block : List.of("10.244.255.0/24", "fd00:244:0:ffff::/64")) {
      BlockRecord record =
          BlockRecord.claimed(IpPrefix.parse(block), "worker-1.example", OWNER, NOW);
      assertKept(Kind.BLOCK, "spec", Records.spec(record));
      assertKept(Kind.BLOCK, "spec", Records.spec(record.released(Instant.EPOCH)));
    }
    NodeRecord node =
        new NodeRecord(
            "worker-1.example",
            OWNER,
            List.of(IpAddress.parse("192.168.1.11"), IpAddress.parse("fd00::11")),
            MacAddress.parse("52:54:00:aa:bb:cc"),
            "windows",
            Optional.of(IpAddress.parse("192.168.2.11")),
            "0.1.0-SNAPSHOT+g1234",
            NOW);
    assertKept(Kind.NODE, "spec", Records.spec(node, Optional.of(OWNER.toString())));
    assertKept(
        Kind.NODE,
        "spec",
        (ObjectNode)
            Records.releasing(
                    ApiObject.of(Kind.NODE, node.node(), Records.spec(node, Optional.empty())))
                .spec());
    assertKept(
        Kind.NODE,
        "status",
        Records.status(
            new NodeUsage(
                "worker-1.example",
                List.of(new NodeUsage.BlockUse(IpPrefix.parse("10.244.1.0/24"), 3, 250)),
                NOW)));
  }

  private static void assertKept(Kind kind, String part, ObjectNode written) {
    JsonNode schema =
        Manifests.property(Manifests.schema(Manifests.definition(kind.plural())), part);
    assertThat(Manifests.violations(schema, written, part)).isEmpty();
    ObjectNode pruned = written.deepCopy();
    Manifests.prune(schema, pruned);
    assertThat(pruned).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ovswinblocks | {'block':'10.244.0.0','node':'a'}",
        "ovswinblocks | {'block':'10.244.0.0/24','node':'Worker'}",
        "ovswinblocks | {'block':'10.244.0.0/24','node':''}",
        "ovswinblocks | {'block':'*','node':'a'}",
        "ovswinblocks | {'block':'10.244.0.0/24','node':7}",
        "ovswinclusters | {'version':1}",
        "ovswinclusters | {'version':2,'ranges':[{'range':'10.244.0.0/16','blockLength':129}]}",
        "ovswinnodes | {'node':'a','addresses':[]}",
        "ovswinnodes | {'node':'a','mac':'52-54-00-00-00-01'}",
        "ovswinnodes | {'node':'a','joinedAt':'yesterday'}",
      })
  void nonsense_isNamed(String plural, String json) throws Exception {
    JsonNode schema = Manifests.property(Manifests.schema(Manifests.definition(plural)), "spec");
    ObjectNode value = (ObjectNode) JSON.readTree(json.replace('\'', '"'));
    List<String> violations = Manifests.violations(schema, value, "spec");
    assertThat(violations).anyMatch(violation -> !violation.endsWith("is missing"));
  }

  @Test
  void role_permitsTheSubresourceAndNoWildcards() {
    List<ClusterRole> roles =
        objects("rbac.yaml").stream()
            .filter(ClusterRole.class::isInstance)
            .map(ClusterRole.class::cast)
            .toList();
    assertThat(roles).hasSize(1);
    assertThat(Manifests.permissions())
        .contains("update ovswinnodes/status", "get nodes")
        .noneMatch(permission -> permission.contains("*"))
        .doesNotContain("update nodes", "delete nodes", "watch nodes");
  }
}
