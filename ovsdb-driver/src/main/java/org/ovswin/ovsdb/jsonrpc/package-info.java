/**
 * An RFC 7047 client: connection, framing, calls with deadlines, reconnection, replicas by monitor.
 *
 * <p>Transactions are built with the operations of the opendaylight library; its connection classes
 * are not used, because they cannot frame a string that ends in a backslash and lose calls when the
 * connection goes.
 */
@NullMarked
package org.ovswin.ovsdb.jsonrpc;

import org.jspecify.annotations.NullMarked;
