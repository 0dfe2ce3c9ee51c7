package org.ovswin.cli;

import java.io.PrintWriter;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.admin.AdminClient;
import org.ovswin.agent.admin.AdminException;

/** One request to the agent of this machine's node. */
interface AgentCall<T> {
  T ask(AdminClient agent) throws AdminException;

  /**
   * Makes it.
   *
   * @param what is being waited for, should it take long
   * @throws MissingException if the agent does not run
   * @throws FailedException if it refuses, or does not answer
   */
  static <T> T make(NodeOption node, PrintWriter err, String what, AgentCall<T> call)
      throws MisuseException, MissingException, FailedException {
    AgentConfig config = node.read();
    try (Waiting _ = Waiting.announced(err, what)) {
      return call.ask(AdminClient.at(config.adminSocket()));
    } catch (AdminException.NotRunning e) {
      throw new MissingException(
          "the agent of %s does not run: %s (expected: a running one; start it with %s)"
              .formatted(config.node(), e.getMessage(), node.startCommand()));
    } catch (AdminException.Refused e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    } catch (AdminException.Unanswered e) {
      throw new FailedException(
          e.getMessage()
              + "; whether it was done is not known: look with ovs-win ipam show, then try again");
    } catch (AdminException e) {
      throw new IllegalStateException(e);
    }
  }
}
