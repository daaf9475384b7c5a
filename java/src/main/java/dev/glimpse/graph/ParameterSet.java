package dev.glimpse.graph;

import dev.glimpse.ops.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters that one objective updates together, and their layout in a slab: each starts at a
 * multiple of {@link #ALIGNMENT} floats, so that it can be a buffer of its own.
 */
public final class ParameterSet {
  /** In floats; 4 KiB are enough for every device's sub-buffers: Apple's GPUs ask for that much. */
  static final int ALIGNMENT = 1024;

  private final String name;
  private final List<Parameter> parameters;
  private final Map<Parameter, Long> offsets = new LinkedHashMap<>();
  private final int size;

  public ParameterSet(String name, List<Parameter> parameters) {
    this.name = name;
    this.parameters = List.copyOf(parameters);
    var names = new HashSet<String>();
    long offset = 0;
    for (Parameter parameter : parameters) {
      if (!names.add(parameter.name())) {
        throw new IllegalArgumentException("two parameters are named " + parameter.name());
      }
      offsets.put(parameter, offset);
      offset += (parameter.shape().size() + ALIGNMENT - 1) / ALIGNMENT * (long) ALIGNMENT;
    }
    this.size = Math.toIntExact(offset);
  }

  /** Several layers' parameters. */
  @SafeVarargs
  public static ParameterSet of(String name, List<Parameter>... parts) {
    var all = new ArrayList<Parameter>();
    for (List<Parameter> part : parts) {
      all.addAll(part);
    }
    return new ParameterSet(name, all);
  }

  public String name() {
    return name;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** This set without some of its parameters. */
  public ParameterSet without(List<Parameter> others) {
    return new ParameterSet(name, parameters.stream().filter(p -> !others.contains(p)).toList());
  }

  /** Where a parameter starts in a slab, in floats. */
  long offset(Parameter parameter) {
    return offsets.get(parameter);
  }

  /** The length of a slab, in floats, padding included. */
  public int size() {
    return size;
  }

  /** The number of learned values, without padding. */
  public long count() {
    return parameters.stream().mapToLong(p -> p.shape().size()).sum();
  }
}
