/** The block store in a directory that the agents of one machine share. */
@NullMarked
package org.ovswin.ipam.block.file;

import org.jspecify.annotations.NullMarked;
