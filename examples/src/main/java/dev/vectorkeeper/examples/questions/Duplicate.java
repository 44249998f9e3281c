package dev.vectorkeeper.examples.questions;

import java.util.List;

/**
 * A question that was uploaded once and is about to be uploaded again in other words.
 *
 * @param original the question that is there
 * @param again how it is asked again
 */
record Duplicate(Question original, String again) {
  /** What was never asked. */
  static final String NEVER_ASKED = "How long does a cake with three eggs have to be in the oven?";

  static final List<Duplicate> PLANTED =
      List.of(
          of(
              1,
              "biology",
              "Which process lets green plants make sugar out of sunlight, water and carbon dioxide?",
              "photosynthesis",
              "What is the process by which green plants make sugar from sunlight, water and carbon dioxide?"),
          of(
              2,
              "geometry",
              "How many degrees do the three angles of a flat triangle add up to?",
              "180",
              "What is the sum in degrees of the three angles of a plane triangle?"),
          of(
              3,
              "astronomy",
              "Why does the moon show different phases in the course of a month?",
              "We see different parts of its lit half.",
              "What makes the moon go through its different phases every month?"));

  private static Duplicate of(
      long id, String subject, String title, String solution, String again) {
    return new Duplicate(new Question(id, subject, title, null, solution), again);
  }
}
