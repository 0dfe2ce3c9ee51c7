package org.ovswin.sandbox.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network namespace of this host (network_namespaces(7)), held open by a file descriptor. Named
 * ones are kept as iproute2 keeps them, so that {@code ip netns} lists and deletes ours.
 *
 * <p>Safe for use by several threads. A namespace lives as long as a name, a process, a socket or
 * an open instance of this class refers to it.
 */
public final class Netns implements AutoCloseable {
  /** Where named namespaces are, as in ip-netns(8). */
  public static final Path NAMED = Path.of("/run/netns");

  private static final Logger LOG = LoggerFactory.getLogger(Netns.class);
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^/\\s\\x00]{1,255}");

  /** _IO(0xb7, 3), ioctl_nsfs(2). */
  private static final NativeLong NS_GET_NSTYPE = new NativeLong(0xb703);

  private static final int NETLINK_ROUTE = 0;
  private static final int SOL_SOCKET = 1;
  private static final int SO_NETNS_COOKIE = 71;

  private static final Path OF_PROCESS = Path.of("/proc/self/ns/net");
  private static final Path OF_THREAD = Path.of("/proc/thread-self/ns/net");

  private final Path path;
  private final int fd;
  private final AtomicBoolean open = new AtomicBoolean(true);

  private Netns(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** What to do inside a namespace. */
  @FunctionalInterface
  public interface Body<T, X extends Exception> {
    T run() throws X;
  }

  /** What to do inside a namespace, without a result. */
  @FunctionalInterface
  public interface Action<X extends Exception> {
    void run() throws X;
  }

  /**
   * Makes a named namespace with its loopback interface up, as {@code ip netns add} does but for
   * the loopback.
   *
   * @return its path
   * @throws FileAlreadyExistsException if the name is taken
   * @throws ErrnoException EPERM without CAP_SYS_ADMIN
   */
  public static Path create(String name) throws IOException {
    Path path = path(name);
    makeSharedMountPoint();
    Files.createFile(path);
    try {
      // The thread ends with the namespace it unshared; the bind mount keeps it alive.
      onThread(
          "netns-create",
          () -> {
            Libc.call("unshare a network namespace", () -> Libc.unshare(Libc.CLONE_NEWNET));
            try (Rtnetlink links = Rtnetlink.open()) {
              links.setUp(Rtnetlink.LOOPBACK_INDEX);
            }
            mount(OF_THREAD.toString(), path, Libc.MS_BIND);
            return path;
          });
    } catch (IOException | RuntimeException e) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    return path;
  }

  /** Removes a namespace's name; idempotent. The namespace itself goes with its last user. */
  public static void delete(String name) throws IOException {
    Path path = path(name);
    if (!Files.exists(path)) {
      return;
    }
    try {
      Libc.call("unmount " + path, () -> Libc.umount2(path.toString(), Libc.MNT_DETACH));
    } catch (ErrnoException e) {
      // Not mounted: a create that was killed in the middle left the bare file.
      if (!e.errno().equals(Errno.EINVAL) && !e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
    }
    Files.deleteIfExists(path);
  }

  /**
   * Where the namespace of this name is, or would be.
   *
   * @throws IllegalArgumentException if it cannot be a name
   */
  public static Path path(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "namespace name: '%s' (expected: a file name without white space)".formatted(name));
    }
    return NAMED.resolve(name);
  }

  /** The names of all named namespaces. */
  public static Set<String> names() throws IOException {
    if (!Files.isDirectory(NAMED)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(NAMED)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /**
   * Opens a namespace by a path such as {@code /run/netns/x} or {@code /proc/42/ns/net}.
   *
   * @throws MissingNetnsException if there is nothing at the path
   * @throws NotNetnsException if what is there is not a network namespace
   */
  public static Netns open(Path path) throws IOException {
    int fd;
    try {
      fd =
          Libc.call(
              "open " + path, () -> Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        throw new MissingNetnsException(path);
      }
      throw e;
    }
    try {
      if (Libc.ioctl(fd, NS_GET_NSTYPE, Pointer.NULL) == Libc.CLONE_NEWNET) {
        return new Netns(path, fd);
      }
    } catch (LastErrorException e) {
      // ENOTTY: not a file of nsfs at all.
    }
    Libc.closeQuietly(fd);
    throw new NotNetnsException(path);
  }

  /** Whether this is the namespace of this process, by whatever path it was opened. */
  boolean isOwn() throws IOException {
    return inode().equals(Files.getAttribute(OF_PROCESS, "unix:ino"));
  }

  /** The namespace of the calling thread. */
  static Netns ofThread() throws IOException {
    return open(OF_THREAD);
  }

  /** Whether this is the namespace at a path; not if there is none. */
  boolean isAt(Path other) throws IOException {
    try (Netns there = open(other)) {
      return inode().equals(there.inode());
    } catch (MissingNetnsException | NotNetnsException e) {
      return false;
    }
  }

  private Object inode() throws IOException {
    // Followed, it leads to a file of nsfs; its number is the namespace's identity.
    return Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:ino");
  }

  /**
   * The number that the kernel gave to this namespace and will give to no other (SO_NETNS_COOKIE);
   * empty before Linux 5.14.
   */
  OptionalLong cookie() throws IOException {
    return call(
        () -> {
          int socket =
              Libc.call(
                  "open a socket in " + path,
                  () ->
                      Libc.socket(
                          Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NETLINK_ROUTE));
          try {
            LongByReference cookie = new LongByReference();
            Libc.getsockopt(
                socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie, new IntByReference(Long.BYTES));
            return OptionalLong.of(cookie.getValue());
          } catch (LastErrorException e) {
            return OptionalLong.empty();
          } finally {
            Libc.closeQuietly(socket);
          }
        });
  }

  /** The namespace of this process, whatever namespace the calling thread is in. */
  public static Netns own() throws IOException {
    return open(OF_PROCESS);
  }

  /**
   * Runs {@code body} inside the namespace at {@code path}: on the calling thread, or for a virtual
   * one on a thread made for it. Sockets that it opens and processes that it starts belong to the
   * namespace for good.
   *
   * @throws X what {@code body} throws
   * @throws MissingNetnsException if there is nothing at the path
   * @throws NotNetnsException if what is there is not a network namespace
   * @throws ErrnoException EPERM without CAP_SYS_ADMIN
   */
  public static <T, X extends Exception> T call(Path path, Body<T, X> body) throws IOException, X {
    try (Netns netns = open(path)) {
      return netns.call(body);
    }
  }

  /** As {@link #call(Path, Body)}, without a result. */
  public static <X extends Exception> void run(Path path, Action<X> action) throws IOException, X {
    try (Netns netns = open(path)) {
      netns.run(action);
    }
  }

  /** As {@link #call(Path, Body)}, in this namespace. */
  public <T, X extends Exception> T call(Body<T, X> body) throws IOException, X {
    if (!Thread.currentThread().isVirtual()) {
      return inPlace(body);
    }
    // A virtual thread may go on on another thread of the system at any moment.
    return onThread("netns-" + path.getFileName(), () -> inPlace(body));
  }

  /** On the calling thread, which is back where it was when this returns. */
  private <T, X extends Exception> T inPlace(Body<T, X> body) throws IOException, X {
    try (Netns before = ofThread()) {
      Libc.call("enter " + path, () -> Libc.setns(fd, Libc.CLONE_NEWNET));
      try {
        return body.run();
      } finally {
        before.enterOrEnd();
      }
    }
  }

  /** A thread that stayed behind would make the host's devices in a pod. */
  private void enterOrEnd() {
    try {
      Libc.call("return to " + path, () -> Libc.setns(fd, Libc.CLONE_NEWNET));
    } catch (ErrnoException e) {
      LOG.error("this process ends: {}", e.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  /** As {@link #call(Path, Body)}, in this namespace, without a result. */
  public <X extends Exception> void run(Action<X> action) throws IOException, X {
    this.<Boolean, X>call(
        () -> {
          action.run();
          return Boolean.TRUE;
        });
  }

  /** The path that this was opened by. */
  public Path path() {
    return path;
  }

  /** The descriptor, for IFLA_NET_NS_FD and the like; valid until {@link #close}. */
  int fd() {
    return fd;
  }

  @Override
  public void close() {
    // A second close would hit whatever file has the number by then.
    if (open.compareAndSet(true, false)) {
      Libc.closeQuietly(fd);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /**
   * Makes /run/netns a shared mount point, as iproute2 does, so that a namespace mounted in one
   * mount namespace is seen, and can be unmounted, in all.
   */
  private static void makeSharedMountPoint() throws IOException {
    Files.createDirectories(NAMED);
    int lock =
        Libc.call(
            "open " + NAMED, () -> Libc.open(NAMED.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC));
    try {
      // iproute2 takes the same lock: two first users would mount one over the other.
      Libc.call("lock " + NAMED, () -> Libc.flock(lock, Libc.LOCK_EX));
      try {
        mount("none", NAMED, Libc.MS_SHARED | Libc.MS_REC);
      } catch (ErrnoException e) {
        if (!e.errno().equals(Errno.EINVAL)) {
          throw e;
        }
        // Not a mount point yet.
        mount(NAMED.toString(), NAMED, Libc.MS_BIND | Libc.MS_REC);
        mount("none", NAMED, Libc.MS_SHARED | Libc.MS_REC);
      }
    } finally {
      Libc.closeQuietly(lock);
    }
  }

  private static void mount(String source, Path target, long flags) throws ErrnoException {
    Libc.call(
        "mount %s on %s".formatted(source, target),
        () -> Libc.mount(source, target.toString(), "none", new NativeLong(flags), ""));
  }

  /**
   * Runs {@code body} on a thread of its own and waits for it, also when interrupted: the thread is
   * then interrupted too, and the caller's interrupt is kept.
   */
  private static <T> T onThread(String name, Body<T, ? extends Exception> body) throws IOException {
    FutureTask<T> task = new FutureTask<>(body::run);
    Thread thread = Thread.ofPlatform().name(name).daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          thread.interrupt();
        } catch (ExecutionException e) {
          Netns.<RuntimeException>throwAsIs(Objects.requireNonNull(e.getCause()));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Throws what a body threw, which its declaration allows although the compiler cannot see it. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void throwAsIs(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
