@NullMarked
package org.ovswin.bench.flows;

import org.jspecify.annotations.NullMarked;
