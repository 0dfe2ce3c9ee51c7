package org.ovswin.agent.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** How the records of this package are written as JSON, and what is asked. */
final class AdminProtocol {
  static final String HEALTH = "health";
  static final String RELEASE = "ipam.release";
  static final String RESERVE = "ipam.reserve";
  static final String UNRESERVE = "ipam.unreserve";
  static final String GC = "ipam.gc";
  static final String BLOCK_ADD = "ipam.block.add";
  static final String BLOCK_RELEASE = "ipam.block.release";

  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // What this version does not know, the other side may have meant to matter.
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addModule(
              new SimpleModule()
                  .addSerializer(IpAddress.class, new ToStringSerializer(IpAddress.class))
                  .addSerializer(IpPrefix.class, new ToStringSerializer(IpPrefix.class))
                  .addSerializer(AddressRange.class, new ToStringSerializer(AddressRange.class))
                  .addSerializer(Instant.class, new ToStringSerializer(Instant.class))
                  .addSerializer(new OptionalSerializer())
                  .addDeserializer(IpAddress.class, text(IpAddress.class, IpAddress::parse))
                  .addDeserializer(IpPrefix.class, text(IpPrefix.class, IpPrefix::parse))
                  .addDeserializer(
                      AddressRange.class, text(AddressRange.class, AddressRange::parse))
                  .addDeserializer(Instant.class, text(Instant.class, Instant::parse))
                  .addDeserializer(Optional.class, new OptionalDeserializer()))
          .build();

  private AdminProtocol() {}

  /** What is asked; the parameters are one of the records below. */
  record Request(String method, JsonNode params) {}

  record NoParams() {}

  record ReleaseParams(IpAddress address, Force force) {}

  record ReserveParams(AddressRange range, String reason) {}

  record UnreserveParams(AddressRange range) {}

  record GcParams(GcMode mode) {}

  record BlockAddParams(Family family) {}

  record BlockReleaseParams(IpPrefix block) {}

  /** The answer, where it is a refusal. */
  record Refusal(String message) {}

  private static <T> FromStringDeserializer<T> text(Class<T> type, Function<String, T> parse) {
    return new FromStringDeserializer<>(type) {
      private static final long serialVersionUID = 1;

      @Override
      protected T _deserialize(String value, DeserializationContext context) {
        return parse.apply(value);
      }
    };
  }

  /** The value, or null where there is none. */
  private static final class OptionalSerializer extends StdSerializer<Optional<?>> {
    private static final long serialVersionUID = 1;

    OptionalSerializer() {
      super(Optional.class, false);
    }

    @Override
    public void serialize(
        Optional<?> value, JsonGenerator generator, SerializerProvider serializers)
        throws IOException {
      if (value.isPresent()) {
        serializers.defaultSerializeValue(value.get(), generator);
      } else {
        generator.writeNull();
      }
    }
  }

  private static final class OptionalDeserializer extends JsonDeserializer<Optional<?>>
      implements ContextualDeserializer {
    private final @Nullable JavaType content;

    OptionalDeserializer() {
      this(null);
    }

    private OptionalDeserializer(@Nullable JavaType content) {
      this.content = content;
    }

    @Override
    public JsonDeserializer<?> createContextual(
        DeserializationContext context, @Nullable BeanProperty property) {
      return new OptionalDeserializer(context.getContextualType().containedType(0));
    }

    @Override
    public Optional<?> deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return Optional.of(context.<Object>readValue(parser, content));
    }

    @Override
    public Optional<?> getNullValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
