package org.ovswin.ipam.block.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The connection to one member. Each call waits at most {@link #CALL_TIMEOUT} and ends in an {@link
 * EtcdFault} otherwise. Thread-safe.
 *
 * <p>One jetcd client for each member, and not one for all: so a call knows which member it asks,
 * and one that is silent costs one call's time and not an operation's.
 */
final class EtcdSession implements AutoCloseable {
  /** An election takes 1 to 2 s; what takes longer is better asked of another member. */
  static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** Members refuse clients that ping more often than every 5 s. */
  private static final Duration KEEPALIVE = Duration.ofSeconds(6);

  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(3);

  /** A page of records, and the events of a burst, with room to spare. */
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private static final int MAX_PASSWORD_BYTES = 1024;

  private final URI endpoint;
  private final EtcdOptions options;
  private final Client client;

  private EtcdSession(URI endpoint, EtcdOptions options, Client client) {
    this.endpoint = endpoint;
    this.options = options;
    this.client = client;
  }

  /** Reads the files of the options; connects with the first call. */
  static EtcdSession open(URI endpoint, EtcdOptions options, ExecutorService executor)
      throws EtcdFault {
    ClientBuilder builder =
        Client.builder()
            .endpoints(endpoint)
            .executorService(executor)
            .connectTimeout(CONNECT_TIMEOUT)
            .keepaliveTime(KEEPALIVE)
            .keepaliveTimeout(KEEPALIVE_TIMEOUT)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            // Else a call to a port that refuses waits for its deadline.
            .waitForReady(false)
            // One more, for a token that has expired; the rest is decided above.
            .retryMaxAttempts(1)
            .retryDelay(20)
            .retryMaxDelay(50)
            .interceptor(new Deadline());
    if (EtcdOptions.isTls(endpoint)) {
      withTls(builder, options);
    }
    if (options.user().isPresent() && options.passwordFile().isPresent()) {
      builder
          .user(Keys.bytes(options.user().get()))
          .password(ByteSequence.from(password(options.passwordFile().get())));
    }
    return new EtcdSession(endpoint, options, builder.build());
  }

  URI endpoint() {
    return endpoint;
  }

  GetResponse get(ByteSequence key, GetOption option) throws IOException {
    return await(client.getKVClient().get(key, option));
  }

  TxnResponse commit(List<Cmp> conditions, List<Op> then, List<Op> otherwise) throws IOException {
    return await(
        client
            .getKVClient()
            .txn()
            .If(conditions.toArray(new Cmp[0]))
            .Then(then.toArray(new Op[0]))
            .Else(otherwise.toArray(new Op[0]))
            .commit());
  }

  /** A lease that ends by itself. */
  long lease(Duration life) throws IOException {
    return await(client.getLeaseClient().grant(life.toSeconds())).getID();
  }

  Watch.Watcher watch(ByteSequence key, WatchOption option, Watch.Listener listener) {
    return client.getWatchClient().watch(key, option, listener);
  }

  /** The fault that this is, for one that a listener was told of. */
  EtcdFault fault(Throwable cause) {
    return EtcdFault.of(endpoint, options, cause);
  }

  @Override
  public void close() {
    client.close();
  }

  private <T> T await(CompletableFuture<T> answer) throws IOException {
    try {
      // The call has its deadline; this one is for a retry after it, and for whatever hangs.
      return answer.get(2 * CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw fault(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw fault(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + endpoint);
    }
  }

  private static void withTls(ClientBuilder builder, EtcdOptions options) throws EtcdFault {
    try {
      builder.sslContext(
          tls -> {
            options.caFile().ifPresent(file -> tls.trustManager(file.toFile()));
            if (options.certFile().isPresent() && options.keyFile().isPresent()) {
              tls.keyManager(options.certFile().get().toFile(), options.keyFile().get().toFile());
            }
          });
    } catch (IOException | IllegalArgumentException e) {
      throw EtcdFault.unusable(
          "caFile, certFile or keyFile",
          List.of(options.caFile(), options.certFile(), options.keyFile()).stream()
              .flatMap(Optional::stream)
              .toList()
              .toString(),
          e);
    }
  }

  private static byte[] password(Path file) throws EtcdFault {
    try {
      byte[] content = Files.readAllBytes(file);
      int length = content.length;
      while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
        length--;
      }
      if (length == 0 || length > MAX_PASSWORD_BYTES) {
        throw new IOException(
            length + " bytes (expected: a password of 1 to " + MAX_PASSWORD_BYTES + ")");
      }
      return java.util.Arrays.copyOf(content, length);
    } catch (IOException e) {
      throw EtcdFault.unusable("passwordFile", file.toString(), e);
    }
  }

  /** Ends unary calls in time; a watch has none. */
  private static final class Deadline implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions call, Channel next) {
      return next.newCall(
          method,
          method.getType() == MethodDescriptor.MethodType.UNARY
              ? call.withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              : call);
    }
  }
}
