package dev.glimpse.cli;

import dev.glimpse.export.Bundle;
import dev.glimpse.export.Export;
import dev.glimpse.export.ModelCard;
import dev.glimpse.export.ModelFunctions;
import dev.glimpse.export.OnnxExport;
import dev.glimpse.train.SettingException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a trained model for programs that embed it. */
@Command(
    name = "export",
    header = "Writes a trained model for C, C++ and Java programs, or as ONNX.",
    description = {
      "",
      "The format glimpse is a bundle: kernels, launches, weights and a description in one file, for"
          + " the library libglimpse. See docs/embedding.md.",
      "",
      "As ONNX, each function is a model of its own, for batches of any length; what is drawn at"
          + " random is an input. See docs/formats.md.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse export runs/vae-... --out vae.glimpse",
      "  glimpse export runs/vae-... --out vae.glimpse --functions sample,encode --batch 1,16",
      "  glimpse export runs/vae-... --format onnx --out vae.onnx --functions decode"
    })
final class ExportCommand implements Callable<Integer> {
  private static final int MOST_IN_A_BATCH = 4096;
  private static final List<Integer> BATCHES = List.of(1, 16);

  /** What can be written. */
  enum Format {
    GLIMPSE,
    ONNX
  }

  @Mixin private StoredRun run;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to.")
  private Path out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "glimpse or onnx (default: onnx where FILE ends so, else glimpse).")
  private Format format;

  @Option(
      names = "--functions",
      split = ",",
      paramLabel = "NAME",
      description =
          "What programs can do with it: sample, encode, decode, reconstruct, animate, complete,"
              + " classify (default: all that the model can do).")
  private List<String> functions;

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      description = "Of a bundle: examples at a time, one or more numbers (default: 1,16).")
  private List<Integer> batches;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "FP32",
      description =
          "Of the weights in the file: fp32, or fp16, half as large; they are computed with as"
              + " fp32 (default: fp32).")
  private Export.Precision precision;

  @Option(
      names = "--fold",
      description =
          "Of ONNX: batch normalisation becomes part of the weights before it, as it does by itself"
              + " in a bundle.")
  private boolean fold;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    boolean endsInOnnx = OnnxExport.endsInOnnx(out);
    if (format == null) {
      format = endsInOnnx ? Format.ONNX : Format.GLIMPSE;
    }
    if (format == Format.GLIMPSE && endsInOnnx) {
      throw new SettingException("a bundle is not to be named .onnx: " + out);
    }
    if (format == Format.GLIMPSE && fold) {
      throw new SettingException("--fold is for --format onnx; a bundle is folded by itself");
    }
    if (format == Format.ONNX && batches != null) {
      throw new SettingException("--batch is for a bundle; of an ONNX model the batch is open");
    }
    List<Integer> sizes = batches == null ? BATCHES : batches;
    for (int batch : sizes) {
      if (batch < 1 || batch > MOST_IN_A_BATCH) {
        throw new SettingException(
            "--batch takes 1 to %d, not %d".formatted(MOST_IN_A_BATCH, batch));
      }
    }
    try (LoadedRun trained = run.open()) {
      var all = new ModelFunctions(trained.model(), trained.shape());
      var export =
          new Export(
              all,
              functions == null ? List.copyOf(all.names()) : functions,
              sizes,
              precision,
              trained.store(),
              trained.shape(),
              ModelCard.of(trained.run(), trained.checkpoint()));
      switch (format) {
        case GLIMPSE -> {
          Bundle.write(out, export);
          spec.commandLine().getOut().println(out);
        }
        case ONNX ->
            OnnxExport.write(out, export, fold).forEach(spec.commandLine().getOut()::println);
      }
    }
    return 0;
  }
}
