package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One fault after the other, drawn from a seed; never two members at once, so most are well. */
final class FaultSchedule {
  private static final int MIN_MILLIS = 500;
  private static final int MAX_MILLIS = 2500;
  private static final int SLOW_KILOBITS = 128;

  private enum Fault {
    KILL_LEADER,
    KILL,
    FREEZE,
    CUT_FROM_MEMBERS,
    CUT_FROM_CLIENTS,
    SLOW,
    DROP_CONNECTIONS,
    COMPACT
  }

  private final EtcdCluster cluster;
  private final Random random;
  private final List<Fault> left = new ArrayList<>();

  FaultSchedule(EtcdCluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
  }

  /** Every fault comes once before one comes again. */
  void run(Duration time) throws IOException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      if (left.isEmpty()) {
        left.addAll(List.of(Fault.values()));
      }
      int member = random.nextInt(EtcdCluster.MEMBERS);
      Fault fault = left.remove(random.nextInt(left.size()));
      int struck = fault == Fault.KILL_LEADER ? leaderOr(member) : member;
      strike(fault, struck);
      await(random.nextInt(MIN_MILLIS, MAX_MILLIS));
      cluster.heal(struck);
      await(random.nextInt(MIN_MILLIS));
    }
  }

  private void strike(Fault fault, int member) throws IOException {
    switch (fault) {
      case KILL_LEADER, KILL -> cluster.kill(member);
      case FREEZE -> cluster.freeze(member);
      case CUT_FROM_MEMBERS -> cluster.cutPeers(member);
      case CUT_FROM_CLIENTS -> cluster.cutClients(member);
      case SLOW -> cluster.slow(member, SLOW_KILOBITS);
      case DROP_CONNECTIONS -> {
        for (int i = 0; i < EtcdCluster.MEMBERS; i++) {
          cluster.dropConnections(i);
        }
      }
      case COMPACT -> compact();
    }
  }

  /** While members change the lead there may be none. */
  private int leaderOr(int other) {
    try {
      return cluster.leader();
    } catch (IOException e) {
      return other;
    }
  }

  private void compact() {
    try {
      cluster.compact();
    } catch (IOException e) {
      // A member has just come back; the next time, then.
    }
  }

  private static void await(int millis) throws InterruptedException {
    new java.util.concurrent.CountDownLatch(1)
        .await(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
  }
}
