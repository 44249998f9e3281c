package dev.vectorkeeper.importing;

import dev.vectorkeeper.importing.TextGuess.Certainty;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.source.TextTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Finds out which of several texts vectors were made of, by asking the model: a few rows are
 * embedded under each of them, and the vectors compared with those that are there.
 */
final class Probe {
  private static final int ROWS = 5;
  private static final int ENOUGH = 3;
  private static final int MOST_TEXTS = 14;
  private static final double SAME = 0.99;

  private static final String SAMPLE =
      """
      select {texts}, v.{vector}::text as vector from {rows} s join {vectors} v on {same}
      where v.{vector} is not null order by {order} limit :rows
      """;

  private final Handle handle;
  private final Providers providers;

  Probe(Handle handle, Providers providers) {
    this.handle = handle;
    this.providers = providers;
  }

  /** A row that is tried: what it reads under each text, and its vector. */
  private record Row(List<String> texts, float[] vector) {}

  /** The guess, made sure or less so. Where the model cannot be asked, it says so. */
  TextGuess choose(Handmade found, TextGuess guess, Made made, ProposedProfile profile) {
    List<String> templates =
        Stream.concat(Stream.of(guess.template()), guess.others().stream())
            .distinct()
            .limit(MOST_TEXTS)
            .toList();
    Embedder embedder;
    List<Row> rows;
    Map<String, float[]> embedded;
    try {
      rows = rows(found, made, templates);
      embedder = providers.tried(definition(profile));
      try {
        embedded = embed(embedder, rows);
      } finally {
        embedder.provider().close();
      }
    } catch (RuntimeException e) {
      return new TextGuess(
          guess.template(),
          guess.certainty(),
          guess.why() + "; the model could not be asked: " + e.getMessage(),
          guess.others());
    }
    return rows.isEmpty() ? guess : best(guess, templates, rows, embedded);
  }

  private static ProfileDefinition definition(ProposedProfile profile) {
    Map<String, String> options = new HashMap<>();
    if (!profile.providers().contains("local")) {
      options.put("dimensions", Integer.toString(profile.dimensions()));
    }
    profile.task().ifPresent(task -> options.put("task", task));
    return new ProfileDefinition(
        profile.name(), profile.providers(), profile.model(), options, Map.of());
  }

  private List<Row> rows(Handmade found, Made made, List<String> templates) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < templates.size(); i++) {
      texts.add(TextTemplate.parse(templates.get(i)).sql() + " as text_" + i);
    }
    return handle
        .createQuery(
            Written.sql(
                SAMPLE,
                "texts",
                String.join(", ", texts),
                "vector",
                found.vectors().quoted(),
                "rows",
                found.rows().name().sql(),
                "vectors",
                vectors(found, made),
                "same",
                found.same("v"),
                "order",
                "hashtextextended(row(" + found.qualifiedKeys("s") + ")::text, 1)"))
        .bind("rows", ROWS)
        .map(
            (row, context) -> {
              List<String> read = new ArrayList<>();
              for (int i = 0; i < templates.size(); i++) {
                String text = row.getString("text_" + i);
                read.add(text == null ? "" : text);
              }
              return new Row(read, Vectors.parse(row.getString("vector")));
            })
        .list();
  }

  private static String vectors(Handmade found, Made made) {
    String table = found.vectors().table().name().sql();
    return made.where()
        .map(where -> "(select * from " + table + " where " + where + ")")
        .orElse(table);
  }

  private static Map<String, float[]> embed(Embedder embedder, List<Row> rows) {
    List<String> texts =
        rows.stream()
            .flatMap(row -> row.texts().stream())
            .filter(text -> !text.isBlank())
            .distinct()
            .toList();
    Map<String, float[]> embedded = new HashMap<>();
    if (!texts.isEmpty()) {
      List<float[]> vectors = embedder.embed(texts, TextSide.DOCUMENT).vectors("A text");
      for (int i = 0; i < texts.size(); i++) {
        embedded.put(texts.get(i), vectors.get(i));
      }
    }
    return embedded;
  }

  private static TextGuess best(
      TextGuess guess, List<String> templates, List<Row> rows, Map<String, float[]> embedded) {
    int best = 0;
    double nearest = -1;
    for (int i = 0; i < templates.size(); i++) {
      double mean = 0;
      int agreeing = 0;
      for (Row row : rows) {
        float[] vector = embedded.get(row.texts().get(i));
        double cosine = vector == null ? 0 : Vectors.cosine(vector, row.vector());
        agreeing += cosine >= SAME ? 1 : 0;
        mean += cosine / rows.size();
      }
      if (agreeing >= Math.min(ENOUGH, rows.size())) {
        return new TextGuess(
            templates.get(i),
            Certainty.SURE,
            "of %d rows that were embedded under it %d agree".formatted(rows.size(), agreeing),
            List.of());
      }
      if (mean > nearest) {
        nearest = mean;
        best = i;
      }
    }
    return new TextGuess(
        guess.template(),
        Certainty.GUESS,
        String.format(
            Locale.ROOT,
            "none of %d texts that were tried agrees, the nearest is %s with a mean cosine of %.3f; is it another model?",
            templates.size(),
            templates.get(best),
            nearest),
        guess.others());
  }
}
