package org.ovswin.cni;

/**
 * What the CNI verbs do. The agent implements it.
 *
 * <p>Each call comes on a virtual thread of its own and may block until the request's deadline;
 * calls for different containers, and even for the same one, run at the same time. An exception
 * other than {@link CniException} is answered with code {@value CniErrors#INTERNAL} and logged.
 */
public interface CniHandler {

  /**
   * Attaches the container. A repeat with the same parameters returns the same result. When it
   * returns, packets flow; when it throws, nothing is left behind.
   *
   * @return what this plugin added; the caller puts {@code prevResult} in front of it, and the
   *     request's dns where it has none
   */
  CniResult add(CniRequest request) throws CniException;

  /** Undoes {@link #add}. Whatever is already gone counts as done. */
  void del(CniRequest request) throws CniException;

  /**
   * Verifies that the attachment is as {@code prevResult} (always present here) says; the error
   * ({@link CniErrors#checkFailed}) names what differs.
   */
  void check(CniRequest request) throws CniException;

  /** Removes every attachment of the network that is not listed as valid. */
  default void gc(GcRequest request) throws CniException {
    throw CniErrors.unsupportedVerb(CniVerb.GC);
  }

  /**
   * Returns if ADD can be served; otherwise throws {@link CniErrors#notAvailable} or {@link
   * CniErrors#limitedConnectivity}. An agent that could be asked is at least running, hence the
   * default.
   */
  default void status(StatusRequest request) throws CniException {}
}
