package dev.glimpse.train;

import dev.glimpse.data.ImageSet;
import java.util.LinkedHashMap;
import java.util.Map;

/** What grey values are to a model: the setting {@code data.binarise}. */
public enum Binarisation {
  /** Probabilities; every epoch draws anew. */
  DYNAMIC,
  /** Probabilities, drawn once. */
  STATIC,
  /** Values to be matched. The loss is no likelihood then, and must not be called one. */
  NONE;

  /** Of the draw that validation and test images are, in every run. */
  private static final long EVALUATION_SEED = 20160101;

  /** What settings say. */
  public static Binarisation of(Settings settings) {
    return switch (settings.text("data.binarise")) {
      case "dynamic" -> DYNAMIC;
      case "static" -> STATIC;
      default -> NONE;
    };
  }

  /** The images that a model learns from, before any draw of the device's. */
  public ImageSet forTraining(ImageSet images, long seed) {
    return this == STATIC ? images.binarised(seed) : images;
  }

  /** The images that a model is judged by: the same for every run. */
  public ImageSet forEvaluation(ImageSet images) {
    return this == NONE ? images : images.binarised(EVALUATION_SEED);
  }

  /** The name of the bound that a model is judged by. */
  public String bound() {
    return this == NONE ? "greyBound" : "elbo";
  }

  /** Measures of a model, named so that only a likelihood's bound is called {@code elbo}. */
  public Map<String, Double> named(Map<String, Double> measures) {
    var named = new LinkedHashMap<String, Double>();
    measures.forEach((name, value) -> named.put(name.equals("elbo") ? bound() : name, value));
    return named;
  }
}
