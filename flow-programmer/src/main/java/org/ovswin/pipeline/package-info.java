/**
 * What the node's switch does with packets: a pure function from {@link
 * org.ovswin.pipeline.NodeState} to flows.
 *
 * <p>{@link org.ovswin.pipeline.TableId} lists the tables in the order in which a packet meets
 * them; each has a class of its own that says what it is for and shows its flows. {@link
 * org.ovswin.pipeline.Registers} declares what one table tells another. No I/O, no clock and no
 * logger in here.
 */
@NullMarked
package org.ovswin.pipeline;

import org.jspecify.annotations.NullMarked;
