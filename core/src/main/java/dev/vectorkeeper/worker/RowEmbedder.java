package dev.vectorkeeper.worker;

import dev.vectorkeeper.chunk.Chunker;
import dev.vectorkeeper.provider.Budget;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind.Disposition;
import dev.vectorkeeper.provider.TextOutcome;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.source.SourceDefinition.ChunkingDefinition;
import dev.vectorkeeper.store.ContentRow;
import dev.vectorkeeper.store.EmbeddedText;
import dev.vectorkeeper.store.EmbeddedText.Piece;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows into vectors: cuts their texts where chunking is on, and embeds each different text
 * once.
 */
public final class RowEmbedder {
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);

  /**
   * What became of rows.
   *
   * @param vectors the vectors of the rows that went well, all chunks of a row or none
   * @param keys the keys of those rows
   * @param failed rows whose attempt failed for their own sake
   * @param putOff keys of rows of which nothing is known yet, because there was trouble
   * @param trouble what kept the provider from answering, where something did
   * @param reused rows among those that went well whose text another one of them has
   * @param truncated rows whose text was cut at the model's limit
   * @param usage what it cost
   */
  record Embeddings(
      List<EmbeddedText> vectors,
      List<String> keys,
      List<RowFailure> failed,
      List<String> putOff,
      Optional<Trouble> trouble,
      int reused,
      int truncated,
      Usage usage) {}

  private final Embedder embedder;
  private final Optional<Chunker> chunker;
  private final Duration retryBase;
  private final AtomicInteger troubles = new AtomicInteger();

  /**
   * An embedder of rows.
   *
   * @param retryBase the mean time before the second attempt of a row; later ones wait four times
   *     as long each
   */
  public RowEmbedder(Embedder embedder, Optional<ChunkingDefinition> chunking, Duration retryBase) {
    this.embedder = embedder;
    this.chunker =
        chunking.map(
            c -> new Chunker(c.maxTokens(), c.overlap(), embedder.provider()::countTokens));
    this.retryBase = retryBase;
  }

  Duration retryBase() {
    return retryBase;
  }

  Embeddings embed(List<ContentRow> rows, Budget budget) {
    Map<String, Integer> texts = new LinkedHashMap<>();
    List<List<Piece>> pieces = new ArrayList<>();
    for (ContentRow row : rows) {
      String content = Objects.requireNonNull(row.content());
      List<Piece> cut =
          chunker
              .map(c -> c.chunk(content))
              .orElseGet(() -> List.of(new Piece(0, 0, content.length())));
      cut.forEach(piece -> texts.putIfAbsent(text(content, piece), texts.size()));
      pieces.add(cut);
    }
    if (texts.isEmpty()) {
      return new Embeddings(
          List.of(), List.of(), List.of(), List.of(), Optional.empty(), 0, 0, Usage.NONE);
    }
    Embedder.Embedded embedded =
        embedder.embed(List.copyOf(texts.keySet()), TextSide.DOCUMENT, budget);
    Sorter sorter = new Sorter(texts, embedded);
    for (int i = 0; i < rows.size(); i++) {
      sorter.add(rows.get(i), pieces.get(i));
    }
    return sorter.result();
  }

  private static String text(String content, Piece piece) {
    return content.substring(piece.start(), piece.end());
  }

  private final class Sorter {
    private final Map<String, Integer> texts;
    private final Embedder.Embedded embedded;
    private final List<EmbeddedText> vectors = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final Set<String> contents = new HashSet<>();
    private final List<RowFailure> failed = new ArrayList<>();
    private final List<String> putOff = new ArrayList<>();
    private @Nullable EmbeddingFailure trouble;
    private int truncated;

    Sorter(Map<String, Integer> texts, Embedder.Embedded embedded) {
      this.texts = texts;
      this.embedded = embedded;
    }

    void add(ContentRow row, List<Piece> cut) {
      List<EmbeddedText> own = new ArrayList<>();
      boolean cutAtLimit = false;
      for (Piece piece : cut) {
        TextOutcome outcome =
            embedded
                .outcomes()
                .get(
                    Objects.requireNonNull(
                        texts.get(text(Objects.requireNonNull(row.content()), piece))));
        if (outcome.failure() != null) {
          fail(row.key(), outcome.failure());
          return;
        }
        cutAtLimit |= outcome.truncated();
        own.add(
            new EmbeddedText(
                row.key(),
                Objects.requireNonNull(row.hash()),
                piece,
                Objects.requireNonNull(outcome.vector()),
                outcome.truncated()));
      }
      vectors.addAll(own);
      keys.add(row.key());
      contents.add(Objects.requireNonNull(row.content()));
      truncated += cutAtLimit ? 1 : 0;
    }

    private void fail(String key, EmbeddingFailure failure) {
      if (isTrouble(failure)) {
        trouble = failure;
        putOff.add(key);
      } else {
        failed.add(new RowFailure(key, failure));
      }
    }

    /** What kept the provider from answering is no row's fault: no attempt is spent then. */
    private boolean isTrouble(EmbeddingFailure failure) {
      Disposition disposition = failure.kind().disposition();
      return disposition == Disposition.WAIT
          || disposition == Disposition.PAUSE
          || embedded.stopped().filter(stopped -> stopped == failure).isPresent();
    }

    Embeddings result() {
      if (trouble == null || !keys.isEmpty() || !failed.isEmpty()) {
        troubles.set(0);
      }
      Optional<Trouble> found = Optional.ofNullable(trouble).map(f -> new Trouble(f, delay(f)));
      if (found.isPresent()) {
        failed.stream().filter(RowFailure::mayGoWell).map(RowFailure::key).forEach(putOff::add);
        failed.removeIf(RowFailure::mayGoWell);
      }
      Usage usage = Usage.of(embedded);
      return new Embeddings(
          vectors, keys, failed, putOff, found, keys.size() - contents.size(), truncated, usage);
    }
  }

  /** Nothing is wrong with the provider where this worker was told to stop: others may begin. */
  private Duration delay(EmbeddingFailure failure) {
    if (Thread.currentThread().isInterrupted()) {
      return Duration.ZERO;
    }
    Duration named =
        failure.retryAt().map(at -> Duration.between(Instant.now(), at)).orElse(Duration.ZERO);
    if (named.compareTo(Duration.ZERO) > 0) {
      return named;
    }
    int doublings = Math.min(troubles.getAndIncrement(), 6);
    long millis =
        (long)
            (retryBase.toMillis()
                * (1L << doublings)
                * ThreadLocalRandom.current().nextDouble(0.75, 1.25));
    return Duration.ofMillis(Math.min(millis, LONGEST_DELAY.toMillis()));
  }
}
