package org.ovswin.ipam.block.kubernetes;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The kinds of deploy/kubernetes/crds.yaml. None is in a namespace. */
enum Kind {
  /** The cluster's ranges: one object, "default". */
  CLUSTER("OvsWinCluster", "ovswinclusters"),
  /** One object a node, of the node's name. */
  NODE("OvsWinNode", "ovswinnodes"),
  /** One object a block, of the block's name. */
  BLOCK("OvsWinBlock", "ovswinblocks");

  static final String GROUP = "ipam.ovs-win.org";
  static final String VERSION = "v1";
  static final String API_VERSION = GROUP + "/" + VERSION;

  private final String kind;
  private final String plural;

  Kind(String kind, String plural) {
    this.kind = kind;
    this.plural = plural;
  }

  /** "OvsWinBlock". */
  String kind() {
    return kind;
  }

  /** "ovswinblocks". */
  String plural() {
    return plural;
  }

  /** As in rules of RBAC and in kubectl: "ovswinblocks.ipam.ovs-win.org". */
  String resource() {
    return plural + "." + GROUP;
  }

  String path() {
    return "/apis/" + API_VERSION + "/" + plural;
  }

  ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(false)
        .build();
  }
}
