/**
 * Reports for people who keep or send them: JSON, Markdown, and a page with charts. Start at {@link
 * dev.vectorkeeper.app.report.ReportFiles}.
 */
@NullMarked
package dev.vectorkeeper.app.report;

import org.jspecify.annotations.NullMarked;
