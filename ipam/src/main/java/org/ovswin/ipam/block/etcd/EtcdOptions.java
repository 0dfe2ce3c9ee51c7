package org.ovswin.ipam.block.etcd;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the etcd cluster is, and who we are there. Files are read whenever a connection is made, so
 * that a renewed certificate or password is used without a restart.
 *
 * @param endpoints of the members, "https://etcd-1.example:2379". Without a scheme it is https, on
 *     loopback http. Plain http elsewhere must be written out.
 * @param prefix of all keys; begins and ends with a slash
 * @param caFile authorities that may sign a member's certificate, PEM; else those of the JVM
 * @param certFile our certificate, PEM, where the members ask for one; with keyFile
 * @param keyFile its key, PEM (PKCS#8), not encrypted
 * @param user of etcd; with passwordFile
 * @param passwordFile holds the password and at most a line end after it
 */
public record EtcdOptions(
    List<URI> endpoints,
    String prefix,
    Optional<Path> caFile,
    Optional<Path> certFile,
    Optional<Path> keyFile,
    Optional<String> user,
    Optional<Path> passwordFile) {

  public static final String DEFAULT_PREFIX = "/ovs-win/";

  private static final int MAX_ENDPOINTS = 16;
  private static final Pattern PREFIX = Pattern.compile("/([A-Za-z0-9._-]{1,64}/){0,8}");
  private static final Pattern USER = Pattern.compile("[\\x21-\\x7e]{1,64}");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\]");

  public EtcdOptions {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty() || endpoints.size() > MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          "endpoints: " + endpoints.size() + " (expected: 1 to " + MAX_ENDPOINTS + ")");
    }
    endpoints.forEach(EtcdOptions::requireEndpoint);
    if (endpoints.stream().distinct().count() != endpoints.size()) {
      throw new IllegalArgumentException("endpoints: " + endpoints + " (expected: each once)");
    }
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix: \"" + prefix + "\" (expected: for example " + DEFAULT_PREFIX + ")");
    }
    requireBoth("certFile", certFile, "keyFile", keyFile);
    requireBoth("user", user, "passwordFile", passwordFile);
    if (user.isPresent() && !USER.matcher(user.get()).matches()) {
      throw new IllegalArgumentException(
          "user: " + user.get().length() + " characters (expected: 1 to 64 visible ones)");
    }
    boolean anyTls = endpoints.stream().anyMatch(EtcdOptions::isTls);
    if (!anyTls && caFile.isPresent()) {
      throw new IllegalArgumentException(
          "caFile: " + caFile.get() + " (expected: none, as no endpoint is https)");
    }
    if (!anyTls && certFile.isPresent()) {
      throw new IllegalArgumentException(
          "certFile: " + certFile.get() + " (expected: none, as no endpoint is https)");
    }
  }

  /** Without TLS files and without a user. */
  public static EtcdOptions of(List<String> endpoints) {
    return new EtcdOptions(
        endpoints.stream().map(EtcdOptions::parseEndpoint).toList(),
        DEFAULT_PREFIX,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Reads an endpoint as configured: a URL, or host and port.
   *
   * @throws IllegalArgumentException naming the field "endpoints"
   */
  public static URI parseEndpoint(String text) {
    String url = text;
    if (!text.contains("://")) {
      int port = text.lastIndexOf(':');
      boolean loopback = port > 0 && LOOPBACK.matcher(text.substring(0, port)).matches();
      url = (loopback ? "http://" : "https://") + text;
    }
    try {
      URI endpoint = new URI(url);
      requireEndpoint(endpoint);
      return endpoint;
    } catch (URISyntaxException e) {
      throw refusedEndpoint(text);
    }
  }

  static boolean isTls(URI endpoint) {
    return "https".equals(endpoint.getScheme());
  }

  /** "etcd https://10.0.0.1:2379, https://10.0.0.2:2379 at /ovs-win/". */
  public String description() {
    return "etcd "
        + String.join(", ", endpoints.stream().map(URI::toString).toList())
        + " at "
        + prefix;
  }

  private static void requireEndpoint(URI endpoint) {
    boolean known = isTls(endpoint) || "http".equals(endpoint.getScheme());
    boolean bare =
        endpoint.getRawUserInfo() == null
            && endpoint.getRawQuery() == null
            && endpoint.getRawFragment() == null
            && (endpoint.getRawPath() == null || endpoint.getRawPath().isEmpty());
    if (!known
        || !bare
        || endpoint.getHost() == null
        || endpoint.getPort() < 1
        || endpoint.getPort() > 65535) {
      throw refusedEndpoint(endpoint.getRawUserInfo() == null ? endpoint.toString() : "***");
    }
  }

  private static IllegalArgumentException refusedEndpoint(String text) {
    return new IllegalArgumentException(
        "endpoints: \"" + text + "\" (expected: for example https://10.0.0.1:2379)");
  }

  private static void requireBoth(
      String first, Optional<?> firstValue, String second, Optional<?> secondValue) {
    if (firstValue.isPresent() != secondValue.isPresent()) {
      throw new IllegalArgumentException(
          (firstValue.isPresent() ? second : first)
              + ": missing (expected: both "
              + first
              + " and "
              + second
              + ", or neither)");
    }
  }
}
