package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private final Settings settings =
      new Settings()
          .define("width", 400, 1, "of a layer")
          .define("seed", 1, "of noise")
          .define("rate", 1e-3, 0, "of learning")
          .share("dropout", 0.0, "of units")
          .size("latent", 20, "of codes")
          .define("fast", false, "or not")
          .define("layers", "400,400", "widths")
          .choice("kind", List.of("plain", "fancy"), "of network")
          .define("train.lr", 1e-3, "of learning, too");

  @Test
  void haveTheirDefaults() {
    assertEquals(400, settings.integer("width"));
    assertEquals(1e-3, settings.number("rate"));
    assertEquals(false, settings.flag("fast"));
    assertEquals("plain", settings.text("kind"));
    settings.standard("width", 20);
    assertEquals(20, settings.integer("width"));
  }

  @Test
  void areSetFromText() {
    settings.set("width", "7");
    settings.set("seed", "-3");
    settings.set("rate", "2e-4");
    settings.set("dropout", "0.999");
    settings.set("latent", "999999");
    settings.set("fast", "on");
    settings.set("kind", "fancy");
    assertEquals(7, settings.integer("width"));
    assertEquals(-3, settings.integer("seed"));
    assertEquals(2e-4, settings.number("rate"));
    assertEquals(0.999, settings.number("dropout"));
    assertEquals(999_999, settings.integer("latent"));
    assertTrue(settings.flag("fast"));
    assertEquals("fancy", settings.text("kind"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          width | 1.5   | width takes a whole number, not '1.5'
          width | 0     | width takes 1 or more, not 0
          rate  | much  | rate takes a number, not 'much'
          rate  | NaN   | rate takes a number that is finite in float32, not NaN
          rate  | Infinity | rate takes a number that is finite in float32, not Infinity
          rate  | 1e39  | rate takes a number that is finite in float32, not 1.0E39
          train.lr | -Infinity | train.lr takes a number that is finite in float32, not -Infinity
          rate  | -1    | rate takes 0 or more, not -1.0
          dropout | 1   | dropout takes 0 or more and less than 1, not 1.0
          dropout | 0.999999999 | dropout takes 0 or more and less than 1, not 0.999999999
          latent | 1000000 | latent takes 1 or more and less than 1000000, not 1000000
          latent | 0    | latent takes 1 or more and less than 1000000, not 0
          fast  | maybe | fast takes true or false, not 'maybe'
          kind  | odd   | kind is one of plain, fancy, not 'odd'
          widht | 3     | there is no setting 'widht'; did you mean width?
          ratte | 3     | there is no setting 'ratte'; did you mean rate?
          lr    | 3     | there is no setting 'lr'; did you mean train.lr?
          nope  | 3     | there is no setting 'nope'; there are width, seed, rate, dropout, latent, fast, layers, kind, train.lr
          """)
  void refuseWhatDoesNotSuit(String name, String text, String message) {
    var refusal = assertThrows(SettingException.class, () -> settings.set(name, text));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void areSetByAnAssignment() {
    settings.set("layers=a=b");
    assertEquals("a=b", settings.text("layers"));
    for (String wrong : List.of("width", "=3", "")) {
      var refusal = assertThrows(SettingException.class, () -> settings.set(wrong));
      assertEquals("a setting is NAME=VALUE, not '" + wrong + "'", refusal.getMessage());
    }
  }

  @Test
  void keepTheirLimitsWhenSet() {
    settings.set("width", "3");
    assertThrows(SettingException.class, () -> settings.set("width", "0"));
    settings.set("kind", "fancy");
    assertThrows(SettingException.class, () -> settings.set("kind", "odd"));
  }
}
