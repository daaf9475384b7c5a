/**
 * Files that outlive a run: atomic writes, safetensors checkpoints, NumPy arrays and PNG pictures.
 * Everything here works on plain buffers and paths, so that any package may use it.
 */
package dev.glimpse.io;
