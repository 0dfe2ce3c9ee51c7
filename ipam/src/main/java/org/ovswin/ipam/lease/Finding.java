package org.ovswin.ipam.lease;

import java.nio.file.Path;
import java.util.List;

/** Something in a lease directory that is not as it should be. */
public sealed interface Finding {

  /** The file or directory that it is about. */
  Path file();

  /** Where in the file, in bytes from its begin. */
  long offset();

  /** What it is and what comes of it, in a sentence. */
  String meaning();

  /** What {@link LeaseCheck#repair} does about it, or what a person has to do. */
  String remedy();

  /** What is lost by that. */
  String loss();

  /** Who acts on it. */
  Remedy by();

  /** Who acts on a finding. */
  enum Remedy {
    /** Nobody needs to: the next start of the agent does it. */
    NEXT_START,
    /** {@link LeaseCheck#repair}, with consent. */
    REPAIR,
    /** A person. */
    PERSON
  }

  /** A directory or file of another user. */
  record ForeignOwner(Path file, String owner) implements Finding {
    @Override
    public long offset() {
      return 0;
    }

    @Override
    public String meaning() {
      return "belongs to user " + owner + ", who may change it at any time; the agent refuses it";
    }

    @Override
    public String remedy() {
      return "see whose it is, then chown it to the user of the agent";
    }

    @Override
    public String loss() {
      return "nothing";
    }

    @Override
    public Remedy by() {
      return Remedy.PERSON;
    }
  }

  /** A file under the name of ours that is not ours, or whose begin is gone. */
  record NotOurs(Path file, String reason) implements Finding {
    @Override
    public long offset() {
      return 0;
    }

    @Override
    public String meaning() {
      return reason + ": somebody else's file, or its begin is destroyed; the agent refuses it";
    }

    @Override
    public String remedy() {
      return "put it aside under another name; the agent then begins without it";
    }

    @Override
    public String loss() {
      return "everything in it: remove all pods of this node first, or two may get one address";
    }

    @Override
    public Remedy by() {
      return Remedy.REPAIR;
    }
  }

  /** A file of a later version. */
  record FromTheFuture(Path file, String reason) implements Finding {
    @Override
    public long offset() {
      return 8;
    }

    @Override
    public String meaning() {
      return reason + ": a newer ovs-win wrote it; this one cannot know what it says";
    }

    @Override
    public String remedy() {
      return "run the newer ovs-win again";
    }

    @Override
    public String loss() {
      return "nothing";
    }

    @Override
    public Remedy by() {
      return Remedy.PERSON;
    }
  }

  /** The end of a write that was interrupted. Nobody was told of it. */
  record TornTail(Path file, long offset, long bytes) implements Finding {
    @Override
    public String meaning() {
      return bytes + " bytes of a write that a crash interrupted; nobody was told of what they say";
    }

    @Override
    public String remedy() {
      return "cut them off";
    }

    @Override
    public String loss() {
      return "nothing that anybody was told of";
    }

    @Override
    public Remedy by() {
      return Remedy.NEXT_START;
    }
  }

  /**
   * A part of the snapshot or of the entries behind it that cannot be read.
   *
   * @param bytes until the next whole frame
   * @param framesBehind whole frames behind it, which can be kept
   * @param affected addresses of which is known that something about them is lost
   */
  record Damaged(
      Path file, long offset, long bytes, Part part, long framesBehind, List<String> affected)
      implements Finding {
    public Damaged {
      affected = List.copyOf(affected);
    }

    /** Which part of a journal. */
    public enum Part {
      /** All leases of the time when it was written. */
      SNAPSHOT,
      /** What came after. */
      ENTRIES
    }

    @Override
    public String meaning() {
      String what =
          switch (part) {
            case SNAPSHOT -> "in the snapshot: leases may be missing that are in use";
            case ENTRIES -> "in what had been forced to the disk: leases given there are unknown";
          };
      return bytes + " bytes cannot be read, " + what + "; the agent refuses it";
    }

    @Override
    public String remedy() {
      return "write the journal anew from every whole frame, "
          + framesBehind
          + " of them behind the damage, keep the original under another name, and reserve the"
          + " addresses that were likely given in what is lost";
    }

    @Override
    public String loss() {
      return "at most "
          + Math.max(1, bytes / Salvage.LEAST_LEASE_BYTES)
          + " leases and as many releases; known to be affected: "
          + (affected.isEmpty() ? "no address" : String.join(", ", affected))
          + "; remove the pods that `ovs-win ipam show --leases` does not have, then unreserve";
    }

    @Override
    public Remedy by() {
      return Remedy.REPAIR;
    }
  }

  /** An entry that is whole and cannot be true. */
  record Contradiction(Path file, long offset, String reason) implements Finding {
    @Override
    public String meaning() {
      return "an entry contradicts the earlier ones: " + reason + "; the agent refuses it";
    }

    @Override
    public String remedy() {
      return "write the journal anew, the later entry counting, and keep the original";
    }

    @Override
    public String loss() {
      return "the earlier of two leases that share an address or an attachment";
    }

    @Override
    public Remedy by() {
      return Remedy.REPAIR;
    }
  }

  /** A file of a compaction that did not get to its end. */
  record LeftOver(Path file, long bytes) implements Finding {
    @Override
    public long offset() {
      return 0;
    }

    @Override
    public String meaning() {
      return bytes + " bytes of a compaction that a crash interrupted, or that still runs";
    }

    @Override
    public String remedy() {
      return "delete it";
    }

    @Override
    public String loss() {
      return "nothing: the journal in use has everything";
    }

    @Override
    public Remedy by() {
      return Remedy.NEXT_START;
    }
  }

  /** A segment of the history that cannot be read to its end. */
  record DamagedHistory(Path file, long offset, String reason) implements Finding {
    @Override
    public String meaning() {
      return reason + ": who had addresses before cannot be told from it; leases are not touched";
    }

    @Override
    public String remedy() {
      return "put it aside under another name";
    }

    @Override
    public String loss() {
      return "the history in this file";
    }

    @Override
    public Remedy by() {
      return Remedy.REPAIR;
    }
  }
}
