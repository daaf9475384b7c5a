/**
 * How good generated images are: pure computations over arrays, without a device. Those that need a
 * classifier take its features (the activations of its last hidden layer) and its probabilities.
 */
package dev.glimpse.metrics;
