package io.streambed.examples.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A page of HTML in one file, with nothing that it would have to load. One thread's. */
public final class Page {
    private final String title;
    private final StringBuilder body = new StringBuilder();

    /** With a title. */
    public Page(String title) {
        this.title = title;
    }

    /** Adds a paragraph of plain text. */
    public Page paragraph(String words) {
        body.append("<p>").append(Svg.escaped(words)).append("</p>\n");
        return this;
    }

    /** Adds HTML under a heading, with a sentence or two on how to read it. */
    public Page section(String heading, String about, String html) {
        body.append("<section>\n<h2>")
                .append(Svg.escaped(heading))
                .append("</h2>\n<p>")
                .append(Svg.escaped(about))
                .append("</p>\n<div class=\"wide\">\n")
                .append(html)
                .append("</div>\n</section>\n");
        return this;
    }

    /** The whole file. */
    public String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <h1>%s</h1>
                %s</body>
                </html>
                """.formatted(Svg.escaped(title), style(), Svg.escaped(title), body);
    }

    private static String style() {
        try (InputStream in = Page.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("page.css is not beside " + Page.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
