package dev.glimpse.train;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A measure of a model, and how it is told.
 *
 * @param name in evaluations
 * @param kind of its values
 * @param decimals of a value that is told
 * @param meaning for a reader, as part of a sentence
 */
public record Measure(String name, Kind kind, int decimals, String meaning) {
  /** What values are. */
  public enum Kind {
    NATS,
    /** From 0 to 1, told in percent. */
    SHARE,
    NUMBER
  }

  /** The known ones, in the order in which they are told. */
  private static final List<Measure> KNOWN =
      List.of(
          new Measure(
              "elbo",
              Kind.NATS,
              2,
              "a lower bound on log p(x), the logarithm of the probability that the model gives to"
                  + " an image it has not seen: higher is better"),
          new Measure(
              "greyBound",
              Kind.NATS,
              2,
              "the same sum for grey values as elbo is for black and white; it is no likelihood"),
          new Measure(
              "labelledBound",
              Kind.NATS,
              2,
              "the bound of the images whose labels are known, label included"),
          new Measure(
              "featureBound", Kind.NATS, 2, "the bound of the codes of which M2 is a model"),
          new Measure("accuracy", Kind.SHARE, 2, "the share of images whose label is read right"),
          new Measure(
              "encoderAccuracy",
              Kind.SHARE,
              2,
              "the same by the encoder; accuracy is then the discriminator's"),
          new Measure("errorRate", Kind.SHARE, 2, "the share whose label is read wrong"),
          new Measure("crossEntropy", Kind.NATS, 4, "minus the logarithm of probability"),
          new Measure("probability", Kind.SHARE, 2, "what the right label is given"),
          new Measure(
              "realLoss",
              Kind.NATS,
              3,
              "what it costs the discriminator to tell that real images are real; 0.693 is a guess,"
                  + " without labels"),
          new Measure("fakeLoss", Kind.NATS, 3, "the same of the generator's images being fake"),
          new Measure(
              "generatorLoss", Kind.NATS, 3, "what it costs the generator to have them pass"),
          new Measure(
              "logFake",
              Kind.NATS,
              3,
              "the logarithm of the probability with which the discriminator takes real images for"
                  + " fakes"),
          new Measure(
              "kl", Kind.NATS, 2, "what the code of an image costs, its distance from the prior"),
          new Measure(
              "reconstruction",
              Kind.NATS,
              2,
              "what it takes to restore an image from its code; elbo is minus this, minus kl"),
          new Measure(
              "featureError",
              Kind.NUMBER,
              2,
              "half the squared distance of images and reconstructions in the discriminator's"
                  + " features"),
          new Measure(
              "squaredError",
              Kind.NUMBER,
              2,
              "the squared distance of images and reconstructions, over all pixels"),
          new Measure(
              "velocityError",
              Kind.NUMBER,
              1,
              "the squared distance from the velocity that leads noise straight to an image, over"
                  + " all pixels"));

  /** The measure of a name; of one that is not known, a number that speaks for itself. */
  public static Measure named(String name) {
    return KNOWN.stream()
        .filter(measure -> measure.name.equals(name))
        .findFirst()
        .orElse(new Measure(name, Kind.NUMBER, 3, ""));
  }

  /** A value as text, without nats. */
  public String number(double value) {
    boolean share = kind == Kind.SHARE;
    String number = ("%." + decimals + "f").formatted(share ? 100 * value : value);
    return share ? number + "%" : number;
  }

  /** Whether values are in nats. */
  public boolean inNats() {
    return kind == Kind.NATS;
  }

  /** Values by name, the known ones first and the others by their names. */
  public static Map<String, Double> ordered(Map<String, Double> values) {
    var ordered = new LinkedHashMap<String, Double>();
    values.keySet().stream()
        .sorted(Comparator.comparingInt(Measure::place).thenComparing(Comparator.naturalOrder()))
        .forEach(name -> ordered.put(name, values.get(name)));
    return ordered;
  }

  private static int place(String name) {
    int place = KNOWN.indexOf(named(name));
    return place < 0 ? KNOWN.size() : place;
  }
}
