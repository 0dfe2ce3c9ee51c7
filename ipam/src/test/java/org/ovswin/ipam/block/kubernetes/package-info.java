@org.jspecify.annotations.NullMarked
package org.ovswin.ipam.block.kubernetes;
