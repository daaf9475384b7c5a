package dev.glimpse.ops;

/**
 * An op whose kernel can sum the columns of one of its inputs on the way, since it reads all of it:
 * the gradient of a weight, and with it that of the bias.
 */
public interface ColumnSumHost extends Op {
  /** Which input it can sum. */
  int summed();

  /** Whether it can, as it is. */
  boolean sumsColumns();

  /** This op with the column sums as one more, last, output. */
  Op withColumnSum();
}
