/**
 * The whole of it, with real Open vSwitch, network namespaces and packets. {@link
 * org.ovswin.e2e.Cluster} is the fixture; each class asks one question.
 */
@NullMarked
package org.ovswin.e2e;

import org.jspecify.annotations.NullMarked;
