/**
 * IP addresses, prefixes and MAC addresses as values. Text is read strictly: whatever could be
 * meant in two ways is refused.
 */
@NullMarked
package org.ovswin.ipam.address;

import org.jspecify.annotations.NullMarked;
