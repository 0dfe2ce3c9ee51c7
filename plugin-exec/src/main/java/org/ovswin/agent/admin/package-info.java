/**
 * What the command line asks of a running agent: the client, the server, and the protocol between
 * them on {@code admin.sock}, which only the agent's own user and root can use.
 *
 * <p>One request and one answer a connection, each a {@link org.ovswin.cni.Frames frame} of JSON:
 *
 * <pre>
 * {"method":"ipam.release","params":{"address":"10.244.3.17","force":"ONLY_UNUSED"}}
 * {"result":{…}}
 * {"error":{"message":"10.244.3.17 is used by default/web-0 (expected: …)"}}
 * </pre>
 *
 * <p>Results are the records of this package. Nothing here knows how the agent does it.
 */
@NullMarked
package org.ovswin.agent.admin;

import org.jspecify.annotations.NullMarked;
