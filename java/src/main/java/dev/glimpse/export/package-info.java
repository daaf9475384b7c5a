/**
 * Trained models for other programs. {@link dev.glimpse.export.ModelFunctions} says what a model
 * can do, as graphs; an exporter writes those for a runtime.
 */
package dev.glimpse.export;
