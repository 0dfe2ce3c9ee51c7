/**
 * What both stores need of a disk and java.nio does not give in one call: files nobody else reads,
 * directory entries that survive a power cut, a lock that dies with its process.
 */
@NullMarked
package org.ovswin.ipam.disk;

import org.jspecify.annotations.NullMarked;
