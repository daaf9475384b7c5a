package dev.glimpse.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page with holes: <code>{{name}}</code> stands for a text, which is escaped for HTML, and <code>
 * {{#name}} .. {{/name}}</code> for a part that is repeated for each entry of a list.
 */
final class Template {
  private static final Pattern HOLE =
      Pattern.compile("\\{\\{#(\\w+)}}(.*?)\\{\\{/\\1}}|\\{\\{(\\w+)}}", Pattern.DOTALL);

  private final String page;

  private Template(String page) {
    this.page = page;
  }

  /** Reads a resource of this package. */
  static Template resource(String name) {
    try (InputStream stream = Template.class.getResourceAsStream(name)) {
      return new Template(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Fills the page.
   *
   * @param values texts, and lists of such maps
   */
  String fill(Map<String, ?> values) {
    var filled = new StringBuilder();
    Matcher hole = HOLE.matcher(page);
    int from = 0;
    while (hole.find()) {
      filled.append(page, from, hole.start());
      if (hole.group(3) != null) {
        filled.append(escape(known(values, hole.group(3)).toString()));
      } else {
        var part = new Template(hole.group(2));
        for (Object entry : (List<?>) known(values, hole.group(1))) {
          filled.append(part.fill(asMap(entry)));
        }
      }
      from = hole.end();
    }
    return filled.append(page, from, page.length()).toString();
  }

  @SuppressWarnings("unchecked") // by the contract of fill
  private static Map<String, ?> asMap(Object entry) {
    return (Map<String, ?>) entry;
  }

  private static Object known(Map<String, ?> values, String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("nothing fills {{" + name + "}}");
    }
    return value;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
