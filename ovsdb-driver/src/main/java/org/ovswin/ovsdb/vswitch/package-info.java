/**
 * The Open_vSwitch schema (ovs-vswitchd.conf.db(5)) as this project uses it: an immutable replica
 * of bridges, ports and interfaces, and changes to them, many in one transaction.
 *
 * <p>Start at {@link org.ovswin.ovsdb.vswitch.Vswitch}.
 */
@NullMarked
package org.ovswin.ovsdb.vswitch;

import org.jspecify.annotations.NullMarked;
