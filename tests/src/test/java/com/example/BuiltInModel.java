package com.example;

import dev.glimpse.data.Sources;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.models.Models;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import dev.glimpse.train.TrainingSettings;
import java.nio.file.Path;
import java.util.List;

/** Trains a small conditional variational auto-encoder, as {@code glimpse train cvae} does. */
public final class BuiltInModel {
  private static final TrainingListener PRINTING =
      new TrainingListener() {
        @Override
        public void evaluated(Evaluation evaluation) {
          System.out.println(evaluation.split() + " " + evaluation.values());
        }
      };

  /** Takes the folder of the run, which is not to hold one yet. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    String data = "digits";

    Models.Kind kind = Models.named("cvae");
    Settings settings = kind.settings();
    settings.set("hidden=64");
    settings.set("latent=8");
    settings.set("train.size=2000");
    settings.set("train.epochs=2");
    Models.checkTraining(settings);

    Splits splits =
        Sources.load(data, TrainingSettings.imageFormat(settings), settings.integer("train.seed"));
    Model model = kind.create(DataShape.of(splits.train()), settings);

    try (Device device = Devices.open("best")) {
      String deviceName = device.info().name();
      var config = RunConfig.of(kind.name(), data, deviceName, splits.train(), settings);
      RunFolder run = RunFolder.fresh(folder, config);
      try (var trainer = new Trainer(device, model, settings, splits, run, List.of(PRINTING))) {
        trainer.train();
      }
    }
  }
}
