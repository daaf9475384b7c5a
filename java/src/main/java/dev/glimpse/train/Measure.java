package dev.glimpse.train;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A measure of a model, and how its values are told. Shares are told in percent.
 *
 * @param name in evaluations
 * @param unit what follows a value; empty for a pure number
 * @param decimals of a value that is told
 */
public record Measure(String name, String unit, int decimals) {
  private static final String PERCENT = "%";
  private static final String NATS = " nats";

  /** The known ones, in the order in which they are told. */
  private static final List<Measure> KNOWN =
      List.of(
          new Measure("elbo", NATS, 2),
          new Measure("greyBound", NATS, 2),
          new Measure("accuracy", PERCENT, 2),
          new Measure("errorRate", PERCENT, 2),
          new Measure("crossEntropy", NATS, 4),
          new Measure("probability", PERCENT, 2),
          new Measure("realLoss", NATS, 3),
          new Measure("fakeLoss", NATS, 3),
          new Measure("generatorLoss", NATS, 3),
          new Measure("logFake", NATS, 3),
          new Measure("kl", NATS, 2),
          new Measure("reconstruction", NATS, 2),
          new Measure("featureError", "", 2),
          new Measure("squaredError", "", 2));

  private static final Map<String, Measure> BY_NAME =
      KNOWN.stream().collect(Collectors.toMap(Measure::name, Function.identity()));

  /** The measure of a name; of one that is not known, a pure number. */
  public static Measure named(String name) {
    return BY_NAME.getOrDefault(name, new Measure(name, "", 3));
  }

  /** A value as a number, of percent where that is the unit. */
  public String number(double value) {
    return ("%." + decimals + "f").formatted(unit.equals(PERCENT) ? 100 * value : value);
  }

  /** A value as text, with its unit. */
  public String told(double value) {
    return number(value) + unit;
  }

  /** Values by name, the known ones first and the others by their names. */
  public static Map<String, Double> ordered(Map<String, Double> values) {
    var names =
        values.keySet().stream()
            .sorted(Comparator.comparingInt(Measure::place).thenComparing(name -> name))
            .toList();
    var ordered = new LinkedHashMap<String, Double>();
    names.forEach(name -> ordered.put(name, values.get(name)));
    return ordered;
  }

  private static int place(String name) {
    Measure known = BY_NAME.get(name);
    return known == null ? KNOWN.size() : KNOWN.indexOf(known);
  }
}
