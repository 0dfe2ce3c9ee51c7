/**
 * OpenFlow 1.3, 1.4 and 1.5 between the model and bytes, straight on {@code ByteBuf}.
 *
 * <p>{@link org.ovswin.openflow.codec.MessageEncoder} writes, {@link
 * org.ovswin.openflow.codec.MessageDecoder} reads; the field, action and instruction codecs below
 * them know one structure each. Where the versions differ, the difference is in the codec of that
 * structure and nowhere else. Reading never leaves the frame and never throws anything but {@link
 * org.ovswin.openflow.codec.MalformedMessageException}.
 */
@NullMarked
package org.ovswin.openflow.codec;

import org.jspecify.annotations.NullMarked;
