/** What comes from a switch or a keyboard may be anything: fuzz targets, run by Jazzer. */
@NullMarked
package org.ovswin.openflow.fuzz;

import org.jspecify.annotations.NullMarked;
