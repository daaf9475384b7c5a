package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.ops.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** The values of a model's parameters on a device, shared by all plans of the model. */
public final class ParameterStore implements AutoCloseable {
  private final Device device;
  private final List<Slab> slabs = new ArrayList<>();
  private final Map<Parameter, Slab> slabOf = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  /** Allocates the sets and draws all first values from a seed. */
  public ParameterStore(Device device, List<ParameterSet> sets, long seed) {
    this.device = device;
    try {
      for (ParameterSet set : sets) {
        if (!set.parameters().isEmpty()) {
          add(set, seed);
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void add(ParameterSet set, long seed) {
    var slab = new Slab(device, set);
    slabs.add(slab);
    for (Parameter parameter : set.parameters()) {
      if (slabOf.put(parameter, slab) != null) {
        throw new IllegalArgumentException(parameter + " is in two parameter sets");
      }
      if (!names.add(parameter.name())) {
        throw new IllegalArgumentException("two parameters are called " + parameter.name());
      }
      // Keyed by its name, so that adding a layer changes no other layer's values.
      var random = new SplittableRandom(seed * 31 + parameter.name().hashCode());
      float[] values = new float[parameter.shape().size()];
      parameter.initializer().fill(values, random);
      slab.write(parameter, FloatBuffer.wrap(values));
    }
  }

  public Device device() {
    return device;
  }

  /** All parameters, set by set. */
  public List<Parameter> parameters() {
    return List.copyOf(slabOf.keySet());
  }

  /** The values of a set. */
  public Slab slab(ParameterSet set) {
    return slabs.stream()
        .filter(slab -> slab.set() == set)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown parameter set " + set.name()));
  }

  public FloatBuffer read(Parameter parameter) {
    return slabOf(parameter).read(parameter);
  }

  public void write(Parameter parameter, FloatBuffer values) {
    slabOf(parameter).write(parameter, values);
  }

  /** The memory of a parameter, always the same buffer, owned by this store. */
  public Buffer buffer(Parameter parameter) {
    return slabOf(parameter).of(parameter);
  }

  private Slab slabOf(Parameter parameter) {
    Slab slab = slabOf.get(parameter);
    if (slab == null) {
      throw new IllegalArgumentException(parameter + " is in no parameter set of this store");
    }
    return slab;
  }

  @Override
  public void close() {
    slabs.forEach(Slab::close);
  }
}
