package org.ovswin.ipam.block.etcd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority made by openssl for one test, and what it signs. */
record Certificates(Path directory) {

  /** A certificate and its key, both PEM. */
  record Pair(Path certificate, Path key) {}

  static Certificates create(Path directory) throws IOException {
    Files.createDirectories(directory);
    openssl(
        directory,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            + " -subj /CN=test-authority -keyout ca.key -out ca.pem");
    return new Certificates(directory);
  }

  Path authority() {
    return directory.resolve("ca.pem");
  }

  /** A certificate for servers and clients. */
  Pair sign(String name, String... alternativeNames) throws IOException {
    openssl(
        directory,
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN="
            + name
            + " -keyout "
            + name
            + ".key -out "
            + name
            + ".csr");
    Files.writeString(
        directory.resolve(name + ".ext"),
        "extendedKeyUsage=serverAuth,clientAuth\n"
            + (alternativeNames.length == 0
                ? ""
                : "subjectAltName=" + String.join(",", alternativeNames) + "\n"));
    openssl(
        directory,
        "x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial -in "
            + name
            + ".csr -extfile "
            + name
            + ".ext -out "
            + name
            + ".pem");
    return new Pair(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
  }

  private static void openssl(Path directory, String arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ", -1)));
    String _ = Commands.run(directory, command);
  }
}
