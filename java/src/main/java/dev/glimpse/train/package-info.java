/**
 * Training: what a model must offer ({@link dev.glimpse.train.Model}), the loop ({@link
 * dev.glimpse.train.Trainer}), optimizers, schedules, settings, checkpoints and run folders.
 */
package dev.glimpse.train;
