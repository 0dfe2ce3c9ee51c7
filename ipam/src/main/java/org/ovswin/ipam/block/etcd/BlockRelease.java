package org.ovswin.ipam.block.etcd;

import static org.ovswin.ipam.block.etcd.EtcdBlockStore.put;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.unchanged;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.RecordJson;

/**
 * Ends who holds a block.
 *
 * <p>After a transaction that was not answered the block may be another node's already. So a try
 * made again goes on only if it finds what it left or what it wrote: else it would take the block
 * from the one that has it now.
 */
final class BlockRelease {
  private final Keys keys;
  private final InstantSource clock;
  private final IpPrefix block;

  /** A transaction whose outcome is not known: the revision it named, and what it would write. */
  private Optional<Records.Version<BlockRecord>> unsettled = Optional.empty();

  BlockRelease(Keys keys, InstantSource clock, IpPrefix block) {
    this.keys = keys;
    this.clock = clock;
    this.block = block;
  }

  /** See {@link EtcdConnection.Round}; the result is empty if nobody holds the block. */
  Optional<Optional<BlockRecord>> attempt(EtcdSession session) throws IOException {
    Optional<KeyValue> present =
        EtcdBlockStore.first(session.get(keys.block(block), GetOption.DEFAULT));
    if (present.isEmpty()) {
      requireSettled(0);
      return Optional.of(Optional.empty());
    }
    BlockRecord recorded = EtcdClaims.block(keys, present.get());
    if (unsettled.isPresent() && recorded.equals(unsettled.get().record())) {
      return Optional.of(Optional.of(recorded));
    }
    requireSettled(present.get().getModRevision());
    if (!recorded.isHeld()) {
      return Optional.of(Optional.empty());
    }
    long revision = present.get().getModRevision();
    BlockRecord ended = recorded.released(clock.instant());
    unsettled = Optional.of(new Records.Version<>(ended, revision));
    Optional<Optional<BlockRecord>> committed =
        EtcdBlockStore.committed(
            Optional.of(ended),
            session,
            List.of(unchanged(keys.block(block), revision)),
            List.of(put(keys.block(block), RecordJson.write(ended))));
    unsettled = Optional.empty();
    return committed;
  }

  private void requireSettled(long revision) throws IOException {
    if (unsettled.isPresent() && unsettled.get().revision() != revision) {
      throw unknown("block " + block);
    }
  }

  /** Something was changed, by us or by somebody else before us; it cannot be told any more. */
  static IOException unknown(String what) {
    return new IOException(
        what
            + ": a member did not answer, and the record has changed since (expected: an answer;"
            + " look at the blocks, and release again what should be)");
  }
}
