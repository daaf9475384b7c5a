package dev.glimpse.models;

import dev.glimpse.train.SettingException;
import java.util.Arrays;
import java.util.List;

/** Settings that give the widths of several layers, such as {@code 400,400}. */
final class Widths {
  private Widths() {}

  static List<Integer> parse(String setting, String text) {
    if (!text.matches("[1-9]\\d{0,5}(,[1-9]\\d{0,5})*")) {
      throw new SettingException(
          "%s takes widths such as 400,400, not '%s'".formatted(setting, text));
    }
    return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
  }
}
