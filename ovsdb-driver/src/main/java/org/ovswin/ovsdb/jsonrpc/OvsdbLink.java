package org.ovswin.ovsdb.jsonrpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection: bytes to messages and back. It reports to {@link Events} on its event loop and
 * decides nothing itself.
 *
 * <p>It stops reading while more than {@link #MAX_UNHANDLED_BYTES} of messages wait for their
 * handler, so that the kernel's buffers hold the server back instead of our heap.
 */
final class OvsdbLink {

  /** Bytes of messages reported and not yet {@link #handled} before reading stops. */
  static final int MAX_UNHANDLED_BYTES = 16 << 20;

  /** What happens to a link; each call names the link, as an older one may still report. */
  interface Events {
    /** It stands, the TLS handshake included. */
    void opened(OvsdbLink link);

    /**
     * @param bytes to be given to {@link OvsdbLink#handled} when the message is done with
     */
    void received(OvsdbLink link, JsonRpcMessage message, int bytes);

    /** It went, or could not be made: the last report, exactly once. */
    void closed(OvsdbLink link, String reason);
  }

  private final SessionOptions options;
  private final Events events;
  private final AtomicInteger unhandledBytes = new AtomicInteger();
  private final AtomicReference<@Nullable String> closeReason = new AtomicReference<>();
  private final AtomicBoolean reportedClosed = new AtomicBoolean();
  private final ChannelFuture connecting;
  private volatile long receivedAt = System.nanoTime();

  private OvsdbLink(SessionOptions options, EventLoopGroup group, Events events) {
    this.options = options;
    this.events = events;
    SslContext[] tls = options.tls().map(OvsdbLink::sslContext).stream().toArray(SslContext[]::new);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(
                options.address() instanceof OvsdbAddress.Unix
                    ? NioDomainSocketChannel.class
                    : NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    for (SslContext context : tls) {
                      channel.pipeline().addLast(sslHandler(context, channel));
                    }
                    JsonFramer framer = new JsonFramer(options.maxMessageBytes());
                    channel.pipeline().addLast(new ReceiptClock(), framer, new Reporter(framer));
                  }
                });
    if (!(options.address() instanceof OvsdbAddress.Unix)) {
      bootstrap.option(ChannelOption.TCP_NODELAY, true);
    }
    connecting = bootstrap.connect(socketAddress(options.address()));
    connecting.addListener(
        done -> {
          if (done.cause() != null) {
            closed(reason(done.cause()));
          }
        });
    // After what is on the event loop now: TLS closes before it reports why.
    Channel channel = connecting.channel();
    channel
        .closeFuture()
        .addListener(_ -> channel.eventLoop().execute(() -> closed("closed by the server")));
  }

  /** Begins to connect; the outcome comes to {@code events}. */
  static OvsdbLink connect(SessionOptions options, EventLoopGroup group, Events events) {
    return new OvsdbLink(options, group, events);
  }

  /** When the last bytes came, in {@link System#nanoTime()}. Not reading is not their silence. */
  long receivedAt() {
    return connecting.channel().config().isAutoRead() ? receivedAt : System.nanoTime();
  }

  /** Sends, in the order of the calls. */
  void send(JsonRpcMessage message) {
    try {
      byte[] bytes = Json.MAPPER.writeValueAsBytes(message.json());
      Channel channel = connecting.channel();
      // A write that fails closes the channel, and that is reported.
      var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes), channel.voidPromise());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A message of this size is done with. */
  void handled(int bytes) {
    if (unhandledBytes.addAndGet(-bytes) <= MAX_UNHANDLED_BYTES / 2) {
      connecting.channel().config().setAutoRead(true);
    }
  }

  /** Ends it; {@link Events#closed} follows with this reason unless another was first. */
  void close(String reason) {
    closeReason.compareAndSet(null, reason);
    var _ = connecting.channel().close();
  }

  private void closed(String reason) {
    if (reportedClosed.compareAndSet(false, true)) {
      String first = closeReason.get();
      events.closed(this, first == null ? reason : first);
    }
  }

  private static SocketAddress socketAddress(OvsdbAddress address) {
    return switch (address) {
      case OvsdbAddress.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      case OvsdbAddress.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
      case OvsdbAddress.Ssl ssl -> new InetSocketAddress(ssl.host(), ssl.port());
    };
  }

  /**
   * Trusts the given authority alone. Names are not compared: the certificates of ovs-pki(8) name
   * no hosts, and Open vSwitch itself checks the authority only.
   *
   * @throws IllegalArgumentException when a file cannot be read or is not what it should be
   */
  static SslContext sslContext(TlsFiles files) {
    try {
      return SslContextBuilder.forClient()
          .trustManager(files.caCertificate().toFile())
          .keyManager(files.certificate().toFile(), files.privateKey().toFile())
          .endpointIdentificationAlgorithm(null)
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          files + ": " + e.getMessage() + " (expected: readable PEM files, the key as PKCS#8)", e);
    }
  }

  private SslHandler sslHandler(SslContext context, Channel channel) {
    SslHandler handler = context.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(options.connectDeadline().toMillis());
    return handler;
  }

  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && !(root instanceof MalformedInput)) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null ? root.getClass().getSimpleName() : message;
  }

  /** Notes the time of each read, before a message is complete: a long one is no silence. */
  private final class ReceiptClock extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      receivedAt = System.nanoTime();
      ctx.fireChannelRead(message);
    }
  }

  /** Parses each frame and reports it. */
  private final class Reporter extends SimpleChannelInboundHandler<ByteBuf> {
    private final JsonFramer framer;

    Reporter(JsonFramer framer) {
      this.framer = framer;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (options.tls().isEmpty()) {
        events.opened(OvsdbLink.this);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          events.opened(OvsdbLink.this);
        } else {
          closeReason.compareAndSet(null, "TLS: " + reason(handshake.cause()));
        }
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      int bytes = frame.readableBytes();
      JsonRpcMessage message;
      try (InputStream in = new ByteBufInputStream(frame)) {
        message = JsonRpcMessage.of(Json.MAPPER.readTree(in));
      } catch (IOException | IllegalArgumentException e) {
        throw new MalformedInput(
            framer.consumed() - bytes,
            e instanceof JsonProcessingException json ? json.getOriginalMessage() : reason(e));
      }
      if (unhandledBytes.addAndGet(bytes) > MAX_UNHANDLED_BYTES) {
        ctx.channel().config().setAutoRead(false);
      }
      events.received(OvsdbLink.this, message, bytes);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      closeReason.compareAndSet(null, reason(cause));
      var _ = ctx.close();
    }
  }
}
