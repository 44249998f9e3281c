/**
 * Runs that begin at set times, once in the whole fleet. {@link
 * dev.vectorkeeper.schedule.Schedules} is what was declared, {@link
 * dev.vectorkeeper.schedule.ScheduleRuns} what was run; {@link dev.vectorkeeper.schedule.Scheduler}
 * makes them begin.
 */
@NullMarked
package dev.vectorkeeper.schedule;

import org.jspecify.annotations.NullMarked;
