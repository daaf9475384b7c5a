package dev.glimpse.cli;

import dev.glimpse.train.Settings;
import java.io.PrintWriter;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** Shows all settings of a model. */
final class SettingsTable {
  private SettingsTable() {}

  static void print(PrintWriter out, String model, Settings settings) {
    TextTable table =
        TextTable.forColumns(
            Help.defaultColorScheme(Help.Ansi.OFF),
            new Column(22, 2, Overflow.SPAN),
            new Column(12, 1, Overflow.SPAN),
            new Column(66, 1, Overflow.WRAP));
    for (Settings.Setting setting : settings.all()) {
      table.addRowValues(setting.name(), String.valueOf(setting.value()), meaning(setting));
    }
    out.printf("Settings of %s, each with its default; --set NAME=VALUE gives another:%n", model);
    out.print(table);
  }

  private static String meaning(Settings.Setting setting) {
    boolean named = setting.choices().stream().allMatch(setting.meaning()::contains);
    return named
        ? setting.meaning()
        : setting.meaning() + ": " + String.join(", ", setting.choices());
  }
}
