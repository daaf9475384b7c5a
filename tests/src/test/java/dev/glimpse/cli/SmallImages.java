package dev.glimpse.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A data set of 4 x 5 images in four IDX files. */
final class SmallImages {
  private static final int COUNT = 24;
  private static final int HEIGHT = 4;
  private static final int WIDTH = 5;

  private SmallImages() {}

  static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String part : new String[] {"train", "t10k"}) {
      Files.write(folder.resolve(part + "-images-idx3-ubyte"), images());
      Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels());
    }
    return folder;
  }

  private static byte[] images() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(0x803);
    out.writeInt(COUNT);
    out.writeInt(HEIGHT);
    out.writeInt(WIDTH);
    for (int i = 0; i < COUNT * HEIGHT * WIDTH; i++) {
      out.writeByte(i * 37);
    }
    return bytes.toByteArray();
  }

  private static byte[] labels() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(0x801);
    out.writeInt(COUNT);
    for (int i = 0; i < COUNT; i++) {
      out.writeByte(i % 3);
    }
    return bytes.toByteArray();
  }
}
