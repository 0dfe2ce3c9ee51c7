@NullMarked
package org.ovswin.ovsdb.jsonrpc;

import org.jspecify.annotations.NullMarked;
