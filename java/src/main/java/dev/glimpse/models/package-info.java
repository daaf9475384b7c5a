/**
 * The models, each a class that reads like its paper. {@link dev.glimpse.models.Models} lists them.
 */
package dev.glimpse.models;
