package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.metrics.CalibratedClassifiers;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Errors of semi-supervised models as a table: a row for each model, number of labels and
 * classifier, with the mean and the standard deviation over seeds.
 *
 * @param rows in the order of the cells
 * @param convolutional which models are of convolutions, for the references beside them; empty for
 *     data other than MNIST, of which there are none
 */
record ExperimentTable(List<Row> rows, Map<String, Boolean> convolutional) {
  private static final String LINE = "%-9s %6s  %-14s %16s %16s %5s";
  private static final String REFERENCES = " %8s %8s %8s";
  private static final String NONE = "-";
  private static final Set<String> PRODUCTS =
      Set.of(CalibratedClassifiers.BOTH, CalibratedClassifiers.ALL);

  /**
   * What others have reached on MNIST, in percent of the test images.
   *
   * @param poster of this project's predecessor, by networks of the same kind
   * @param m2 of Kingma et al. 2014, table 1, by perceptrons
   * @param m1m2 the same of M1 + M2
   */
  record References(Optional<Double> poster, Optional<Double> m2, Optional<Double> m1m2) {
    private static final Map<Integer, Double> POSTER_PERCEPTRONS = Map.of(1000, 5.1, 600, 12.0);
    private static final Map<Integer, Double> POSTER_CONVOLUTIONS = Map.of(1000, 4.8, 600, 6.2);
    private static final Map<Integer, Double> M2 = Map.of(1000, 3.60, 600, 4.94);
    private static final Map<Integer, Double> M1_M2 = Map.of(1000, 2.40, 600, 2.59, 100, 3.33);

    static References of(int labels, boolean convolutions) {
      var poster = convolutions ? POSTER_CONVOLUTIONS : POSTER_PERCEPTRONS;
      return new References(
          Optional.ofNullable(poster.get(labels)),
          Optional.ofNullable(M2.get(labels)),
          Optional.ofNullable(M1_M2.get(labels)));
    }
  }

  /**
   * A row.
   *
   * @param validation errors by seed, shares
   * @param test the same of test images
   */
  record Row(
      String model, int labels, String classifier, List<Double> validation, List<Double> test) {}

  static ExperimentTable of(
      Collection<ExperimentResults.Result> results, Map<String, Boolean> convolutional) {
    var rows = new LinkedHashMap<List<Object>, Row>();
    for (ExperimentResults.Result result : results) {
      result
          .test()
          .forEach(
              (classifier, error) -> {
                Row row =
                    rows.computeIfAbsent(
                        List.of(result.model(), result.labels(), classifier),
                        key ->
                            new Row(
                                result.model(),
                                result.labels(),
                                classifier,
                                new ArrayList<>(),
                                new ArrayList<>()));
                row.validation.add(result.validation().get(classifier));
                row.test.add(error);
              });
    }
    return new ExperimentTable(List.copyOf(rows.values()), convolutional);
  }

  void print(PrintWriter out) {
    String title =
        LINE.formatted("model", "labels", "classifier", "validation", "test error", "seeds");
    String references = REFERENCES.formatted("poster", "M2", "M1+M2");
    out.println(convolutional.isEmpty() ? title : title + references);
    for (Row row : rows) {
      String line =
          LINE.formatted(
              row.model,
              row.labels,
              row.classifier,
              told(row.validation),
              told(row.test),
              row.test.size());
      out.println(convolutional.isEmpty() ? line : line + references(row));
    }
    out.println("mean of the seeds, +- their standard deviation");
    if (rows.stream().anyMatch(row -> PRODUCTS.contains(row.classifier))) {
      out.println(
          "both, all: the product of the classifiers, whose temperatures were fitted on the labels"
              + " of the validation images");
    }
    if (!convolutional.isEmpty()) {
      out.println(
          "poster: networks of the same kind; M2 and M1+M2: Kingma et al. 2014, test errors");
    }
  }

  private String references(Row row) {
    var references = References.of(row.labels, convolutional.get(row.model));
    return REFERENCES.formatted(
        told(references.poster), told(references.m2), told(references.m1m2));
  }

  private static String told(Optional<Double> percent) {
    return percent.map("%.2f%%"::formatted).orElse(NONE);
  }

  /** Such as {@code 3.60% +- 0.12%}; of a single seed there is no deviation. */
  static String told(List<Double> shares) {
    double mean = shares.stream().mapToDouble(share -> share).average().orElseThrow();
    if (shares.size() == 1) {
      return Classification.share(mean);
    }
    double squares = shares.stream().mapToDouble(share -> Math.pow(share - mean, 2)).sum();
    return "%s +- %s"
        .formatted(
            Classification.share(mean),
            Classification.share(Math.sqrt(squares / (shares.size() - 1))));
  }
}
