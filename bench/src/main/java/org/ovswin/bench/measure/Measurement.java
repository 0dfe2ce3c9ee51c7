package org.ovswin.bench.measure;

/**
 * What one way gave.
 *
 * @param unit of the values: ms, us, ns, /s, MiB or none
 */
public record Measurement(String way, String unit, Spread spread) {}
