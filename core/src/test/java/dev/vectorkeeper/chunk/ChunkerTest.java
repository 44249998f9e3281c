package dev.vectorkeeper.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.store.EmbeddedText.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkerTest {
  /** One token a word. */
  private static List<String> chunks(int maxTokens, int overlap, String text) {
    return new Chunker(maxTokens, overlap, word -> 1)
        .chunk(text).stream()
            .map(piece -> text.substring(piece.start(), piece.end()).strip())
            .toList();
  }

  @Test
  void a_short_text_is_one_chunk() {
    assertThat(chunks(10, 2, "one two three")).containsExactly("one two three");
  }

  @Test
  void a_long_text_is_cut_between_words_and_the_overlap_is_repeated() {
    assertThat(chunks(4, 1, "a b c d e f g")).containsExactly("a b c d", "d e f g");
  }

  @Test
  void the_end_of_a_sentence_in_the_last_third_is_preferred() {
    assertThat(chunks(6, 0, "a b c d. e f g h i")).containsExactly("a b c d.", "e f g h i");
  }

  @Test
  void every_character_of_the_text_lies_in_a_chunk() {
    String text =
        "  Ünïcode 😀 words,\n\nwith   gaps and a veryveryverylongwordthatneverends. End ";
    List<Piece> pieces = new Chunker(3, 1, word -> 1).chunk(text);
    assertThat(pieces.get(0).start()).isLessThanOrEqualTo(2);
    assertThat(pieces.get(pieces.size() - 1).end()).isEqualTo(text.length());
    for (int i = 1; i < pieces.size(); i++) {
      assertThat(pieces.get(i).start()).isLessThanOrEqualTo(pieces.get(i - 1).end());
      assertThat(pieces.get(i).start()).isGreaterThan(pieces.get(i - 1).start());
    }
  }

  @Test
  void a_word_that_is_longer_than_a_chunk_stands_alone() {
    Chunker chunker = new Chunker(3, 1, word -> word.length());
    assertThat(chunker.chunk("ab abcdefgh cd")).hasSize(3);
  }
}
