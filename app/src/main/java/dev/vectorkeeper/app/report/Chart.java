package dev.vectorkeeper.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart of bars over a scale, as SVG that needs nothing else. */
final class Chart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 240;
  private static final int LEFT = 52;
  private static final int RIGHT = 16;
  private static final int TOP = 34;
  private static final int BOTTOM = 44;

  private record Mark(double at, String text) {}

  private final String title;
  private final String scale;
  private final String counted;
  private final double low;
  private final double high;
  private final List<Integer> counts;
  private final List<Mark> marks = new ArrayList<>();
  private boolean whole;

  /**
   * A chart.
   *
   * @param title what it shows
   * @param scale what the horizontal scale is of
   * @param counted what a bar counts
   * @param low where the first bar begins
   * @param high where the last one ends
   */
  Chart(String title, String scale, String counted, double low, double high, List<Integer> counts) {
    this.title = title;
    this.scale = scale;
    this.counted = counted;
    this.low = low;
    this.high = high > low ? high : low + 1;
    this.counts = counts;
  }

  /** Bars of single values, in as many steps of equal width. */
  static Chart of(
      String title,
      String scale,
      String counted,
      double low,
      double high,
      int steps,
      List<Double> values) {
    Integer[] counts = new Integer[steps];
    java.util.Arrays.fill(counts, 0);
    double top = high > low ? high : low + 1;
    for (double value : values) {
      counts[(int) Math.max(0, Math.min(steps - 1, (value - low) / (top - low) * steps))]++;
    }
    return new Chart(title, scale, counted, low, top, List.of(counts));
  }

  /** Bars of whole numbers from 0 on, each named below. */
  static Chart ofNumbers(
      String title, String scale, String counted, int most, List<Integer> values) {
    Integer[] counts = new Integer[most + 1];
    java.util.Arrays.fill(counts, 0);
    values.forEach(value -> counts[Math.max(0, Math.min(most, value))]++);
    Chart chart = new Chart(title, scale, counted, -0.5, most + 0.5, List.of(counts));
    chart.whole = true;
    return chart;
  }

  /** Adds a line across at a value. */
  Chart mark(double at, String text) {
    marks.add(new Mark(at, text));
    return this;
  }

  String svg() {
    int most = Math.max(1, counts.stream().mapToInt(Integer::intValue).max().orElse(1));
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" xmlns=\"http://www.w3.org/2000/svg\">",
        WIDTH,
        HEIGHT,
        escaped(title));
    add(svg, "<text class=\"title\" x=\"%d\" y=\"18\">%s</text>", LEFT, escaped(title));
    double bar = (double) (WIDTH - LEFT - RIGHT) / counts.size();
    for (int i = 0; i < counts.size(); i++) {
      double height = (double) counts.get(i) / most * (HEIGHT - TOP - BOTTOM);
      add(
          svg,
          "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s: %,d</title></rect>",
          LEFT + i * bar + 0.5,
          HEIGHT - BOTTOM - height,
          Math.max(0.5, bar - 1),
          height,
          whole
              ? Integer.toString(i)
              : tick(low + (high - low) * i / counts.size())
                  + " to "
                  + tick(low + (high - low) * (i + 1) / counts.size()),
          counts.get(i));
    }
    axis(svg, most);
    int row = 0;
    for (Mark mark : marks) {
      mark(svg, mark, row++);
    }
    return svg.append("</svg>").toString();
  }

  private void axis(StringBuilder svg, int most) {
    int base = HEIGHT - BOTTOM;
    add(
        svg,
        "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
        LEFT,
        base,
        WIDTH - RIGHT,
        base);
    add(svg, "<text class=\"tick end\" x=\"%d\" y=\"%d\">%,d</text>", LEFT - 6, TOP + 4, most);
    add(svg, "<text class=\"tick end\" x=\"%d\" y=\"%d\">0</text>", LEFT - 6, base + 4);
    int step = Math.max(1, counts.size() / 12);
    for (double at = whole ? 0 : low; at <= high; at += whole ? step : (high - low) / 4) {
      add(
          svg,
          "<text class=\"tick middle\" x=\"%.1f\" y=\"%d\">%s</text>",
          LEFT + (WIDTH - LEFT - RIGHT) * (at - low) / (high - low),
          base + 16,
          tick(at));
    }
    add(
        svg,
        "<text class=\"tick middle\" x=\"%d\" y=\"%d\">%s</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 8,
        escaped(scale + "; bars: " + counted));
  }

  private void mark(StringBuilder svg, Mark mark, int row) {
    double x = LEFT + (mark.at() - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    if (x < LEFT || x > WIDTH - RIGHT) {
      return;
    }
    boolean right = x > WIDTH * 0.7;
    add(
        svg,
        "<line class=\"mark\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>",
        x,
        TOP - 4,
        x,
        HEIGHT - BOTTOM);
    add(
        svg,
        "<text class=\"tick marked%s\" x=\"%.1f\" y=\"%d\">%s</text>",
        right ? " end" : "",
        x + (right ? -4 : 4),
        TOP + 6 + 14 * row,
        escaped(mark.text()));
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private String tick(double value) {
    return String.format(Locale.ROOT, whole || Math.abs(value) >= 10 ? "%.0f" : "%.2f", value);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
