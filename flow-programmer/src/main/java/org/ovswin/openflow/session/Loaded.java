package org.ovswin.openflow.session;

/**
 * What a load made.
 *
 * @param changes how many flow changes
 * @param connections how many connections carried them
 */
public record Loaded(long changes, int connections) {}
