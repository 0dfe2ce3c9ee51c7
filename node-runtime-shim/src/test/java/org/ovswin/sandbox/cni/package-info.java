@NullMarked
package org.ovswin.sandbox.cni;

import org.jspecify.annotations.NullMarked;
