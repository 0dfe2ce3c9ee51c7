package org.ovswin.cni;

import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From one call of the executable to what it prints and its exit code; the handler does the work in
 * between. Safe for use by several threads.
 */
final class CniProtocol {
  private static final Logger LOG = LoggerFactory.getLogger(CniProtocol.class);

  private final CniHandler handler;

  CniProtocol(CniHandler handler) {
    this.handler = handler;
  }

  /**
   * Answers one call. Never throws: whatever goes wrong is an error that the runtime can show.
   *
   * @param deadline passed on to the handler
   */
  Answer answer(Invocation invocation, Instant deadline) {
    CniVersion version = CniVersion.WHEN_UNKNOWN;
    try {
      CniVerb verb = RequestDecoder.verb(invocation);
      if (verb == CniVerb.VERSION) {
        return Answer.success(OutputJson.versions());
      }
      RequestDecoder.requireEnvironment(verb, invocation);
      NetworkConfig config = NetworkConfig.parse(invocation.standardInput());
      version = config.version();
      RequestDecoder.requireVersion(verb, version);
      return bounded(version, Answer.success(call(verb, version, invocation, config, deadline)));
    } catch (CniException e) {
      return refused(version, invocation, e);
    } catch (RuntimeException | Error e) {
      return failed(version, invocation, e);
    }
  }

  /** Calls the handler and returns what to print. */
  private byte[] call(
      CniVerb verb,
      CniVersion version,
      Invocation invocation,
      NetworkConfig config,
      Instant deadline)
      throws CniException {
    switch (verb) {
      case ADD -> {
        CniRequest request = RequestDecoder.add(version, invocation, config, deadline);
        CniResult result = handler.add(request).withDnsOr(request.dns());
        return OutputJson.result(
            version, request.prevResult().map(prev -> prev.followedBy(result)).orElse(result));
      }
      case DEL -> handler.del(RequestDecoder.del(version, invocation, config, deadline));
      case CHECK -> handler.check(RequestDecoder.check(version, invocation, config, deadline));
      case GC -> handler.gc(RequestDecoder.gc(version, config, deadline));
      case STATUS -> handler.status(RequestDecoder.status(version, config, deadline));
      case VERSION -> throw new IllegalStateException("VERSION has no configuration");
    }
    return new byte[0];
  }

  private static Answer bounded(CniVersion version, Answer answer) {
    return answer.encode().length <= Frames.MAX_PAYLOAD_BYTES
        ? answer
        : Answer.failure(
            OutputJson.error(version, CniErrors.internal("the result is longer than 1 MiB")));
  }

  /** An answer to what cannot be decoded at all. */
  static Answer refused(CniException error) {
    LOG.warn("cni_refused code={} msg=\"{}\"", error.code(), logged(error.msg()));
    return Answer.failure(OutputJson.error(CniVersion.WHEN_UNKNOWN, error));
  }

  private static Answer refused(CniVersion version, Invocation invocation, CniException error) {
    LOG.warn(
        "cni_error command={} containerId={} ifName={} code={} msg=\"{}\" details=\"{}\"",
        logged(invocation, CniVerb.Env.CNI_COMMAND),
        logged(invocation, CniVerb.Env.CNI_CONTAINERID),
        logged(invocation, CniVerb.Env.CNI_IFNAME),
        error.code(),
        logged(error.msg()),
        logged(error.details()));
    LOG.debug("cni_error_cause", error);
    return Answer.failure(OutputJson.error(version, error));
  }

  /** The exception's own message stays in the log: nobody has checked it for secrets. */
  private static Answer failed(CniVersion version, Invocation invocation, Throwable error) {
    LOG.error(
        "cni_failure command={} containerId={} ifName={}",
        logged(invocation, CniVerb.Env.CNI_COMMAND),
        logged(invocation, CniVerb.Env.CNI_CONTAINERID),
        logged(invocation, CniVerb.Env.CNI_IFNAME),
        error);
    return Answer.failure(
        OutputJson.error(
            version,
            CniErrors.internal(error.getClass().getSimpleName() + " (the agent's log has more)")));
  }

  private static String logged(Invocation invocation, String name) {
    return logged(invocation.variable(name).orElse(""));
  }

  /** A caller's text cannot forge a line of the log. */
  private static String logged(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
