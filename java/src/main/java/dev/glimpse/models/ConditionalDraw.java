package dev.glimpse.models;

import dev.glimpse.train.DataShape;
import dev.glimpse.train.Settings;

/** {@link Draw} on labels: encoder and decoder are told in every step what is drawn. */
public final class ConditionalDraw extends Draw {
  /** A model for labelled images of a shape, as the settings describe it. */
  public ConditionalDraw(DataShape data, Settings settings) {
    super(data, settings, Models.classes(data, "cdraw"));
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
