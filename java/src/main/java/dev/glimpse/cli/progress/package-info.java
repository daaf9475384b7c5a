/**
 * What a command tells while it computes, on a terminal and where there is none: what it starts
 * from, how far it is, and how long it will take.
 */
package dev.glimpse.cli.progress;
