package dev.glimpse.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model is, how it was trained and how good it is, for whoever gets it in a file. */
public final class ModelCard {
  private static final Gson GSON =
      new GsonBuilder().serializeSpecialFloatingPointValues().setPrettyPrinting().create();

  private ModelCard() {}

  private record Card(
      String model,
      String data,
      DataShape images,
      List<String> classes,
      String trainedOn,
      int epochs,
      int steps,
      double seconds,
      Map<String, String> settings,
      List<Evaluation> metrics) {}

  /** The card of a run's checkpoint, as JSON. */
  public static String of(RunFolder run, Path checkpoint) {
    RunConfig config = run.config();
    Checkpoint.State state = Checkpoint.readState(checkpoint);
    return GSON.toJson(
        new Card(
            config.model(),
            config.data(),
            config.shape(),
            config.classes(),
            config.device(),
            state.epoch(),
            state.step(),
            state.seconds(),
            config.settings(),
            run.metrics().stream()
                .filter(evaluation -> evaluation.step() == state.step())
                .toList()));
  }

  /**
   * What programs need to know of a model to show what it draws or reads: its kind, {@code model},
   * and where its classes have names, {@code classes}, these as a JSON array. Nothing of a text
   * that is no such card.
   */
  static Map<String, String> facts(String card) {
    var facts = new LinkedHashMap<String, String>();
    try {
      if (JsonParser.parseString(card) instanceof JsonObject json) {
        if (json.get("model") instanceof JsonPrimitive model) {
          facts.put("model", model.getAsString());
        }
        if (json.get("classes") instanceof JsonArray classes && !classes.isEmpty()) {
          facts.put("classes", classes.toString());
        }
      }
    } catch (JsonParseException e) {
      return Map.of();
    }
    return facts;
  }
}
