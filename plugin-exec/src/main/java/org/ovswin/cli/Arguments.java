package org.ovswin.cli;

import java.util.function.Function;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How addresses, ranges and names are read from the command line: strictly. */
final class Arguments {
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
}
