/**
 * The team that changes the model of a live column: its application, those who use it meanwhile,
 * and the day on which it happens. Start at {@link
 * dev.vectorkeeper.examples.questions.QuestionsExample}.
 */
@NullMarked
package dev.vectorkeeper.examples.questions;

import org.jspecify.annotations.NullMarked;
