package dev.vectorkeeper.canary;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.queue.Totals;
import dev.vectorkeeper.queue.Usage;
import java.sql.Array;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The canaries of profiles. A provider that changes its model behind an unchanged name makes
 * vectors that do not compare with those that are stored; nothing else would show it.
 */
public final class Canaries {
  /** Two answers of one model agree better than that, whatever they run on. */
  static final double SAME = 0.995;

  /** Short and long, prose and not, in several scripts: a model that changed differs on one. */
  private static final List<String> TEXTS =
      List.of(
          "A lighthouse stands where the river meets the sea.",
          "select id, name from customers where deleted_at is null order by name",
          "Der Zug nach Norden hat zwölf Minuten Verspätung.",
          "海辺の小さな町に古い図書館がある。",
          "Terms of delivery: the buyer bears the cost of carriage from the port of shipment, the seller that of packing, of "
              + "loading and of the papers for export; the risk passes when the goods cross the rail of the ship.");

  private static final String KEPT =
      "select content, embedding from vectorkeeper.canary where profile_id = :profile";

  private static final String KEEP =
      """
      insert into vectorkeeper.canary (profile_id, content, embedding) values (:profile, :content, :embedding)
      on conflict (profile_id, content) do nothing
      """;

  private static final String COMPARED =
      """
      update vectorkeeper.profile set canaries_at = clock_timestamp(), canaries_cosine = :cosine
      where profile_id = :profile
      """;

  /** Not before a row was embedded: until then there is nothing that a change could harm. */
  private static final String DUE =
      """
      update vectorkeeper.profile set canaries_at = clock_timestamp()
      where profile_id = :profile and paused_at is null
        and exists (select from vectorkeeper.collection join vectorkeeper.collection_total t using (collection_id)
                    where profile_id = :profile and t.embedded > 0)
        and (canaries_at is null or canaries_at < clock_timestamp() - make_interval(secs => :seconds))
      """;

  private static final String CHANGED =
      """
      select name, canaries_cosine, canaries_at from vectorkeeper.profile where canaries_cosine < :same order by profile_id
      """;

  /**
   * What a comparison found.
   *
   * @param profile the profile's name
   * @param texts how many canaries were compared; 0 when they were made just now
   * @param cosine the lowest cosine between what was kept and what is made now
   * @param same whether it is still the same model
   */
  public record Compared(String profile, int texts, double cosine, boolean same) {}

  private final Jdbi jdbi;

  public Canaries(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Whether it is time, and this process's turn, to compare a profile's canaries. */
  public boolean takeTurn(Profile profile, Duration every) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(DUE)
                    .bind("profile", profile.id())
                    .bind("seconds", every.toMillis() / 1000.0)
                    .execute()
                > 0);
  }

  /**
   * Embeds a profile's canaries and compares them with what was kept; keeps them the first time.
   *
   * @throws VectorkeeperException with the failure's code when the provider does not answer
   */
  public Compared compare(Profile profile, Embedder embedder) {
    Map<String, float[]> made = embed(profile, embedder);
    return jdbi.inTransaction(
        handle -> {
          Map<String, float[]> kept = kept(handle, profile);
          double lowest = 1;
          int compared = 0;
          for (Map.Entry<String, float[]> text : made.entrySet()) {
            float[] before = kept.get(text.getKey());
            if (before == null) {
              keep(handle, profile, text.getKey(), text.getValue());
            } else {
              lowest = Math.min(lowest, Vectors.cosine(before, text.getValue()));
              compared++;
            }
          }
          handle
              .createUpdate(COMPARED)
              .bind("profile", profile.id())
              .bind("cosine", lowest)
              .execute();
          return new Compared(profile.name(), compared, lowest, lowest >= SAME);
        });
  }

  private Map<String, float[]> embed(Profile profile, Embedder embedder) {
    Embedder.Embedded embedded = embedder.embed(TEXTS, TextSide.DOCUMENT);
    Usage usage = Usage.of(embedded);
    jdbi.useHandle(handle -> Totals.addUsage(handle, profile.id(), usage));
    List<float[]> vectors = embedded.vectors("A canary");
    Map<String, float[]> made = new LinkedHashMap<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      made.put(TEXTS.get(i), vectors.get(i));
    }
    return made;
  }

  private static Map<String, float[]> kept(Handle handle, Profile profile) {
    Map<String, float[]> kept = new LinkedHashMap<>();
    handle
        .createQuery(KEPT)
        .bind("profile", profile.id())
        .map(
            (row, context) -> {
              Array array = row.getArray(2);
              Float[] values = (Float[]) array.getArray();
              float[] vector = new float[values.length];
              for (int i = 0; i < vector.length; i++) {
                vector[i] = values[i];
              }
              return kept.put(row.getString(1), vector);
            })
        .list();
    return kept;
  }

  private static void keep(Handle handle, Profile profile, String text, float[] vector) {
    List<Float> values = new ArrayList<>();
    for (float value : vector) {
      values.add(value);
    }
    handle
        .createUpdate(KEEP)
        .bind("profile", profile.id())
        .bind("content", text)
        .bindArray("embedding", Float.class, values)
        .execute();
  }

  /** A sentence for each profile whose provider was last seen to make other vectors. */
  public List<String> changed() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(CHANGED)
                .bind("same", SAME)
                .map(
                    (row, context) ->
                        "the provider of the profile %s makes other vectors than it did (a cosine of %.3f where 1 is the same, at %s): its model was changed behind its name, and new vectors do not compare with the stored ones. Declare it under another name and migrate to that."
                            .formatted(
                                row.getString(1),
                                row.getDouble(2),
                                Optional.ofNullable(row.getString(3)).orElse("")))
                .list());
  }
}
