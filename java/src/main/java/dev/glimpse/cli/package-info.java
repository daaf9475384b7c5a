/**
 * The command line: {@link dev.glimpse.cli.Main} and its commands. They print results to the
 * standard output, progress on a terminal and errors to the standard error stream. What they
 * measure and show is made in the packages below.
 */
package dev.glimpse.cli;
