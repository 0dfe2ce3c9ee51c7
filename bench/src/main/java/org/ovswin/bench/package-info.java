/** JMH benchmarks; each class says which question it answers and how it is run. */
@NullMarked
package org.ovswin.bench;

import org.jspecify.annotations.NullMarked;
