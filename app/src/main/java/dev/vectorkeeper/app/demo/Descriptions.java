package dev.vectorkeeper.app.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/** Things described in words that are not WordNet's, with the word that each means. */
final class Descriptions {
  /** The word by its description, in the order in which they are asked. */
  static final Map<String, String> EXPECTED = new LinkedHashMap<>();

  static {
    EXPECTED.put("an instrument that tells how hot or cold it is", "thermometer");
    EXPECTED.put("a doctor who looks after teeth", "dentist");
    EXPECTED.put("white flakes of frozen water that fall in winter", "snow");
    EXPECTED.put("a place where you can borrow books", "library");
    EXPECTED.put("a person who flies an aeroplane", "pilot");
  }

  private Descriptions() {}
}
