package dev.glimpse.cli.report;

import dev.glimpse.train.Evaluation;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a measure over epochs, in colours that can be read on white and on black. */
final class LossChart {
  private static final int WIDTH = 340;
  private static final int HEIGHT = 220;
  private static final int SHARPNESS = 2;
  private static final Color CLEAR = new Color(0, 0, 0, 0);
  private static final Color TEXT = new Color(0x80, 0x80, 0x80);
  private static final Color GRID = new Color(0x80, 0x80, 0x80, 0x50);
  private static final Color TRAIN = new Color(0x3b, 0x82, 0xd6);
  private static final Color VALIDATION = new Color(0xe0, 0x7b, 0x1f);

  private LossChart() {}

  /**
   * A PNG picture of the means of training and validation; empty where Java has no fonts, as on a
   * small server.
   */
  static Optional<byte[]> draw(String measure, List<Evaluation> evaluations) throws IOException {
    try {
      return Optional.of(picture(measure, evaluations));
    } catch (InternalError | LinkageError | RuntimeException e) {
      // AWT's ways to say so. A training must not end for want of a chart.
      return Optional.empty();
    }
  }

  private static byte[] picture(String measure, List<Evaluation> evaluations) throws IOException {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).build();
    chart.setXAxisTitle("epoch");
    add(chart, "train", TRAIN, measure, evaluations);
    add(chart, "validation", VALIDATION, measure, evaluations);
    style(chart);
    var picture =
        new BufferedImage(WIDTH * SHARPNESS, HEIGHT * SHARPNESS, BufferedImage.TYPE_INT_ARGB);
    var graphics = picture.createGraphics();
    graphics.scale(SHARPNESS, SHARPNESS);
    chart.paint(graphics, WIDTH, HEIGHT);
    graphics.dispose();
    var bytes = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(picture, "png", stream);
    }
    return bytes.toByteArray();
  }

  private static void add(
      XYChart chart, String split, Color color, String measure, List<Evaluation> evaluations) {
    List<Evaluation> points =
        evaluations.stream()
            .filter(e -> e.split().equals(split) && e.values().containsKey(measure))
            .toList();
    if (!points.isEmpty()) {
      chart
          .addSeries(
              split,
              points.stream().mapToDouble(Evaluation::epoch).toArray(),
              points.stream().mapToDouble(e -> e.values().get(measure)).toArray())
          .setMarker(points.size() > 1 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE)
          .setMarkerColor(color)
          .setLineColor(color)
          .setLineStyle(new BasicStroke(2));
    }
  }

  private static void style(XYChart chart) {
    var font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    chart
        .getStyler()
        .setChartBackgroundColor(CLEAR)
        .setPlotBackgroundColor(CLEAR)
        .setPlotBorderVisible(false)
        .setChartFontColor(TEXT)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setLegendBackgroundColor(CLEAR)
        .setLegendBorderColor(CLEAR)
        .setLegendFont(font);
    chart
        .getStyler()
        .setPlotGridLinesColor(GRID)
        .setAxisTickLabelsColor(TEXT)
        .setAxisTickMarksColor(GRID)
        .setAxisTickLabelsFont(font)
        .setAxisTitleFont(font);
  }
}
