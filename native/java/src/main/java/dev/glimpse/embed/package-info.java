/**
 * Runs trained models in a Java program, through libglimpse: without the engine that trains them.
 * {@link dev.glimpse.embed.GlimpseModel} opens a bundle that {@code glimpse export} wrote.
 */
package dev.glimpse.embed;
