package dev.glimpse.ops;

/** Data that the host provides for every run of a plan, for example a batch of images. */
public record Input(String name, Shape shape) implements Leaf {}
