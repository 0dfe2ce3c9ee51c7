package org.ovswin.sandbox.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs nft(8)'s language through its library, libnftables(3), in the namespace of the calling
 * thread. Safe for use by several threads; one runs at a time, as the library asks.
 */
final class Nftables {
  private static final String LIBRARY = "libnftables.so.1";
  private static final int NFT_CTX_DEFAULT = 0;

  /** The library's parser has global state. */
  private static final ReentrantLock LOCK = new ReentrantLock();

  private final Api api;

  private Nftables(Api api) {
    this.api = api;
  }

  /** The calls of nftables/libnftables.h. */
  private interface Api extends Library {
    Pointer nft_ctx_new(int flags);

    void nft_ctx_free(Pointer context);

    int nft_ctx_buffer_output(Pointer context);

    int nft_ctx_buffer_error(Pointer context);

    String nft_ctx_get_output_buffer(Pointer context);

    String nft_ctx_get_error_buffer(Pointer context);

    int nft_run_cmd_from_buffer(Pointer context, String commands);
  }

  /**
   * Loads the library.
   *
   * @throws IOException that names the package if it is not installed
   */
  static Nftables load() throws IOException {
    return load(LIBRARY);
  }

  static Nftables load(String library) throws IOException {
    try {
      return new Nftables(Native.load(library, Api.class));
    } catch (UnsatisfiedLinkError e) {
      throw new IOException(
          "%s cannot be loaded (expected: the package libnftables1 is installed)"
              .formatted(library),
          e);
    }
  }

  /**
   * Runs commands as one transaction: all of them take effect, or none.
   *
   * @return what they print
   * @throws RefusedException with the library's words
   */
  String run(String commands) throws IOException {
    LOCK.lock();
    try {
      // A context has its socket in the namespace of the thread that made it.
      Pointer context = api.nft_ctx_new(NFT_CTX_DEFAULT);
      if (context == null) {
        throw new IOException("nft_ctx_new: no context (expected: memory for one)");
      }
      try {
        if (api.nft_ctx_buffer_output(context) != 0 || api.nft_ctx_buffer_error(context) != 0) {
          throw new IOException("nft_ctx_buffer_output: no buffer (expected: memory for one)");
        }
        if (api.nft_run_cmd_from_buffer(context, commands) != 0) {
          throw new RefusedException(api.nft_ctx_get_error_buffer(context).strip());
        }
        return api.nft_ctx_get_output_buffer(context);
      } finally {
        api.nft_ctx_free(context);
      }
    } finally {
      LOCK.unlock();
    }
  }

  /** The library or the kernel refused the commands; nothing changed. */
  static final class RefusedException extends IOException {
    RefusedException(String words) {
      super(words);
    }

    /** Whether it was because this process may not. */
    boolean isPermission() {
      return String.valueOf(getMessage()).contains("Operation not permitted");
    }

    /** Whether something that the commands name is not there. */
    boolean isMissing() {
      return String.valueOf(getMessage()).contains("No such file or directory");
    }
  }
}
