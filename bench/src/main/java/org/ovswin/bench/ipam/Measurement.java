package org.ovswin.bench.ipam;

import org.ovswin.bench.measure.Spread;

/**
 * What one way gave.
 *
 * @param unit of the values: ms, us, ns, /s, MiB or none
 */
record Measurement(String way, String unit, Spread spread) {}
