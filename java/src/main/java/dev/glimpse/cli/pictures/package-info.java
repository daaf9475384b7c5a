/**
 * Pictures of what a model makes: samples, reconstructions, completions, styles, and how it draws
 * step by step.
 */
package dev.glimpse.cli.pictures;
