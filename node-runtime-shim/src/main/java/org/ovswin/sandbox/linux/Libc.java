package org.ovswin.sandbox.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.util.Optional;

/**
 * The C library's calls that this package makes, by JNA's direct mapping; section 2 of the manual.
 */
final class Libc {
  static final int O_RDONLY = 0;
  static final int O_CLOEXEC = 0x80000;
  static final int CLONE_NEWNET = 0x40000000;
  static final int MS_BIND = 0x1000;
  static final int MS_REC = 0x4000;
  static final int MS_SHARED = 0x100000;
  static final int MNT_DETACH = 2;
  static final int LOCK_EX = 2;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int AF_PACKET = 17;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final short POLLIN = 1;

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  static native int unshare(int flags) throws LastErrorException;

  static native int setns(int fd, int type) throws LastErrorException;

  static native int mount(String source, String target, String type, NativeLong flags, String data)
      throws LastErrorException;

  static native int umount2(String target, int flags) throws LastErrorException;

  static native int open(String path, int flags) throws LastErrorException;

  static native int flock(int fd, int operation) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

  static native int socket(int family, int type, int protocol) throws LastErrorException;

  static native int bind(int fd, byte[] address, int length) throws LastErrorException;

  static native int setsockopt(int fd, int level, int name, IntByReference value, int length)
      throws LastErrorException;

  static native int getsockopt(
      int fd, int level, int name, LongByReference value, IntByReference length)
      throws LastErrorException;

  static native NativeLong send(int fd, byte[] bytes, NativeLong length, int flags)
      throws LastErrorException;

  static native NativeLong recvfrom(
      int fd, byte[] buffer, NativeLong length, int flags, byte[] from, IntByReference fromLength)
      throws LastErrorException;

  static native int poll(byte[] pollfds, NativeLong count, int timeoutMillis)
      throws LastErrorException;

  static native int ioctl(int fd, NativeLong request, Pointer argument) throws LastErrorException;

  /** A call that returns the number that callers are interested in. */
  @FunctionalInterface
  interface Call {
    int run() throws LastErrorException;
  }

  /**
   * Makes a call, again if a signal interrupted it.
   *
   * @param asked for the exception's message
   */
  static int call(String asked, Call call) throws ErrnoException {
    while (true) {
      try {
        return call.run();
      } catch (LastErrorException e) {
        Errno errno = new Errno(e.getErrorCode());
        if (!errno.equals(Errno.EINTR)) {
          throw new ErrnoException(asked, errno, Optional.empty());
        }
      }
    }
  }

  /** Closes a descriptor; a failure to (EIO at worst) leaves nothing that could be done. */
  static void closeQuietly(int fd) {
    try {
      Libc.close(fd);
    } catch (LastErrorException e) {
      // The descriptor is released in any case (close(2), "Dealing with error returns").
    }
  }
}
