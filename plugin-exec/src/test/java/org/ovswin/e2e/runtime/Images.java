package org.ovswin.e2e.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.ovswin.lab.Shell;

/**
 * Container images made on the spot, without a registry: one layer each, in an archive that both
 * podman and containerd read (OCI image specification 1.0, "Image Layout").
 *
 * <pre>
 *   oci-layout, index.json -> manifest -> configuration, layer (a tar of the root directory)
 * </pre>
 */
final class Images {
  /** A shell, ping and nc: Debian's busybox-static. */
  static final String BUSYBOX = "localhost/busybox:1";

  /** A process that does nothing, for the sandbox of a pod. */
  static final String PAUSE = "localhost/pause:1";

  private static final Path BUSYBOX_PROGRAM = Path.of("/bin/busybox");

  /** It ends when asked to: as process 1 it would otherwise ignore the signal. */
  private static final String PAUSE_SOURCE =
      """
      #include <signal.h>
      #include <unistd.h>
      static void end(int signal) { (void) signal; _exit(0); }
      int main(void) { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }
      """;

  private static final String OCI = "application/vnd.oci.image.";

  private final Shell shell;
  private final Path directory;

  /** Images that are written to this directory. */
  Images(Shell shell, Path directory) {
    this.shell = shell;
    this.directory = directory;
  }

  /** The archive of {@link #BUSYBOX}. */
  Path busybox() throws IOException {
    if (!Files.isExecutable(BUSYBOX_PROGRAM)) {
      throw new IOException(BUSYBOX_PROGRAM + ": not there (install busybox-static)");
    }
    Path root = Files.createDirectories(directory.resolve("busybox"));
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.copy(BUSYBOX_PROGRAM, bin.resolve("busybox"));
    for (String applet : new String[] {"sh", "cat", "echo", "ip", "nc", "ping", "sleep"}) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    // What runtimes write into or mount over.
    for (String there : new String[] {"dev", "etc", "proc", "sys", "tmp"}) {
      Files.createDirectories(root.resolve(there));
    }
    return archive("busybox", BUSYBOX, root, "/bin/sh");
  }

  /** The archive of {@link #PAUSE}. */
  Path pause() throws IOException {
    Path root = Files.createDirectories(directory.resolve("pause"));
    Path source = Files.writeString(directory.resolve("pause.c"), PAUSE_SOURCE);
    shell.run(
        "gcc", "-static", "-Os", "-s", "-o", root.resolve("pause").toString(), source.toString());
    return archive("pause", PAUSE, root, "/pause");
  }

  private Path archive(String name, String reference, Path root, String command)
      throws IOException {
    Path layout = directory.resolve(name + ".oci");
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    Path tar = directory.resolve(name + ".layer");
    tar(root, tar);
    Blob layer = blob(blobs, Files.readAllBytes(tar));
    Blob configuration =
        blob(
            blobs,
            """
            {"architecture": "%s", "os": "linux",
             "config": {"Env": ["PATH=/bin"], "Cmd": ["%s"]},
             "rootfs": {"type": "layers", "diff_ids": ["%s"]}}
            """
                .formatted(architecture(), command, layer.digest()));
    Blob manifest =
        blob(
            blobs,
            """
            {"schemaVersion": 2, "mediaType": "%smanifest.v1+json", "config": %s, "layers": [%s]}
            """
                .formatted(
                    OCI,
                    configuration.descriptor("config.v1+json", ""),
                    layer.descriptor("layer.v1.tar", "")));
    // containerd and podman each have an annotation for the image's name.
    String annotations =
        """
        , "annotations": {"io.containerd.image.name": "%1$s",
                          "org.opencontainers.image.ref.name": "%1$s"}
        """
            .formatted(reference);
    Files.writeString(
        layout.resolve("index.json"),
        "{\"schemaVersion\": 2, \"manifests\": [%s]}"
            .formatted(manifest.descriptor("manifest.v1+json", annotations)));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
    Path archive = directory.resolve(name + ".tar");
    tar(layout, archive);
    return archive;
  }

  private void tar(Path content, Path archive) {
    shell.run(
        "tar", "--owner=0", "--group=0", "-C", content.toString(), "-cf", archive.toString(), ".");
  }

  /** As Go and so the image specification name it. */
  private static String architecture() {
    String arch = System.getProperty("os.arch");
    return arch.equals("aarch64") ? "arm64" : arch;
  }

  private record Blob(String digest, int size) {
    String descriptor(String type, String annotations) {
      return "{\"mediaType\": \"%s%s\", \"digest\": \"%s\", \"size\": %d%s}"
          .formatted(OCI, type, digest, size, annotations);
    }
  }

  private static Blob blob(Path blobs, String text) {
    return blob(blobs, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Blob blob(Path blobs, byte[] content) {
    try {
      String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      Files.write(blobs.resolve(hex), content);
      return new Blob("sha256:" + hex, content.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
