/** What every side-by-side benchmark reports: the machine, and values with their spread. */
@NullMarked
package org.ovswin.bench.measure;

import org.jspecify.annotations.NullMarked;
