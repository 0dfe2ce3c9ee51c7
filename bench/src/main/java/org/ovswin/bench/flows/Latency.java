package org.ovswin.bench.flows;

/** What is timed while a switch has many flows. */
enum Latency {
  FLOW_MOD("flow-mod", "one flow-mod and a barrier"),
  BUNDLE_10("bundle-10", "a bundle of 10, checked by a barrier before the commit"),
  BUNDLE_20("bundle-20", "a bundle of 20, checked by a barrier before the commit"),
  DELETE_COOKIE("delete-cookie", "deleting the 20 flows of one cookie"),
  DUMP("dump", "a dump of all flows"),
  RECONCILE("reconcile", "a reconcile with nothing to do; ofctl dumps the same");

  /** Whose time it is. */
  enum Party {
    LIMIT,
    OURS,
    OFCTL;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final String text;
  private final String meaning;

  Latency(String text, String meaning) {
    this.text = text;
    this.meaning = meaning;
  }

  /** For people. */
  String meaning() {
    return meaning;
  }

  @Override
  public String toString() {
    return text;
  }
}
