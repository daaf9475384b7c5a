package dev.glimpse.export;

/** Of the engine: that which wrote a model, and that which {@code glimpse --version} tells. */
public final class Version {
  public static final String NUMBER = "0.1.0";

  private Version() {}
}
