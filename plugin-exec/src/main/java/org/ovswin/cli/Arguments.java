package org.ovswin.cli;

import java.util.Optional;
import java.util.function.Function;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.NodeRecord;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How addresses, ranges and names are read from the command line: strictly. */
final class Arguments {
  private static final int IPV4_BLOCK_LENGTH = 24;
  private static final int IPV6_BLOCK_LENGTH = 64;

  private Arguments() {}

  /** Teaches a command and all below it the types of this project. */
  static void register(CommandLine command) {
    command
        .registerConverter(IpAddress.class, strict(IpAddress::parse))
        .registerConverter(IpPrefix.class, strict(IpPrefix::parse))
        .registerConverter(AddressRange.class, strict(AddressRange::parse));
  }

  /** The converter's message is the parser's. */
  static <T> ITypeConverter<T> strict(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  /** The range with these blocks, or with those of the family's usual size. */
  static ClusterRange range(IpPrefix prefix, Optional<Integer> blockLength) throws MisuseException {
    int length =
        blockLength.orElse(
            switch (Family.of(prefix)) {
              case IPV4 -> IPV4_BLOCK_LENGTH;
              case IPV6 -> IPV6_BLOCK_LENGTH;
            });
    try {
      return new ClusterRange(prefix, length);
    } catch (IllegalArgumentException e) {
      throw new MisuseException("--block-prefix-length: " + e.getMessage());
    }
  }

  static void requireNodeName(String name) throws MisuseException {
    try {
      NodeRecord.requireName(name);
    } catch (IllegalArgumentException e) {
      throw new MisuseException("--" + e.getMessage());
    }
  }
}
