package org.ovswin.ipam.block.etcd;

import io.grpc.Status;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Why one try at one member came to nothing. What it asked for may have happened all the same. */
final class EtcdFault extends IOException {

  /** What is to be done about it. */
  enum Kind {
    /** Another member may answer, or this one later. */
    SILENT,
    /** The same, and this one on a new connection only. */
    UNREACHABLE,
    /** Somebody has to change a configuration, ours or this member's: waiting does not help. */
    REFUSED,
    /** The revision that was asked for is forgotten. */
    COMPACTED
  }

  private static final String SERVER = "etcdserver: ";

  private final Kind kind;

  private EtcdFault(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** Says in words what a call to a member ended with. */
  static EtcdFault of(URI endpoint, EtcdOptions options, Throwable cause) {
    if (cause instanceof TimeoutException) {
      return new EtcdFault(Kind.SILENT, endpoint + ": no answer", cause);
    }
    Optional<String> tls = tlsReason(endpoint, options, cause);
    if (tls.isPresent()) {
      return new EtcdFault(Kind.REFUSED, endpoint + ": " + tls.get(), cause);
    }
    Status status = Status.fromThrowable(cause);
    String said = said(cause);
    if (said.contains("required revision has been compacted")) {
      return new EtcdFault(Kind.COMPACTED, endpoint + ": " + said, cause);
    }
    Optional<String> access = accessReason(options, said);
    if (access.isPresent()) {
      return new EtcdFault(Kind.REFUSED, endpoint + ": " + access.get(), cause);
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> new EtcdFault(Kind.SILENT, endpoint + ": no answer", cause);
      case UNAVAILABLE, CANCELLED, UNKNOWN, INTERNAL, UNAUTHENTICATED ->
          said.startsWith(SERVER)
              ? new EtcdFault(Kind.SILENT, endpoint + ": " + said, cause)
              : new EtcdFault(Kind.UNREACHABLE, endpoint + ": " + connectReason(cause), cause);
      default ->
          new EtcdFault(Kind.REFUSED, endpoint + ": " + status.getCode() + " " + said, cause);
    };
  }

  /** A file of the options cannot be used. */
  static EtcdFault unusable(String field, String file, Exception cause) {
    return new EtcdFault(
        Kind.REFUSED,
        field + ": " + file + ": " + cause + " (expected: a file that can be read, PEM)",
        cause);
  }

  private static Optional<String> accessReason(EtcdOptions options, String said) {
    String user = options.user().orElse("");
    if (said.contains("authentication failed, invalid user ID or password")) {
      return Optional.of(
          "user "
              + user
              + ": authentication failed (expected: a user of etcd and its password in "
              + options.passwordFile().map(Object::toString).orElse("passwordFile")
              + ")");
    }
    if (said.contains("permission denied")) {
      return Optional.of(
          (options.user().isPresent() ? "user " + user : "our certificate's user")
              + ": permission denied (expected: a role with readwrite on all keys that begin with "
              + options.prefix()
              + (options.user().isPresent() ? ")" : ", or user and passwordFile)"));
    }
    if (said.contains("user name is empty") || said.contains("user name not found")) {
      return Optional.of(
          "etcd asks for a user (expected: user and passwordFile in the configuration)");
    }
    if (said.contains("authentication is not enabled")) {
      return Optional.of(
          "user "
              + user
              + ": etcd has authentication switched off (expected: etcdctl auth enable, or no user"
              + " in the configuration)");
    }
    return Optional.empty();
  }

  private static Optional<String> tlsReason(URI endpoint, EtcdOptions options, Throwable cause) {
    Throwable found = cause;
    while (found != null && !(found instanceof SSLException)) {
      found = found.getCause();
    }
    if (found == null) {
      return Optional.empty();
    }
    Throwable root = root(found);
    if (root instanceof CertificateExpiredException) {
      return Optional.of("its certificate has expired (expected: a valid one)");
    }
    if (root instanceof CertPathBuilderException || root instanceof CertPathValidatorException) {
      return Optional.of(
          "its certificate is signed by an unknown authority (expected: one of "
              + options.caFile().map(Object::toString).orElse("the JVM's, as caFile is not set")
              + ")");
    }
    if (root instanceof CertificateException) {
      return Optional.of(
          "its certificate is for another name (expected: "
              + endpoint.getHost()
              + "): "
              + root.getMessage());
    }
    String said = String.valueOf(found.getMessage());
    String lower = said.toLowerCase(Locale.ROOT);
    if (lower.contains("bad_certificate") || lower.contains("certificate_required")) {
      return Optional.of(
          "it refuses our certificate (expected: "
              + options
                  .certFile()
                  .map(file -> file + " signed by an authority that etcd trusts")
                  .orElse("certFile and keyFile in the configuration, as etcd asks for one")
              + "): "
              + said);
    }
    return Optional.of("TLS failed (expected: a member that speaks TLS at this port): " + said);
  }

  /** The server's own words, wherever they are in the chain. */
  private static String said(Throwable cause) {
    String said = "";
    for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
      String message = inner.getMessage();
      if (message != null) {
        int at = message.indexOf(SERVER);
        if (at >= 0) {
          return message.substring(at);
        }
        said = said.isEmpty() ? message : said;
      }
    }
    return said;
  }

  private static String connectReason(Throwable cause) {
    return "not reachable: " + root(cause).getMessage();
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
