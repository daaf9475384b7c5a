/**
 * Symbolic tensors and the operations on them, one file per operation: its shape rule, its gradient
 * rule and its kernel launches. A new operation is a new file here and, as a rule, one in {@code
 * kernels/}.
 */
package dev.glimpse.ops;
