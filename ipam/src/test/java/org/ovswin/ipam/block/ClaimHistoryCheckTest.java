package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClaimHistory.Action;
import org.ovswin.ipam.block.ClaimHistory.Answer;
import org.ovswin.ipam.block.ClaimHistory.Holder;
import org.ovswin.ipam.block.ClaimHistory.Operation;

/** The checker on histories that it must find wrong, and on those that it must not. */
class ClaimHistoryCheckTest {
  private static final IpPrefix X = IpPrefix.parse("10.244.0.0/24");
  private static final IpPrefix Y = IpPrefix.parse("10.244.1.0/24");
  private static final Holder A = new Holder("a", new UUID(0, 1));
  private static final Holder B = new Holder("b", new UUID(0, 2));
  private static final Holder OTHER_A = new Holder("a", new UUID(0, 3));

  private final List<Operation> history = new ArrayList<>();

  private void claim(Holder holder, long from, long until, IpPrefix... held) {
    add(new Action.Claim(holder, Family.IPV4), from, until, new Answer.Holds(Set.of(held)));
  }

  private void lostClaim(Holder holder, long from, long until) {
    add(new Action.Claim(holder, Family.IPV4), from, until, new Answer.Unknown());
  }

  private void release(IpPrefix block, Holder of, long from, long until) {
    add(new Action.Release(block), from, until, new Answer.Ended(Map.of(block, of)));
  }

  private void releaseOfNothing(IpPrefix block, long from, long until) {
    add(new Action.Release(block), from, until, new Answer.Ended(Map.of()));
  }

  private void lostRelease(IpPrefix block, long from, long until) {
    add(new Action.Release(block), from, until, new Answer.Unknown());
  }

  private void releaseNode(String node, long from, long until, Map<IpPrefix, Holder> ended) {
    add(new Action.ReleaseNode(node), from, until, new Answer.Ended(ended));
  }

  private void look(long from, long until, Map<IpPrefix, Holder> seen) {
    add(new Action.Look(), from, until, new Answer.Seen(seen, Set.of()));
  }

  private void add(Action action, long from, long until, Answer answer) {
    history.add(new Operation(action, from, until, answer));
  }

  private void isRight() {
    assertThat(ClaimHistoryCheck.violations(history)).isEmpty();
  }

  private void isWrong(String... words) {
    assertThat(ClaimHistoryCheck.violations(history)).singleElement().asString().contains(words);
  }

  @Test
  void empty_isRight() {
    isRight();
  }

  @Test
  void oneAfterTheOther_isRight() {
    claim(A, 1, 2, X);
    look(3, 4, Map.of(X, A));
    release(X, A, 5, 6);
    look(7, 8, Map.of());
    claim(B, 9, 10, X);
    releaseNode("b", 11, 12, Map.of(X, B));
    releaseOfNothing(X, 13, 14);
    isRight();
  }

  @Test
  void twoClaimsAnswered_noRelease_areTwoHolders() {
    claim(A, 1, 2, X);
    claim(B, 3, 4, X);
    isWrong("10.244.0.0/24", "two holders at 4", "node=a", "node=b");
  }

  @Test
  void twoInstancesOfOneNode_areTwoHolders() {
    claim(A, 1, 2, X);
    claim(OTHER_A, 3, 4, X);
    isWrong("two holders");
  }

  @Test
  void twoClaimsAtOnce_bothAnswered_areTwoHolders() {
    claim(A, 1, 10, X);
    claim(B, 2, 9, X);
    isWrong("two holders at 10");
  }

  @Test
  void claimAnsweredBeforeTheReleaseBegan_isTwoHolders() {
    claim(A, 1, 2, X);
    claim(B, 3, 5, X);
    release(X, A, 6, 7);
    isWrong("two holders at 5");
  }

  @Test
  void claimWhileTheReleaseIsUnderWay_isRight() {
    claim(A, 1, 2, X);
    release(X, A, 3, 10);
    claim(B, 4, 5, X);
    isRight();
  }

  @Test
  void claimWhileAReleaseThatFailedIsUnderWay_isRight() {
    claim(A, 1, 2, X);
    lostRelease(X, 3, 4);
    claim(B, 100, 101, X);
    isRight();
  }

  @Test
  void releaseOfAnotherBlock_doesNotHelp() {
    claim(A, 1, 2, X, Y);
    release(Y, A, 3, 4);
    claim(B, 5, 6, X);
    isWrong("10.244.0.0/24 has two holders");
  }

  @Test
  void releaseOfAnotherNode_doesNotHelp() {
    claim(A, 1, 2, X);
    releaseNode("b", 3, 4, Map.of());
    claim(B, 5, 6, X);
    isWrong("two holders");
  }

  @Test
  void blockSeenFreeAfterTheClaim_isLost() {
    claim(A, 1, 2, X);
    look(3, 4, Map.of());
    isWrong("10.244.0.0/24 was lost", "node=a", "by 2");
  }

  @Test
  void blockThatItsOwnHolderIsNotToldOf_isLost() {
    claim(A, 1, 2, X);
    claim(A, 3, 4, Y);
    isWrong("10.244.0.0/24 was lost");
  }

  @Test
  void blockThatTheReleaseOfItsNodeDoesNotFind_isLost() {
    claim(A, 1, 2, X);
    releaseNode("a", 3, 4, Map.of());
    look(5, 6, Map.of());
    isWrong("was lost");
  }

  @Test
  void releaseThatFindsNothing_ofAHeldBlock_isRefused() {
    claim(A, 1, 2, X);
    releaseOfNothing(X, 3, 4);
    claim(A, 5, 6, X);
    isWrong("was lost");
  }

  @Test
  void releaseThatNamesTheWrongHolder_isRefused() {
    claim(A, 1, 2, X);
    release(X, B, 3, 4);
    isWrong("no order of the calls");
  }

  @Test
  void blockSeenHeldByWhoNeverClaimed_isRefused() {
    look(1, 2, Map.of(X, A));
    isWrong("no order of the calls");
  }

  @Test
  void claimThatFailed_andIsSeenLater_isRight() {
    lostClaim(A, 1, 2);
    look(3, 4, Map.of());
    look(50, 51, Map.of(X, A));
    isRight();
  }

  @Test
  void claimThatFailed_seenAndGoneAgain_isRefused() {
    lostClaim(A, 1, 2);
    look(3, 4, Map.of(X, A));
    look(5, 6, Map.of());
    isWrong("no order of the calls");
  }

  @Test
  void claimThatFailed_happensOnce() {
    lostClaim(A, 1, 2);
    release(X, A, 3, 4);
    look(5, 6, Map.of());
    look(7, 8, Map.of(X, A));
    isWrong("no order of the calls");
  }

  @Test
  void readsThatGoBackInTime_areRefused() {
    claim(A, 1, 20, X);
    look(2, 3, Map.of(X, A));
    look(4, 5, Map.of());
    isWrong("no order of the calls");
  }

  @Test
  void claimRepeatedBesideARelease_explainsTheBlockHeldLater() {
    claim(A, 1, 2, X);
    claim(A, 3, 30, X);
    release(X, A, 10, 20);
    look(40, 41, Map.of(X, A));
    isRight();
  }

  @Test
  void registration_mayEndWhatTheNameHadBefore() {
    claim(A, 1, 2, X);
    add(new Action.Register("a"), 3, 4, new Answer.Done());
    claim(B, 5, 6, X);
    isRight();
    claim(A, 7, 8, X);
    isWrong("two holders");
  }

  @Test
  void claimThatIsReleasedOnItsWay_mayGetTheBlockAgainAndAgain() {
    claim(A, 1, 20, Y);
    release(X, A, 2, 3);
    release(X, A, 4, 5);
    isRight();
    release(X, A, 21, 22);
    isWrong("no order of the calls");
  }

  @Test
  void releaseThatFailed_ofWhoeverHoldsIt_isKeptForWhereThatOfTheNodeDoesNotHelp() {
    claim(A, 1, 2, X);
    lostRelease(X, 3, 4);
    add(new Action.ReleaseNode("a"), 5, 6, new Answer.Unknown());
    claim(B, 7, 8, X);
    claim(A, 9, 10, X);
    isRight();
    claim(B, 11, 12, X);
    isWrong("no order of the calls");
  }

  @Test
  void hundredsOfUnknownCalls_endInAnAnswer() {
    long time = 0;
    for (int turn = 0; turn < 400; turn++) {
      lostRelease(X, time + 1, time + 2);
      lostClaim(turn % 3 == 0 ? A : B, time + 3, time + 4);
      add(new Action.ReleaseNode("a"), time + 5, time + 6, new Answer.Unknown());
      look(time + 7, time + 30, turn % 2 == 0 ? Map.of() : Map.of(X, B));
      claim(turn % 5 == 0 ? A : B, time + 8, time + 31, X);
      time += 10;
    }
    isRight();
    look(time + 100, time + 101, Map.of(X, OTHER_A));
    isWrong("10.244.0.0/24");
  }

  @Test
  void manyCallsAtOnceThatCannotBeTold_endInAMessage() {
    long time = 1;
    for (int i = 0; i < 40; i++) {
      Holder holder = new Holder("node-" + i, new UUID(1, i));
      claim(holder, time++, 1_000, X);
      release(X, holder, time++, 1_000);
    }
    look(2_000, 2_001, Map.of(X, A));
    isWrong("cannot be told", "expected: a shorter history");
  }

  /** Any run of a right store is right; with one answer falsified it mostly is not. */
  @Test
  void randomHistories_ofARightStore_areRight() {
    for (long seed = 1; seed <= 200; seed++) {
      history.clear();
      randomHistory(new Random(seed));
      assertThat(ClaimHistoryCheck.violations(history)).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void randomHistories_withASecondHolder_areWrong() {
    for (long seed = 1; seed <= 200; seed++) {
      history.clear();
      long end = randomHistory(new Random(seed));
      // More often than releases that nobody knows of can explain.
      for (int turn = 0; turn < 60; turn++) {
        end += 10;
        claim(turn % 2 == 0 ? A : B, end, end + 1, X);
      }
      assertThat(ClaimHistoryCheck.violations(history)).as("seed %d", seed).isNotEmpty();
    }
  }

  /** Calls that take effect one by one, with invocations and answers around that moment. */
  private long randomHistory(Random random) {
    List<Holder> holders = List.of(A, B, OTHER_A);
    @Nullable Holder present = null;
    long end = 0;
    for (int i = 1; i <= 60; i++) {
      long moment = i * 1_000L;
      long from = moment - random.nextInt(3_000);
      long until = moment + random.nextInt(3_000);
      end = Math.max(end, until);
      Holder who = holders.get(random.nextInt(3));
      boolean unknown = random.nextInt(10) == 0;
      switch (random.nextInt(4)) {
        case 0 -> {
          boolean gets = present == null || present.equals(who);
          present = gets && !(unknown && random.nextBoolean()) ? who : present;
          if (unknown) {
            lostClaim(who, from, until);
          } else if (gets) {
            claim(who, from, until, X);
          } else {
            claim(who, from, until);
          }
        }
        case 1 -> {
          if (unknown) {
            lostRelease(X, from, until);
            present = random.nextBoolean() ? null : present;
          } else if (present == null) {
            releaseOfNothing(X, from, until);
          } else {
            release(X, present, from, until);
            present = null;
          }
        }
        case 2 -> look(from, until, present == null ? Map.of() : Map.of(X, present));
        default -> {
          boolean its = present != null && present.node().equals(who.node());
          releaseNode(who.node(), from, until, its ? Map.of(X, present) : Map.of());
          present = its ? null : present;
        }
      }
    }
    return end;
  }
}
