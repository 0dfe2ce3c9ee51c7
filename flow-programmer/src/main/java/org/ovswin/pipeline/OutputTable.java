package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.outputTo;

/**
 * Out, by the port that an earlier table chose.
 *
 * <pre>{@code
 * priority=100,ip actions=output:NXM_NX_REG1[]
 * }</pre>
 */
final class OutputTable implements FlowTable {
  private static final int ALL = 100;

  @Override
  public TableId id() {
    return TableId.OUTPUT;
  }

  @Override
  public void node(NodeState state, FlowSink out) {
    out.flow(ALL, Matches.ip(), outputTo(Registers.OUT_PORT));
  }
}
