@NullMarked
package org.ovswin.agent.admin;

import org.jspecify.annotations.NullMarked;
