package dev.glimpse.ops;

import dev.glimpse.device.LibraryCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value of a chain as what a library can make of a product P without another launch: {@code alpha
 * P + beta addend + bias}, and a ReLU at the end. Addend and bias are inputs of the chain, by
 * number; 0, which is the product, where there is none.
 */
record LinearEpilogue(float alpha, int addend, float beta, int bias, boolean relu) {
  private static final LinearEpilogue PRODUCT = new LinearEpilogue(1, 0, 0, 0, false);

  /**
   * The chain as an epilogue; empty where it is more than that.
   *
   * @param in the chain's inputs without the product
   * @param rows and
   * @param columns of the product
   */
  static Optional<LibraryCall.Epilogue> of(Chain chain, List<View> in, int rows, int columns) {
    if (chain.outputs().size() != 1 || !chain.sums().isEmpty()) {
      return Optional.empty();
    }
    var values = new ArrayList<LinearEpilogue>(List.of(PRODUCT));
    for (int i = 1; i < chain.inputs(); i++) {
      values.add(ofInput(i, in.get(i - 1), rows, columns));
    }
    for (Chain.Step step : chain.steps()) {
      values.add(after(step, values));
    }
    LinearEpilogue last = values.get(chain.outputs().get(0));
    return last == null || last.alpha == 0 ? Optional.empty() : Optional.of(last.bound(in));
  }

  private static LinearEpilogue ofInput(int number, View view, int rows, int columns) {
    if (view.rows() == 1 && view.columns() == columns) {
      return new LinearEpilogue(0, 0, 0, number, false);
    }
    boolean whole = view.rows() == rows && view.columns() == columns;
    return whole ? new LinearEpilogue(0, number, 1, 0, false) : null;
  }

  /** The value of a step; null where it is none of this form. */
  private static LinearEpilogue after(Chain.Step step, List<LinearEpilogue> values) {
    List<LinearEpilogue> x = step.arguments().stream().map(values::get).toList();
    if (step.function() == null || x.contains(null)) {
      return null;
    }
    LinearEpilogue first = x.get(0);
    return switch (step.function()) {
      case SCALE -> first.scaled(step.constants().get(0));
      case ADD -> first.plus(x.get(1));
      case SUBTRACT -> {
        LinearEpilogue negative = x.get(1).scaled(-1);
        yield negative == null ? null : first.plus(negative);
      }
      case RELU ->
          first.relu
              ? null
              : new LinearEpilogue(first.alpha, first.addend, first.beta, first.bias, true);
      default -> null;
    };
  }

  private LinearEpilogue scaled(float factor) {
    return bias > 0 || relu
        ? null
        : new LinearEpilogue(factor * alpha, addend, factor * beta, 0, false);
  }

  private LinearEpilogue plus(LinearEpilogue other) {
    if (relu
        || other.relu
        || alpha != 0 && other.alpha != 0
        || addend > 0 && other.addend > 0
        || bias > 0 && other.bias > 0) {
      return null;
    }
    return new LinearEpilogue(
        alpha + other.alpha, addend + other.addend, beta + other.beta, bias + other.bias, false);
  }

  private LibraryCall.Epilogue bound(List<View> in) {
    return new LibraryCall.Epilogue(alpha, beta, operand(addend, in), operand(bias, in), relu);
  }

  private static Optional<LibraryCall.Matrix> operand(int number, List<View> in) {
    return number == 0 ? Optional.empty() : Optional.of(matrix(in.get(number - 1)));
  }

  /** A view as libraries take it. */
  static LibraryCall.Matrix matrix(View view) {
    return new LibraryCall.Matrix(view.buffer(), view.offset(), view.stride());
  }
}
