package dev.glimpse.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file: {@code {"name": {"dtype": "F32", "shape": [2, 3],
 * "data_offsets": [0, 24]}, "__metadata__": {"key": "text"}}}.
 *
 * @param metadata free text by key
 * @param tensors by name, in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, TensorInfo> tensors) {
  private static final String METADATA = "__metadata__";

  /** Far more than any model has; more are meant to fill the memory. */
  private static final int MOST_TENSORS = 100_000;

  private static final int MOST_AXES = 64;

  SafetensorsHeader {
    metadata = Collections.unmodifiableMap(metadata);
    tensors = Collections.unmodifiableMap(tensors);
  }

  /** A header that is JSON but breaks the format's rules; the reader adds the file's name. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String problem) {
      super(problem);
    }
  }

  /** Lays {@code tensors} out one after the other, in their order. */
  static SafetensorsHeader of(Map<String, String> metadata, List<NamedTensor> tensors) {
    var infos = new LinkedHashMap<String, TensorInfo>();
    long offset = 0;
    for (NamedTensor tensor : tensors) {
      String name = tensor.name();
      long bytes = tensor.data().remaining();
      var info = new TensorInfo(name, tensor.type(), tensor.shape(), offset, bytes);
      if (name.equals(METADATA) || infos.put(name, info) != null) {
        throw new IllegalArgumentException("tensor name reserved or used twice: " + name);
      }
      offset += bytes;
    }
    return new SafetensorsHeader(metadata, infos);
  }

  /** Bytes of the data section. */
  long dataBytes() {
    return tensors.values().stream().mapToLong(t -> t.offset() + t.bytes()).max().orElse(0);
  }

  String toJson() {
    var text = new StringWriter();
    try (var json = new JsonWriter(text)) {
      json.beginObject();
      json.name(METADATA).beginObject();
      for (var entry : metadata.entrySet()) {
        json.name(entry.getKey()).value(entry.getValue());
      }
      json.endObject();
      for (TensorInfo tensor : tensors.values()) {
        json.name(tensor.name()).beginObject();
        json.name("dtype").value(tensor.type().name());
        json.name("shape").beginArray();
        for (long axis : tensor.shape()) {
          json.value(axis);
        }
        json.endArray();
        json.name("data_offsets").beginArray();
        json.value(tensor.offset()).value(tensor.offset() + tensor.bytes());
        json.endArray().endObject();
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    return text.toString();
  }

  /** Reads a header whose tensors must cover {@code dataBytes} bytes, each of them once. */
  static SafetensorsHeader parse(byte[] text, long dataBytes) throws Malformed {
    var metadata = new LinkedHashMap<String, String>();
    var tensors = new LinkedHashMap<String, TensorInfo>();
    try (var json = new JsonReader(decoded(text))) {
      json.setStrictness(Strictness.STRICT);
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (name.equals(METADATA)) {
          readMetadata(json, metadata);
        } else if (tensors.size() == MOST_TENSORS) {
          throw new Malformed("it has more than %d tensors".formatted(MOST_TENSORS));
        } else if (tensors.put(name, readTensor(name, json)) != null) {
          throw new Malformed("tensor '" + name + "' is declared twice");
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new Malformed("text follows the header's closing brace");
      }
    } catch (CharacterCodingException e) {
      throw new Malformed("the header is not UTF-8 text");
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new Malformed(
          "the header is not valid JSON of this format (%s)".formatted(JsonFile.firstLine(e)));
    }
    checkLayout(tensors, dataBytes);
    return new SafetensorsHeader(metadata, tensors);
  }

  /** As it is read, so that a long header takes no more than its own memory; no byte is made up. */
  private static InputStreamReader decoded(byte[] text) {
    return new InputStreamReader(
        new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
  }

  private static void readMetadata(JsonReader json, Map<String, String> metadata)
      throws IOException, Malformed {
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (metadata.put(key, json.nextString()) != null) {
        throw new Malformed("metadata '" + key + "' is given twice");
      }
    }
    json.endObject();
  }

  private static TensorInfo readTensor(String name, JsonReader json) throws IOException, Malformed {
    String type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "dtype" -> type = json.nextString();
        case "shape" -> shape = readNumbers(name, json);
        case "data_offsets" -> offsets = readNumbers(name, json);
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw new Malformed(
          "tensor '" + name + "' needs a dtype, a shape and data_offsets of two numbers");
    }
    return checked(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> readNumbers(String name, JsonReader json)
      throws IOException, Malformed {
    var numbers = new ArrayList<Long>();
    json.beginArray();
    while (json.hasNext()) {
      // Without this look, nextLong would also take a number in quotes.
      if (json.peek() != JsonToken.NUMBER) {
        throw new Malformed("tensor '" + name + "' has a " + json.peek() + " for a number");
      }
      if (numbers.size() == MOST_AXES) {
        throw new Malformed("tensor '%s' has more than %d axes".formatted(name, MOST_AXES));
      }
      long number = json.nextLong();
      if (number < 0) {
        throw new Malformed("tensor '" + name + "' has the negative size " + number);
      }
      numbers.add(number);
    }
    json.endArray();
    return List.copyOf(numbers);
  }

  private static TensorInfo checked(
      String name, String typeName, List<Long> shape, long begin, long end) throws Malformed {
    TensorType type;
    try {
      type = TensorType.valueOf(typeName);
    } catch (IllegalArgumentException e) {
      throw new Malformed(
          "tensor '%s' is of type %s; only %s are read"
              .formatted(name, typeName, List.of(TensorType.values())));
    }
    long bytes = type.bytes();
    try {
      for (long axis : shape) {
        bytes = Math.multiplyExact(bytes, axis);
      }
    } catch (ArithmeticException e) {
      throw new Malformed("tensor '" + name + "' of shape " + shape + " overflows 64 bits");
    }
    if (end - begin != bytes) {
      throw new Malformed(
          "tensor '%s' of type %s and shape %s takes %d bytes, but its offsets %d to %d say %d"
              .formatted(name, type, shape, bytes, begin, end, end - begin));
    }
    return new TensorInfo(name, type, shape, begin, bytes);
  }

  private static void checkLayout(Map<String, TensorInfo> tensors, long dataBytes)
      throws Malformed {
    var byOffset = new ArrayList<>(tensors.values());
    byOffset.sort(
        Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
    long end = 0;
    for (TensorInfo tensor : byOffset) {
      if (tensor.offset() != end) {
        throw new Malformed(
            "tensor '%s' begins at data byte %d, but the one before it ends at %d"
                .formatted(tensor.name(), tensor.offset(), end));
      }
      end += tensor.bytes();
      if (end > dataBytes || end < 0) {
        throw new Malformed(
            "truncated: tensor '%s' ends at data byte %d, but the file has only %d"
                .formatted(tensor.name(), end, dataBytes));
      }
    }
    if (end != dataBytes) {
      throw new Malformed(
          "the tensors end at data byte %d, but the file goes on to %d".formatted(end, dataBytes));
    }
  }
}
