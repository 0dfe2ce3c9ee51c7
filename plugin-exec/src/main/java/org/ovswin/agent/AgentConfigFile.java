package org.ovswin.agent;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * Reads {@link AgentConfig} from YAML; an unknown key or a wrong value is an error that names it.
 */
public final class AgentConfigFile {

  /** Far more than any configuration; a wrong path to a large file must not fill the memory. */
  private static final long MAX_BYTES = 64 * 1024;

  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addModule(
              new SimpleModule()
                  .addDeserializer(IpPrefix.class, text(IpPrefix.class, IpPrefix::parse))
                  .addDeserializer(Ipv4Address.class, text(Ipv4Address.class, Ipv4Address::parse))
                  .addDeserializer(Path.class, text(Path.class, AgentConfigFile::absolutePath)))
          .build();

  private static final Pattern FOUND = Pattern.compile("from (\\w+) value");

  private AgentConfigFile() {}

  /**
   * Reads one configuration file.
   *
   * @throws InvalidConfigException with file, key, value and expectation
   */
  public static AgentConfig read(Path file) throws InvalidConfigException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new InvalidConfigException(
            file + ": " + Files.size(file) + " bytes (expected: at most " + MAX_BYTES + ")");
      }
      return parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new InvalidConfigException(
          file + ": no such file (expected: the agent's configuration; see docs/configuration.md)");
    } catch (InvalidConfigException e) {
      throw new InvalidConfigException(file + ": " + e.getMessage());
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": " + e.getMessage());
    }
  }

  /** Reads a configuration's text. */
  static AgentConfig parse(String text) throws InvalidConfigException {
    try {
      AgentConfig config = YAML.readValue(text, AgentConfig.class);
      if (config == null) {
        throw new InvalidConfigException("empty (expected: the keys node, cluster, …)");
      }
      return config;
    } catch (UnrecognizedPropertyException e) {
      throw new InvalidConfigException(
          path(e) + ": unknown key (expected one of: " + known(e.getKnownPropertyIds()) + ")");
    } catch (MismatchedInputException e) {
      throw new InvalidConfigException(mismatch(e));
    } catch (JsonMappingException e) {
      throw new InvalidConfigException(explain(e));
    } catch (JsonProcessingException e) {
      throw new InvalidConfigException("not YAML: " + e.getOriginalMessage() + location(e));
    }
  }

  /** What is there is of another kind than what is expected, or nothing is. */
  private static String mismatch(MismatchedInputException e) {
    String message = e.getOriginalMessage();
    if (message.startsWith("No content")) {
      return "empty (expected: the keys node, cluster, …)";
    }
    if (message.startsWith("Missing required")) {
      return path(e) + ": missing (expected: a value)" + location(e);
    }
    Matcher found = FOUND.matcher(message);
    String value =
        e instanceof InvalidFormatException format
            ? String.valueOf(format.getValue())
            : found.find() ? found.group(1).toLowerCase(Locale.ROOT) : "a value of another kind";
    return "%s: %s (expected: %s)%s"
        .formatted(
            path(e).isEmpty() ? "the file" : path(e), value, kind(e.getTargetType()), location(e));
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == Integer.class || type == int.class) {
      return "a whole number";
    }
    return type == String.class ? "text" : "a section with keys";
  }

  private static String explain(JsonMappingException e) {
    Throwable cause = e.getCause();
    if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
      String path = path(e);
      String message = cause.getMessage();
      String leaf = path.substring(path.lastIndexOf('.') + 1);
      boolean named =
          message.matches("[a-z]+(\\.[a-zA-Z]+)?: .*") || message.startsWith(leaf + ":");
      return path.isEmpty() || named ? message : path + ": " + message;
    }
    return (path(e).isEmpty() ? "" : path(e) + ": ") + e.getOriginalMessage() + location(e);
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(reference -> String.valueOf(reference.getFieldName()))
        .collect(Collectors.joining("."));
  }

  private static String known(Collection<Object> ids) {
    return ids.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String location(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  private static Path absolutePath(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(text + " (expected: an absolute path)");
    }
    return path;
  }

  private static <T> StdScalarDeserializer<T> text(Class<T> type, Function<String, T> parse) {
    return new StdScalarDeserializer<>(type) {
      private static final long serialVersionUID = 1;

      @Override
      public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        String text = parser.getText();
        try {
          return parse.apply(text);
        } catch (IllegalArgumentException e) {
          throw JsonMappingException.from(parser, String.valueOf(e.getMessage()), e);
        }
      }
    };
  }
}
