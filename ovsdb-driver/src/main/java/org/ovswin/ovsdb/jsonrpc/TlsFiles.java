package org.ovswin.ovsdb.jsonrpc;

import java.nio.file.Path;

/**
 * The PEM files of a TLS client, as {@code ovs-vsctl --ca-cert --certificate --private-key} takes
 * them: the authority that the server's certificate must come from, and our own certificate with
 * its PKCS#8 key.
 */
public record TlsFiles(Path caCertificate, Path certificate, Path privateKey) {}
