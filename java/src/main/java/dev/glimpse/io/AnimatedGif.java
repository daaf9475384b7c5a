package dev.glimpse.io;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures, one after the other, as an animated GIF that starts again at its end. */
public final class AnimatedGif {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  private AnimatedGif() {}

  /**
   * Writes a file, which is replaced atomically.
   *
   * @param frames all of one size
   * @param delay how long each is shown, in hundredths of a second
   * @param lastDelay how long the last one is
   */
  public static void write(Path file, List<BufferedImage> frames, int delay, int lastDelay) {
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("an animation has at least one frame");
    }
    AtomicFiles.writeFile(
        file,
        channel -> {
          ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
          try (var stream = new MemoryCacheImageOutputStream(Channels.newOutputStream(channel))) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames.size(); i++) {
              boolean last = i == frames.size() - 1;
              IIOMetadata metadata = metadata(writer, frames.get(i), last ? lastDelay : delay);
              writer.writeToSequence(new IIOImage(frames.get(i), null, metadata), null);
            }
            writer.endWriteSequence();
          } finally {
            writer.dispose();
          }
        });
  }

  private static IIOMetadata metadata(ImageWriter writer, BufferedImage frame, int delay)
      throws IOException {
    IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
    var root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", String.valueOf(delay));
    // What Netscape 2.0 added: sub-block 1, and how often to repeat; 0 is for ever.
    var loop = new IIOMetadataNode("ApplicationExtension");
    loop.setAttribute("applicationID", "NETSCAPE");
    loop.setAttribute("authenticationCode", "2.0");
    loop.setUserObject(new byte[] {1, 0, 0});
    child(root, "ApplicationExtensions").appendChild(loop);
    metadata.setFromTree(FORMAT, root);
    return metadata;
  }

  private static IIOMetadataNode child(IIOMetadataNode root, String name) {
    for (int i = 0; i < root.getLength(); i++) {
      if (root.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) root.item(i);
      }
    }
    var node = new IIOMetadataNode(name);
    root.appendChild(node);
    return node;
  }
}
