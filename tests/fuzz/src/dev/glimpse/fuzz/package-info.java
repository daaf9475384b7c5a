/**
 * Fuzzing: readers of files are given what a fuzzer makes of small valid ones, and may answer with
 * the exceptions that are theirs, in time and in little memory, and with nothing else. A reader is
 * a constant of {@link dev.glimpse.fuzz.Reader}.
 */
package dev.glimpse.fuzz;
