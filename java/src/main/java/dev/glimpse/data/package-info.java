/**
 * Where images come from and how they reach a training step: IDX files, folders of pictures, MNIST,
 * the built-in digits, and the prefetched stream of batches.
 */
package dev.glimpse.data;
