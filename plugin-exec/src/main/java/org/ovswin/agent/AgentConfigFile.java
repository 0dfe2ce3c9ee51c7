package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;

/**
 * Reads {@link AgentConfig} from YAML; an unknown key or a wrong value is an error that names it.
 */
public final class AgentConfigFile {

  /** Far more than any configuration; a wrong path to a large file must not fill the memory. */
  private static final long MAX_BYTES = 64 * 1024;

  /** Of a value that has another form than expected. */
  private static final int MAX_SHOWN = 60;

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
                  .addDeserializer(Ipv6Address.class, text(Ipv6Address.class, Ipv6Address::parse))
                  .addDeserializer(
                      AddressRange.class, text(AddressRange.class, AddressRange::parse))
                  .addDeserializer(Duration.class, text(Duration.class, DurationText::parse))
                  .addDeserializer(Path.class, text(Path.class, AgentConfigFile::absolutePath)))
          .build();

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
    } catch (AccessDeniedException e) {
      throw new InvalidConfigException(
          file + ": permission denied (expected: a file that this user may read)");
    } catch (CharacterCodingException e) {
      throw new InvalidConfigException(file + ": not text (expected: YAML in UTF-8)");
    } catch (InvalidConfigException e) {
      throw new InvalidConfigException(file + ": " + e.getMessage());
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": " + e.getMessage());
    }
  }

  /** Reads a configuration's text. */
  static AgentConfig parse(String text) throws InvalidConfigException {
    JsonNode document = document(text);
    requireKnownKeys(document, AgentConfig.class, "");
    try {
      return YAML.treeToValue(document, AgentConfig.class);
    } catch (JsonMappingException e) {
      throw new InvalidConfigException(explain(e, document));
    } catch (JsonProcessingException e) {
      throw new InvalidConfigException(oneLine(e));
    }
  }

  private static JsonNode document(String text) throws InvalidConfigException {
    JsonNode document;
    try {
      document = YAML.readTree(text);
    } catch (MismatchedInputException e) {
      throw new InvalidConfigException("several documents (expected: one)" + location(e));
    } catch (JsonProcessingException e) {
      throw new InvalidConfigException("not YAML: " + oneLine(e) + location(e));
    }
    if (document.isMissingNode() || (document.isValueNode() && document.asText("").isBlank())) {
      throw new InvalidConfigException("empty (expected: the keys node, cluster, …)");
    }
    if (!document.isObject()) {
      throw new InvalidConfigException(shown(document) + " (expected: the keys node, cluster, …)");
    }
    return document;
  }

  /** First of all: a key that is misspelt is also missing, and this tells more. */
  private static void requireKnownKeys(JsonNode section, Type type, String path)
      throws InvalidConfigException {
    if (section.isArray() && type instanceof ParameterizedType list) {
      for (JsonNode element : section) {
        requireKnownKeys(element, list.getActualTypeArguments()[0], path);
      }
      return;
    }
    Map<String, Type> known = keys(type);
    for (Map.Entry<String, JsonNode> entry : section.properties()) {
      Type valueType = known.get(entry.getKey());
      String key = path + entry.getKey();
      if (valueType == null) {
        throw new InvalidConfigException(
            key + ": unknown key (expected one of: " + String.join(", ", known.keySet()) + ")");
      }
      requireKnownKeys(entry.getValue(), valueType, key + ".");
    }
  }

  /** The keys of a section with the types of their values; none where it is no section. */
  private static Map<String, Type> keys(Type type) {
    Map<String, Type> keys = new TreeMap<>();
    if (!(type instanceof Class<?> section)) {
      return keys;
    }
    for (Method creator : section.getDeclaredMethods()) {
      if (creator.isAnnotationPresent(JsonCreator.class)) {
        for (Parameter parameter : creator.getParameters()) {
          JsonProperty key = parameter.getAnnotation(JsonProperty.class);
          if (key != null) {
            keys.put(key.value(), parameter.getParameterizedType());
          }
        }
      }
    }
    return keys;
  }

  private static String explain(JsonMappingException e, JsonNode document) {
    Throwable cause = e.getCause();
    if (cause instanceof Fields.InvalidValue) {
      return String.valueOf(cause.getMessage());
    }
    String path = path(e);
    if (cause instanceof IllegalArgumentException) {
      return path + ": " + cause.getMessage();
    }
    JsonNode value = document.at(pointer(e));
    return value.isMissingNode()
        ? path + ": missing (expected: a value)"
        : path + ": " + shown(value) + " (expected: " + expectation(e) + ")";
  }

  private static String expectation(JsonMappingException e) {
    Class<?> type = e instanceof MismatchedInputException m ? m.getTargetType() : null;
    if (type == null || Number.class.isAssignableFrom(type)) {
      return "a whole number";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    return type.isRecord() || type.isInterface() ? "a section with keys" : "text";
  }

  private static String shown(JsonNode value) {
    String text = value.isValueNode() ? value.asText() : value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  /** The parser's words, without the excerpt that it draws below them. */
  private static String oneLine(JsonProcessingException e) {
    return e.getOriginalMessage()
        .lines()
        .filter(line -> !line.isEmpty() && !Character.isWhitespace(line.charAt(0)))
        .collect(Collectors.joining(", "));
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> "/" + (step.getFieldName() == null ? step.getIndex() : step.getFieldName()))
        .collect(Collectors.joining());
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
          String reason = String.valueOf(e.getMessage());
          String whole = reason.startsWith(text) ? reason : text + ": " + reason;
          throw JsonMappingException.from(parser, whole, new IllegalArgumentException(whole, e));
        }
      }
    };
  }
}
