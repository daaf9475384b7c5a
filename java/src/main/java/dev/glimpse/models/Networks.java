package dev.glimpse.models;

import dev.glimpse.nn.Activation;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The settings that describe multi-layer perceptrons. */
final class Networks {
  private Networks() {}

  static Settings define(Settings settings) {
    return settings
        .define("hidden", "400,400", "widths of the hidden layers, encoder and decoder")
        .choice("activation", List.of("relu", "tanh", "leaky_relu", "softplus"), "of hidden layers")
        .define("latent", 20, 1, "dimensions of the code");
  }

  static List<Integer> hidden(Settings settings) {
    String text = settings.text("hidden");
    if (!text.matches("[1-9]\\d{0,5}(,[1-9]\\d{0,5})*")) {
      throw new SettingException("hidden takes widths such as 400,400, not '" + text + "'");
    }
    return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
  }

  static Activation activation(Settings settings) {
    return Activation.valueOf(settings.text("activation").toUpperCase());
  }

  /** An input's width, then the hidden ones. */
  static List<Integer> widths(int input, List<Integer> hidden) {
    var widths = new ArrayList<Integer>();
    widths.add(input);
    widths.addAll(hidden);
    return widths;
  }
}
