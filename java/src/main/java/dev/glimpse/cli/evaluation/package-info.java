/**
 * How good a trained model is: the quality of its images, how it reads labels, completes images and
 * keeps styles. Judged here, kept in the run, and shown as tables.
 */
package dev.glimpse.cli.evaluation;
