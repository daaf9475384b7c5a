/** The report of a run, {@code report.html}: one page, made from what the run holds. */
package dev.glimpse.cli.report;
