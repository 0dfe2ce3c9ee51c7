package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.disk.Ownership;
import org.ovswin.ipam.disk.ProcessLock;

/**
 * Says what is wrong with a lease directory, and repairs it with consent. Looking changes nothing
 * and needs no lock; repairing needs the agent stopped.
 */
public final class LeaseCheck {
  private LeaseCheck() {}

  /**
   * What a repair did.
   *
   * @param done in sentences
   * @param kept the originals, under their new names
   * @param affected addresses of which is known that something about them was lost
   * @param reserved addresses that were likely given in what was lost and may be in use: they are
   *     reserved until somebody who has looked ends that
   */
  public record Repair(
      List<String> done, List<Path> kept, List<IpAddress> affected, List<AddressRange> reserved) {
    public Repair {
      done = List.copyOf(done);
      kept = List.copyOf(kept);
      affected = List.copyOf(affected);
      reserved = List.copyOf(reserved);
    }
  }

  /**
   * Looks at everything in the directory. Empty if all is as it should be.
   *
   * @throws IOException if the directory cannot be read at all
   */
  public static List<Finding> check(Path directory) throws IOException {
    List<Finding> findings = new ArrayList<>();
    if (!Files.exists(directory)) {
      return findings;
    }
    for (String name :
        List.of("", "lock", Journal.FILE, HistoryFiles.FILE, HistoryFiles.OLD_FILE)) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        Ownership.foreignOwner(file)
            .ifPresent(owner -> findings.add(new Finding.ForeignOwner(file, owner)));
      }
    }
    for (String name : List.of(Journal.NEW_FILE, HistoryFiles.NEW_FILE)) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        findings.add(new Finding.LeftOver(file, Files.size(file)));
      }
    }
    DiskStorage storage = new DiskStorage(directory);
    long generation = Long.MAX_VALUE;
    if (storage.exists(Journal.FILE)) {
      generation = checkJournal(storage, directory.resolve(Journal.FILE), findings);
    }
    for (String name : List.of(HistoryFiles.FILE, HistoryFiles.OLD_FILE)) {
      if (storage.exists(name)) {
        checkHistory(storage, directory.resolve(name), name, generation, findings);
      }
    }
    return List.copyOf(findings);
  }

  /** Returns the generation, as far as it is known. */
  private static long checkJournal(DiskStorage storage, Path path, List<Finding> findings)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.openForReading(Journal.FILE)) {
      LeaseTable table = new LeaseTable((_, _) -> {});
      try {
        JournalReader reader = new JournalReader(file, path.toString(), table.common());
        JournalReader.Scan scan = reader.scan(table::apply, Instant.EPOCH);
        if (scan.end() < scan.size()) {
          findings.add(new Finding.TornTail(path, scan.end(), scan.size() - scan.end()));
        }
        return reader.header().number();
      } catch (JournalException e) {
        return explain(e, file, path, findings);
      }
    }
  }

  private static long explain(
      JournalException problem, JournalStorage.JournalFile file, Path path, List<Finding> findings)
      throws IOException {
    return switch (problem.kind()) {
      case NOT_OURS -> {
        findings.add(new Finding.NotOurs(path, problem.reason()));
        yield Long.MAX_VALUE;
      }
      case FROM_THE_FUTURE -> {
        findings.add(new Finding.FromTheFuture(path, problem.reason()));
        yield Long.MAX_VALUE;
      }
      case DIRECTORY -> throw problem;
      case DAMAGED, CONTRADICTION -> explainDamage(file, path, findings);
    };
  }

  private static long explainDamage(
      JournalStorage.JournalFile file, Path path, List<Finding> findings) throws IOException {
    Salvage salvage;
    try {
      salvage = Salvage.of(file, path.toString(), List.of(), Instant.EPOCH);
    } catch (JournalException header) {
      findings.add(new Finding.NotOurs(path, header.reason()));
      return Long.MAX_VALUE;
    }
    List<String> affected = salvage.affected().stream().map(IpAddress::toString).toList();
    for (Salvage.Gap gap : salvage.gaps()) {
      findings.add(
          new Finding.Damaged(
              path, gap.offset(), gap.bytes(), gap.part(), salvage.framesBehind(), affected));
    }
    for (Salvage.Conflict conflict : salvage.conflicts()) {
      findings.add(new Finding.Contradiction(path, conflict.offset(), conflict.reason()));
    }
    return salvage.generation();
  }

  private static void checkHistory(
      DiskStorage storage, Path path, String name, long generation, List<Finding> findings)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.openForReading(name)) {
      var _ = HistoryFiles.scan(file, path.toString(), generation, Tenure::decode);
    } catch (JournalException e) {
      findings.add(
          e.kind() == JournalException.Cause.FROM_THE_FUTURE
              ? new Finding.FromTheFuture(path, e.reason())
              : new Finding.DamagedHistory(path, e.offset(), e.reason()));
    }
  }

  /**
   * Does what the findings say, and keeps each damaged original beside it under a dated name.
   *
   * @param consent the findings of {@link #check} that may be acted on; the journal is written anew
   *     only if all findings about it are among them
   * @param blocks the node's blocks: used where the journal has lost that it had one
   * @param now for the names of the originals
   * @throws JournalException if an agent uses the directory
   * @throws IllegalArgumentException if a finding about a file to repair is not consented to, is
   *     not there any more, or needs a person
   */
  public static Repair repair(
      Path directory, Collection<Finding> consent, Collection<IpPrefix> blocks, Instant now)
      throws IOException {
    switch (ProcessLock.tryAcquire(directory)) {
      case ProcessLock.Attempt.HeldBy(String pid) ->
          throw new JournalException(
              "lease directory "
                  + directory
                  + ": is in use by process "
                  + pid
                  + " (expected: the agent stopped)");
      case ProcessLock.Attempt.Acquired(ProcessLock lock) -> {
        try (lock) {
          List<Finding> present = check(directory);
          requireConsent(present, consent);
          return new RepairWork(directory, blocks, now).run(consent);
        }
      }
    }
  }

  private static void requireConsent(List<Finding> present, Collection<Finding> consent) {
    for (Finding finding : consent) {
      if (!present.contains(finding)) {
        throw new IllegalArgumentException(
            finding.file() + ": " + finding.meaning() + " (expected: a finding of a fresh check)");
      }
      if (finding.by() == Finding.Remedy.PERSON) {
        throw new IllegalArgumentException(
            finding.file() + ": " + finding.meaning() + " (expected: " + finding.remedy() + ")");
      }
    }
    for (Finding finding : present) {
      boolean isOfSameFile = consent.stream().anyMatch(it -> it.file().equals(finding.file()));
      if (isOfSameFile && !consent.contains(finding)) {
        throw new IllegalArgumentException(
            finding.file()
                + ": consent to its repair (expected: also to: "
                + finding.meaning()
                + ")");
      }
    }
  }

  private record RepairWork(
      Path directory,
      Collection<IpPrefix> blocks,
      Instant now,
      DiskStorage storage,
      List<String> done,
      List<Path> kept,
      List<AddressRange> reserved) {

    private RepairWork(Path directory, Collection<IpPrefix> blocks, Instant now) {
      this(
          directory,
          blocks,
          now,
          new DiskStorage(directory),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    private Repair run(Collection<Finding> consent) throws IOException {
      Optional<Salvage> rebuilt = Optional.empty();
      for (Finding finding : consent) {
        switch (finding) {
          case Finding.LeftOver leftOver -> {
            Files.deleteIfExists(leftOver.file());
            done.add("deleted " + leftOver.file());
          }
          case Finding.NotOurs notOurs -> putAside(notOurs.file());
          case Finding.DamagedHistory history -> putAside(history.file());
          case Finding.TornTail tail -> cut(tail);
          case Finding.Damaged _, Finding.Contradiction _ -> {
            if (rebuilt.isEmpty()) {
              rebuilt = Optional.of(rebuild());
            }
          }
          case Finding.ForeignOwner _, Finding.FromTheFuture _ -> {}
        }
      }
      storage.forceDirectory();
      return new Repair(done, kept, rebuilt.map(Salvage::affected).orElse(List.of()), reserved);
    }

    private void putAside(Path file) throws IOException {
      Path aside = freshName(file);
      Files.move(file, aside);
      kept.add(aside);
      done.add("put aside " + file + " as " + aside.getFileName());
    }

    private void cut(Finding.TornTail tail) throws IOException {
      Path aside = keepCopy(tail.file());
      try (JournalStorage.JournalFile file = storage.open(Journal.FILE)) {
        file.truncate(tail.offset());
        file.force();
      }
      done.add(
          "cut "
              + tail.bytes()
              + " bytes off "
              + tail.file()
              + "; the original is "
              + aside.getFileName());
    }

    private Path keepCopy(Path path) throws IOException {
      Path aside = freshName(path);
      Files.copy(path, aside, StandardCopyOption.COPY_ATTRIBUTES);
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      kept.add(aside);
      return aside;
    }

    private Salvage rebuild() throws IOException {
      Path path = directory.resolve(Journal.FILE);
      Path aside = keepCopy(path);
      Salvage salvage;
      try (JournalStorage.JournalFile file = storage.openForReading(Journal.FILE)) {
        salvage = Salvage.of(file, path.toString(), blocks, now);
      }
      for (AddressRange range : salvage.suspects()) {
        if (salvage.table().reservation(range).isEmpty()) {
          salvage
              .table()
              .apply(
                  new Entry.Reserved(
                      new Reservation(
                          range, "may be in use: its lease was lost, see " + name(aside), now)));
          reserved.add(range);
          done.add("reserved " + range + ": it may be in use by a pod whose lease was lost");
        }
      }
      HistoryFiles history =
          new HistoryFiles(storage, Journal.Limits.DEFAULT.historySegmentBytes());
      if (salvage.generation() > 0) {
        // A journal of version 1 does not tell when leases ended.
        history.append(salvage.generation(), salvage.ended().handOver(), now);
      }
      long generation = Math.max(salvage.generation(), history.lastGeneration()) + 1;
      var _ = Compaction.write(storage, generation, salvage.table().snapshot().entries());
      storage.rename(Journal.NEW_FILE, Journal.FILE);
      done.add(
          "wrote "
              + path
              + " anew with "
              + salvage.table().size()
              + " leases; the original is "
              + aside.getFileName());
      salvage
          .gaps()
          .forEach(
              gap ->
                  done.add("lost " + gap.bytes() + " bytes at offset " + gap.offset() + " of it"));
      return salvage;
    }

    private static String name(Path file) {
      return String.valueOf(file.getFileName());
    }

    private Path freshName(Path file) {
      Path name = directory.resolve(HistoryFiles.damagedName(name(file), now));
      for (int i = 2; Files.exists(name); i++) {
        name = directory.resolve(HistoryFiles.damagedName(name(file), now) + "." + i);
      }
      return name;
    }
  }
}
