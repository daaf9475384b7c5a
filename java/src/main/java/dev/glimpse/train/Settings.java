package dev.glimpse.train;

import java.text.DecimalFormat;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named values with defaults and explanations. Whoever reads a setting defines it first; a name
 * that nobody defined is an error.
 */
public final class Settings {
  /** Layers are less wide, so that twice their width is still an int. */
  private static final int TOO_WIDE = 1_000_000;

  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /**
   * A setting.
   *
   * @param value an Integer, Double, Boolean or String; its type is that of the default
   * @param meaning one line for a reader who does not know it
   * @param least the smallest number that is allowed
   * @param below a number that is too large, as all above it are
   * @param choices the texts that are allowed; empty for any
   */
  public record Setting(
      String name, Object value, String meaning, double least, double below, List<String> choices) {
    private Setting with(Object other) {
      return new Setting(name, other, meaning, least, below, choices);
    }

    /** The numbers that are allowed, in words. */
    private String range() {
      var number = new DecimalFormat("#.#");
      String words = number.format(least) + " or more";
      return below < Double.POSITIVE_INFINITY
          ? words + " and less than " + number.format(below)
          : words;
    }
  }

  /** Defines a setting with its default; the default's type is the setting's. */
  public Settings define(String name, Object standard, String meaning) {
    return define(name, standard, Double.NEGATIVE_INFINITY, meaning);
  }

  /** Defines a number with its default and the least that it may be. */
  public Settings define(String name, Object standard, double least, String meaning) {
    return define(name, standard, least, Double.POSITIVE_INFINITY, meaning);
  }

  /** Defines a number with its default, the least that it may be, and what it must be less than. */
  public Settings define(String name, Object standard, double least, double below, String meaning) {
    settings.put(name, new Setting(name, standard, meaning, least, below, List.of()));
    return this;
  }

  /** Defines a share, or a probability, that is less than all. */
  public Settings share(String name, double standard, String meaning) {
    return define(name, standard, 0, 1, meaning);
  }

  /** Defines how many numbers, units or channels a layer has. */
  public Settings size(String name, int standard, String meaning) {
    return define(name, standard, 1, TOO_WIDE, meaning);
  }

  /** Defines a setting that takes one of a few texts; the first is the default. */
  public Settings choice(String name, List<String> choices, String meaning) {
    settings.put(
        name,
        new Setting(
            name,
            choices.get(0),
            meaning,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            choices));
    return this;
  }

  /** Gives a defined setting another default. */
  public Settings standard(String name, Object value) {
    return put(known(name), value);
  }

  /**
   * Sets a value.
   *
   * @param assignment as {@code NAME=VALUE}
   * @throws SettingException when it is not, or for the reasons of {@link #set(String, String)}
   */
  public void set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new SettingException("a setting is NAME=VALUE, not '" + assignment + "'");
    }
    set(assignment.substring(0, equals), assignment.substring(equals + 1));
  }

  /**
   * Sets a value from text.
   *
   * @throws SettingException when there is no such setting, naming the nearest, or the text is no
   *     value of its type
   */
  public void set(String name, String text) {
    Setting setting = known(name);
    if (!setting.choices().isEmpty() && !setting.choices().contains(text)) {
      throw new SettingException(
          "%s is one of %s, not '%s'".formatted(name, String.join(", ", setting.choices()), text));
    }
    try {
      Object value = text;
      if (setting.value() instanceof Integer) {
        value = Integer.valueOf(text);
      } else if (setting.value() instanceof Double) {
        value = Double.valueOf(text);
      } else if (setting.value() instanceof Boolean) {
        value = parseFlag(name, text);
      }
      checkRange(setting, value);
      put(setting, value);
    } catch (NumberFormatException e) {
      String kind = setting.value() instanceof Integer ? "a whole number" : "a number";
      throw new SettingException("%s takes %s, not '%s'".formatted(name, kind, text));
    }
  }

  private static Boolean parseFlag(String name, String text) {
    return switch (text) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new SettingException(name + " takes true or false, not '" + text + "'");
    };
  }

  private static void checkRange(Setting setting, Object value) {
    if (!(value instanceof Number number)) {
      return;
    }
    // Devices compute with float32, in which 1e39 is infinite and 1 - 1e-9 is 1.
    double rounded = value instanceof Double ? number.floatValue() : number.doubleValue();
    if (!Double.isFinite(rounded)) {
      throw new SettingException(
          "%s takes a number that is finite in float32, not %s".formatted(setting.name(), value));
    }
    if (rounded < setting.least() || rounded >= setting.below()) {
      throw new SettingException(
          "%s takes %s, not %s".formatted(setting.name(), setting.range(), value));
    }
  }

  private Settings put(Setting setting, Object value) {
    settings.put(setting.name(), setting.with(value));
    return this;
  }

  public int integer(String name) {
    return (Integer) known(name).value();
  }

  public double number(String name) {
    return (Double) known(name).value();
  }

  public boolean flag(String name) {
    return (Boolean) known(name).value();
  }

  public String text(String name) {
    return (String) known(name).value();
  }

  /** A setting of any type, as text. */
  public String get(String name) {
    return String.valueOf(known(name).value());
  }

  /** All settings, in the order of their definition. */
  public Collection<Setting> all() {
    return settings.values();
  }

  /** Whether there is a setting of this name. */
  public boolean has(String name) {
    return settings.containsKey(name);
  }

  private Setting known(String name) {
    Setting setting = settings.get(name);
    if (setting == null) {
      throw new SettingException(
          "there is no setting '%s'; %s"
              .formatted(name, Misspelling.remedy(name, settings.keySet())));
    }
    return setting;
  }
}
