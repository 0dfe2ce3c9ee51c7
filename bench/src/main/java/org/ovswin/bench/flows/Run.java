package org.ovswin.bench.flows;

/**
 * One measured run of a way.
 *
 * @param nanos wall time, until the switch has said that it has all flows
 * @param clientCpuNanos CPU time of the side that writes, all its threads
 * @param switchCpuNanos CPU time of ovs-vswitchd, all its threads
 * @param heapBytes how far the heap grew at most, garbage included; 0 for another program
 */
record Run(long nanos, long clientCpuNanos, long switchCpuNanos, long heapBytes) {}
