package dev.glimpse.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.example.BuiltInModel;
import com.example.OwnLayers;
import com.example.OwnModel;
import com.example.SampleRun;
import dev.glimpse.embed.GlimpseModel;
import dev.glimpse.train.RunFolder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of docs/java.md: they are those that are compiled here, and they do what it says.
 */
class JavaPageTest {
  private static final Path SOURCES = Path.of("src", "test", "java", "com", "example");

  @TempDir private Path folder;

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "java.md"));
  }

  private static List<String> blocks(String page, String language) {
    return Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static String source(String name) throws IOException {
    return Files.readString(SOURCES.resolve(name + ".java"));
  }

  @Test
  void thePageHasThePrograms() throws IOException {
    List<String> blocks = blocks(page(), "java");
    List<String> names = List.of("OwnLayers", "BuiltInModel", "SampleRun", "OwnModel");
    assertEquals(names.size(), blocks.size());
    for (int i = 0; i < names.size(); i++) {
      assertEquals(source(names.get(i)), blocks.get(i));
    }
  }

  @Test
  void theReadmeHasPartsOfTheFirst() throws IOException {
    List<String> blocks = blocks(Files.readString(Path.of("..", "README.md")), "java");
    assertEquals(1, blocks.size());
    String[] parts = unindented(blocks.get(0)).split("// \\.\\.\\.\n");
    assertEquals(5, parts.length);
    for (String part : parts) {
      assertTrue(unindented(source("OwnLayers")).contains(part), part);
    }
  }

  private static String unindented(String lines) {
    return lines.replaceAll("(?m)^ +", "");
  }

  @Test
  void thePageNamesTheVersionsOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    String dependencies = String.join("\n", blocks(page(), "xml")).replaceAll("\\s+", "");
    String glimpse = "<artifactId>glimpse</artifactId><version>%s</version>";
    String slf4j = "<artifactId>slf4j-simple</artifactId><version>%s</version>";
    assertTrue(dependencies.contains(glimpse.formatted(tag(pom, "version"))), dependencies);
    assertTrue(dependencies.contains(slf4j.formatted(tag(pom, "slf4j.version"))), dependencies);
  }

  private static String tag(String xml, String name) {
    Matcher tag = Pattern.compile("<" + name + ">([^<]+)</").matcher(xml);
    assertTrue(tag.find(), name);
    return tag.group(1);
  }

  private interface Program {
    void main(String[] arguments);
  }

  /** Runs a program, and returns what it prints. */
  private static String run(Program program, Path... arguments) {
    var out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      program.main(List.of(arguments).stream().map(Path::toString).toArray(String[]::new));
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void assertDigits(int side, Path file) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(side * (28 + 2) + 2, picture.getWidth());
    assertEquals(side * (28 + 2) + 2, picture.getHeight());
  }

  @Test
  void layersOfItsOwnLearn() throws IOException {
    Path picture = folder.resolve("digits.png");
    List<String> lines = run(OwnLayers::main, picture).lines().toList();
    assertEquals(4, lines.size());
    assertTrue(loss(lines.get(3)) < 0.9 * loss(lines.get(0)), lines::toString);
    assertDigits(4, picture);
  }

  private static double loss(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  @Test
  void aBuiltInModelLearnsAndDraws() throws IOException {
    Path run = folder.resolve("run");
    String printed = run(BuiltInModel::main, run);
    assertTrue(printed.lines().anyMatch(line -> line.startsWith("test {elbo=-")), printed);
    assertEquals("cvae", RunFolder.open(run).config().model());
    Path picture = folder.resolve("samples.png");
    run(SampleRun::main, run, picture);
    assertDigits(10, picture);
  }

  @Test
  void aModelOfItsOwnIsExported() throws IOException {
    Path run = folder.resolve("own");
    run(OwnModel::main, run);
    try (GlimpseModel model = GlimpseModel.load(run.resolve("own.glimpse").toString())) {
      assertEquals(Set.of(1, 16), model.functions().get("decode"));
      assertEquals(4, model.functions().size());
    }
    ModelProto encoder = ModelProto.parseFrom(Files.readAllBytes(run.resolve("own-encode.onnx")));
    assertEquals("images", encoder.getGraph().getInput(0).getName());
  }
}
