package org.ovswin.ipam.block.etcd;

import io.etcd.jetcd.ByteSequence;
import java.nio.charset.StandardCharsets;

/**
 * The keys of a cluster:
 *
 * <pre>
 * allocations/worker-1     the blocks that the node has claimed: where to look for its own
 * blocks/10.244.1.0/24     who holds the block, or held it last      | the watched keys, one
 * cluster                  the ranges                                | after the other
 * nodes/worker-1           what the node says of itself              |
 * removing                 a range that is being removed; goes away by itself
 * usage/worker-1           how full the node's blocks are
 * </pre>
 *
 * @param prefix of all of them
 */
record Keys(String prefix) {

  ByteSequence cluster() {
    return bytes(prefix + "cluster");
  }

  ByteSequence removing() {
    return bytes(prefix + "removing");
  }

  ByteSequence allocations(String node) {
    return bytes(prefix + "allocations/" + node);
  }

  ByteSequence node(String node) {
    return bytes(nodes() + node);
  }

  ByteSequence block(Object block) {
    return bytes(blocks() + block);
  }

  ByteSequence usage(String node) {
    return bytes(usages() + node);
  }

  String blocks() {
    return prefix + "blocks/";
  }

  String nodes() {
    return prefix + "nodes/";
  }

  String usages() {
    return prefix + "usage/";
  }

  /** The first of the watched keys. */
  ByteSequence watchedFrom() {
    return bytes(blocks());
  }

  /** The first key after the watched ones: '0' comes after '/'. */
  ByteSequence watchedTo() {
    return bytes(prefix + "nodes0");
  }

  /** The first key after those that begin with this, which ends with a slash. */
  static ByteSequence end(String slashed) {
    return bytes(slashed.substring(0, slashed.length() - 1) + "0");
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  static String text(ByteSequence key) {
    return key.toString(StandardCharsets.UTF_8);
  }
}
