/** Layers: parameters, and the graph that applies them. */
package dev.glimpse.nn;
