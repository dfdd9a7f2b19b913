package io.streambed.examples.plot;

import java.util.List;
import java.util.Locale;

/**
 * A drawing. What it looks like is said by classes that the page's style sheet knows; here is only where things are, in pixels from the
 * upper left. One thread's.
 */
public final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** With its size, and what it shows for those who cannot see it. */
    public Svg(double width, double height, String shows) {
        text.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\""
                        + " role=\"img\" aria-label=\"%s\">%n",
                width,
                height,
                width,
                height,
                escaped(shows)));
    }

    /** A point. */
    public record Point(double x, double y) {}

    /** A rectangle, and what is told about it when the pointer is on it. */
    public Svg rectangle(double x, double y, double width, double height, String look, String about) {
        text.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" class=\"%s\"><title>%s</title></rect>%n",
                x,
                y,
                Math.max(0, width),
                height,
                look,
                escaped(about)));
        return this;
    }

    /** A straight line. */
    public Svg line(double x1, double y1, double x2, double y2, String look) {
        text.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                look));
        return this;
    }

    /** A dot, and what is told about it. */
    public Svg dot(double x, double y, double radius, String look, String about) {
        text.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"%s\"><title>%s</title></circle>%n",
                x,
                y,
                radius,
                look,
                escaped(about)));
        return this;
    }

    /** A line through points. */
    public Svg path(List<Point> points, String look) {
        StringBuilder at = new StringBuilder();
        for (Point point : points) {
            at.append(String.format(Locale.ROOT, "%.1f,%.1f ", point.x(), point.y()));
        }
        text.append("<polyline points=\"")
                .append(at.toString().strip())
                .append("\" class=\"")
                .append(look)
                .append("\"/>\n");
        return this;
    }

    /** Words whose baseline begins there; the look may say that they end or are centred there. */
    public Svg words(double x, double y, String look, String words) {
        text.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>%n", x, y, look, escaped(words)));
        return this;
    }

    /** The whole element. */
    public String end() {
        return text + "</svg>\n";
    }

    /** Text as HTML and SVG have it. */
    public static String escaped(String plain) {
        return plain.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
