package dev.glimpse.data;

/**
 * How a pen writes the ten digits: for each digit a few ways, each a list of strokes, each a list
 * of points {@code x, y, x, y, ...} in a box of height 1 (x to the right, y down). The pen runs
 * smoothly through the points of a stroke; where a point stands twice, it turns a corner.
 */
final class DigitTemplates {
  /** {@code [digit][way][stroke][2 * points]}; a more common way stands more than once. */
  static final float[][][][] BY_DIGIT = {
    zero(), one(), two(), three(), four(), five(), six(), seven(), eight(), nine()
  };

  private DigitTemplates() {}

  private static float[] pen(double... points) {
    float[] stroke = new float[points.length];
    for (int i = 0; i < points.length; i++) {
      stroke[i] = (float) points[i];
    }
    return stroke;
  }

  private static float[][] strokes(float[]... strokes) {
    return strokes;
  }

  private static float[][][] zero() {
    var round =
        strokes(
            pen(.56, .04, .25, .11, .07, .44, .19, .83, .49, .98, .80, .77, .87, .37, .58, .05));
    var overlapping =
        strokes(
            pen(
                .64, .12, .46, .03, .22, .22, .13, .56, .28, .90, .54, .96, .78, .70, .80, .32, .60,
                .07, .40, .08));
    var hooked =
        strokes(
            pen(
                .50, .06, .24, .20, .12, .54, .28, .90, .56, .95, .80, .66, .78, .26, .56, .05, .42,
                .12, .46, .24));
    var narrow =
        strokes(
            pen(.58, .06, .34, .10, .22, .48, .34, .90, .54, .96, .70, .62, .66, .20, .46, .04));
    var clockwise =
        strokes(
            pen(.30, .10, .58, .04, .80, .30, .78, .70, .52, .97, .22, .80, .14, .44, .28, .14));
    return new float[][][] {round, round, overlapping, hooked, narrow, clockwise};
  }

  private static float[][][] one() {
    var plain = strokes(pen(.5, 0, .5, .33, .5, .67, .5, 1));
    var flag = strokes(pen(.30, .20, .42, .11, .52, 0, .52, 0, .52, .33, .52, .67, .52, 1));
    var foot =
        strokes(
            pen(.30, .20, .42, .11, .52, .01, .52, .01, .52, .33, .52, .67, .52, .98),
            pen(.24, .99, .50, .98, .78, .98));
    return new float[][][] {plain, plain, plain, plain, flag, foot};
  }

  private static float[][][] two() {
    var plain =
        strokes(
            pen(
                .14, .22, .28, .06, .52, .02, .72, .14, .73, .36, .56, .60, .34, .80, .12, .97, .12,
                .97, .46, .95, .86, .94));
    var loop =
        strokes(
            pen(
                .16, .20, .34, .04, .60, .05, .72, .24, .64, .50, .44, .76, .22, .95, .09, .90, .16,
                .77, .36, .80, .60, .92, .90, .90));
    var wave =
        strokes(
            pen(
                .20, .16, .42, .02, .64, .08, .68, .30, .52, .58, .30, .82, .14, .96, .14, .96, .32,
                .88, .54, .92, .72, .99, .90, .90));
    return new float[][][] {plain, plain, loop, loop, wave};
  }

  private static float[][][] three() {
    var round =
        strokes(
            pen(
                .16, .14, .36, .02, .62, .05, .69, .23, .57, .39, .36, .47, .36, .47, .60, .51, .76,
                .68, .68, .90, .42, .99, .14, .89));
    var curl =
        strokes(
            pen(
                .14, .10, .36, .01, .62, .06, .66, .24, .54, .40, .38, .46, .35, .50, .44, .51, .64,
                .55, .74, .74, .62, .94, .36, .99, .10, .90));
    var flat =
        strokes(
            pen(
                .14, .05, .44, .04, .74, .04, .74, .04, .57, .22, .40, .40, .40, .40, .64, .46, .77,
                .66, .66, .90, .40, .98, .12, .88));
    return new float[][][] {round, round, curl, curl, flat};
  }

  private static float[][][] four() {
    var open =
        strokes(
            pen(.20, .04, .16, .28, .13, .52, .13, .52, .44, .54, .84, .50),
            pen(.70, .02, .67, .34, .64, .67, .60, 1));
    var closed =
        strokes(
            pen(.58, 0, .34, .30, .08, .62, .08, .62, .46, .63, .88, .62),
            pen(.60, .01, .60, .34, .59, .67, .58, 1));
    var cursive =
        strokes(
            pen(
                .18, .06, .12, .30, .18, .48, .40, .52, .62, .40, .76, .08, .76, .08, .71, .40, .66,
                .70, .62, 1));
    return new float[][][] {open, open, open, closed, cursive, cursive};
  }

  private static float[][][] five() {
    var bar =
        strokes(
            pen(
                .24, .06, .22, .24, .20, .42, .20, .42, .42, .37, .66, .45, .75, .67, .62, .90, .36,
                .98, .08, .87),
            pen(.24, .06, .52, .05, .84, .03));
    var single =
        strokes(
            pen(
                .84, .04, .56, .05, .30, .08, .30, .08, .25, .24, .21, .43, .21, .43, .44, .39, .67,
                .50, .71, .73, .52, .94, .26, .97, .06, .86));
    var curved =
        strokes(
            pen(
                .82, .07, .54, .03, .30, .12, .25, .31, .42, .44, .64, .56, .68, .78, .48, .96, .22,
                .96, .06, .86));
    return new float[][][] {bar, bar, single, single, curved};
  }

  private static float[][][] six() {
    var round =
        strokes(
            pen(
                .64, .02, .42, .16, .24, .42, .16, .68, .26, .92, .50, .97, .69, .82, .66, .62, .46,
                .55, .26, .66, .19, .80));
    var straight =
        strokes(
            pen(
                .48, 0, .34, .24, .24, .50, .20, .76, .34, .97, .58, .95, .72, .78, .62, .62, .42,
                .62, .24, .78));
    var curled =
        strokes(
            pen(
                .74, .12, .56, .01, .32, .14, .17, .42, .15, .72, .32, .96, .58, .96, .74, .76, .62,
                .54, .40, .54, .20, .70));
    return new float[][][] {round, round, straight, straight, curled};
  }

  private static float[][][] seven() {
    var plain = strokes(pen(.12, .10, .46, .07, .82, .05, .82, .05, .68, .36, .54, .68, .44, 1));
    var round = strokes(pen(.12, .14, .40, .06, .70, .05, .79, .14, .70, .40, .58, .70, .50, 1));
    var serif =
        strokes(
            pen(
                .10, .24, .14, .08, .14, .08, .48, .08, .82, .05, .82, .05, .66, .36, .53, .68, .46,
                1));
    var barred =
        strokes(
            pen(.12, .10, .46, .07, .82, .05, .82, .05, .68, .36, .54, .68, .42, 1),
            pen(.34, .53, .58, .51, .84, .48));
    return new float[][][] {plain, plain, plain, round, round, serif, barred};
  }

  private static float[][][] eight() {
    var single =
        strokes(
            pen(
                .70, .14, .52, .02, .30, .10, .27, .29, .44, .43, .62, .56, .71, .75, .58, .96, .36,
                .97, .22, .80, .33, .60, .52, .44, .70, .27, .70, .10));
    var crossed =
        strokes(
            pen(
                .46, .44, .27, .28, .33, .07, .54, .01, .70, .15, .62, .34, .44, .48, .26, .66, .24,
                .88, .44, .99, .66, .92, .70, .71, .56, .54, .42, .42));
    var circles =
        strokes(
            pen(.52, .46, .31, .36, .29, .14, .50, .01, .70, .13, .68, .35, .50, .46),
            pen(.50, .46, .27, .58, .22, .82, .44, .99, .70, .90, .74, .66, .54, .47));
    return new float[][][] {single, single, single, crossed, crossed, circles};
  }

  private static float[][][] nine() {
    var straight =
        strokes(
            pen(
                .72, .16, .56, .03, .32, .06, .19, .25, .28, .45, .50, .46, .68, .30, .74, .10, .74,
                .10, .71, .40, .66, .70, .60, 1));
    var curved =
        strokes(
            pen(
                .72, .18, .56, .03, .32, .07, .20, .26, .30, .45, .52, .45, .69, .30, .74, .12, .74,
                .12, .76, .40, .72, .70, .56, .93, .26, .96));
    var smooth =
        strokes(
            pen(
                .66, .36, .44, .46, .26, .38, .24, .18, .42, .03, .62, .06, .71, .26, .69, .50, .63,
                .74, .54, 1));
    return new float[][][] {straight, straight, straight, curved, smooth, smooth};
  }
}
