package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.etcd.EtcdOptions;
import org.ovswin.ipam.block.kubernetes.KubernetesOptions;
import org.ovswin.ipam.block.kubernetes.PodCidrs;

/**
 * The section {@code cluster}.
 *
 * @param ranges that all pods' addresses come from; a cluster that is there already must have them,
 *     and may have more
 * @param store where the records of nodes and blocks are kept
 * @param releaseGrace how long a released block is kept for the node that had it
 */
public record ClusterConfig(ClusterRanges ranges, Store store, Duration releaseGrace) {
  private static final Duration DEFAULT_RELEASE_GRACE = Duration.ofMinutes(10);
  private static final Duration LONGEST_RELEASE_GRACE = Duration.ofDays(30);

  public ClusterConfig {
    Fields.require(
        !ranges.ranges().isEmpty(), "cluster.ranges", "[]", "at least one range of addresses");
    Fields.require(
        releaseGrace.compareTo(LONGEST_RELEASE_GRACE) <= 0,
        "cluster.releaseGrace",
        DurationText.of(releaseGrace),
        "at most " + DurationText.of(LONGEST_RELEASE_GRACE));
  }

  @JsonCreator
  static ClusterConfig of(
      @JsonProperty(value = "ranges", required = true) @Nullable List<@Nullable Range> ranges,
      @JsonProperty(value = "store", required = true) @Nullable Store store,
      @JsonProperty("releaseGrace") @Nullable Duration releaseGrace) {
    List<ClusterRange> given =
        Fields.present("cluster.ranges", ranges).stream()
            .map(range -> Fields.present("cluster.ranges", range).range())
            .toList();
    ClusterRanges disjoint;
    try {
      disjoint = new ClusterRanges(given);
    } catch (IllegalArgumentException e) {
      throw new Fields.InvalidValue("cluster.ranges: " + e.getMessage());
    }
    return new ClusterConfig(
        disjoint,
        Fields.present("cluster.store", store),
        releaseGrace == null ? DEFAULT_RELEASE_GRACE : releaseGrace);
  }

  /** One entry of {@code cluster.ranges}. */
  record Range(ClusterRange range) {
    private static final int DEFAULT_IPV4_BLOCK = 24;
    private static final int DEFAULT_IPV6_BLOCK = 64;

    /** The lease database keeps a bit per IPv4 address. */
    private static final int WIDEST_IPV4_BLOCK = 8;

    /** Five pods beside network, gateway and broadcast address. */
    private static final int NARROWEST_IPV4_BLOCK = 29;

    private static final int NARROWEST_IPV6_BLOCK = 120;

    @JsonCreator
    static Range of(
        @JsonProperty(value = "cidr", required = true) @Nullable IpPrefix cidr,
        @JsonProperty("blockPrefixLength") @Nullable Integer blockPrefixLength) {
      IpPrefix prefix = Fields.present("cluster.ranges.cidr", cidr);
      boolean isIpv4 = Family.of(prefix) == Family.IPV4;
      int length =
          blockPrefixLength == null
              ? Math.max(prefix.length(), isIpv4 ? DEFAULT_IPV4_BLOCK : DEFAULT_IPV6_BLOCK)
              : blockPrefixLength;
      int least = isIpv4 ? Math.max(prefix.length(), WIDEST_IPV4_BLOCK) : prefix.length();
      int most = isIpv4 ? NARROWEST_IPV4_BLOCK : NARROWEST_IPV6_BLOCK;
      Fields.require(
          length >= least && length <= most,
          "cluster.ranges.blockPrefixLength",
          length,
          "a number from " + least + " to " + most + " for " + prefix);
      try {
        return new Range(new ClusterRange(prefix, length));
      } catch (IllegalArgumentException e) {
        throw new Fields.InvalidValue("cluster.ranges: " + e.getMessage());
      }
    }
  }

  /** Where the cluster's records are kept: one of the kinds. */
  public sealed interface Store {
    /**
     * The embedded store.
     *
     * @param directory shared by the agents of one machine
     */
    record File(Path directory) implements Store {}

    /** Keys of an etcd cluster. */
    record Etcd(EtcdOptions options) implements Store {
      @JsonCreator
      static Etcd of(
          @JsonProperty(value = "endpoints", required = true)
              @Nullable List<@Nullable String> endpoints,
          @JsonProperty("prefix") @Nullable String prefix,
          @JsonProperty("caFile") @Nullable Path caFile,
          @JsonProperty("certFile") @Nullable Path certFile,
          @JsonProperty("keyFile") @Nullable Path keyFile,
          @JsonProperty("user") @Nullable String user,
          @JsonProperty("passwordFile") @Nullable Path passwordFile) {
        List<String> given =
            Fields.present("cluster.store.etcd.endpoints", endpoints).stream()
                .map(one -> Fields.present("cluster.store.etcd.endpoints", one))
                .toList();
        try {
          return new Etcd(
              new EtcdOptions(
                  given.stream().map(EtcdOptions::parseEndpoint).toList(),
                  prefix == null ? EtcdOptions.DEFAULT_PREFIX : prefix,
                  Optional.ofNullable(caFile),
                  Optional.ofNullable(certFile),
                  Optional.ofNullable(keyFile),
                  Optional.ofNullable(user),
                  Optional.ofNullable(passwordFile)));
        } catch (IllegalArgumentException e) {
          throw new Fields.InvalidValue("cluster.store.etcd." + e.getMessage());
        }
      }
    }

    /** Objects of Kubernetes' API server. */
    record Kubernetes(KubernetesOptions options) implements Store {
      private static final Map<String, PodCidrs> POD_CIDRS =
          Map.of("where-set", PodCidrs.WHERE_SET, "required", PodCidrs.REQUIRED);

      @JsonCreator
      static Kubernetes of(
          @JsonProperty("kubeconfig") @Nullable Path kubeconfig,
          @JsonProperty("podCIDRs") @Nullable String podCidrs) {
        String policy = podCidrs == null ? "where-set" : podCidrs;
        PodCidrs known = POD_CIDRS.get(policy);
        Fields.require(
            known != null, "cluster.store.kubernetes.podCIDRs", policy, "where-set or required");
        return new Kubernetes(
            new KubernetesOptions(Optional.ofNullable(kubeconfig), Objects.requireNonNull(known)));
      }
    }

    @JsonCreator
    static Store of(
        @JsonProperty("file") @Nullable Path file,
        @JsonProperty("etcd") @Nullable Etcd etcd,
        @JsonProperty("kubernetes") @Nullable Kubernetes kubernetes) {
      List<Store> given =
          Stream.<@Nullable Store>of(file == null ? null : new File(file), etcd, kubernetes)
              .flatMap(Stream::ofNullable)
              .toList();
      Fields.require(
          given.size() == 1,
          "cluster.store",
          given.isEmpty() ? "empty" : given.size() + " keys",
          "one key: file, etcd or kubernetes");
      return given.getFirst();
    }
  }
}
