package dev.vectorkeeper.examples;

import dev.vectorkeeper.app.demo.WordNet;
import dev.vectorkeeper.app.demo.WordNet.Entry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** WordNet's meanings as rows, the ones met most often first, and which are near each other. */
public final class WordNetRows {
  private static final int ALL = 200_000;

  private final List<Entry> entries;
  private final Map<Long, Entry> byId;

  WordNetRows() {
    this.entries = WordNet.entries(ALL);
    this.byId = entries.stream().collect(Collectors.toMap(Entry::id, Function.identity()));
  }

  /** The first so many. */
  public List<Entry> first(int count) {
    return entries.subList(0, Math.min(count, entries.size()));
  }

  /**
   * The first so many of some subjects.
   *
   * @param fields numbers of the lexicographers' files, such as 6 for artifacts and 18 for persons:
   *     lexnames(5WN)
   */
  public List<Entry> first(int count, Set<Integer> fields) {
    return entries.stream().filter(entry -> fields.contains(entry.field())).limit(count).toList();
  }

  /**
   * A meaning by its id.
   *
   * @throws IllegalArgumentException where there is none
   */
  public Entry entry(long id) {
    Entry entry = byId.get(id);
    if (entry == null) {
      throw new IllegalArgumentException("WordNet has no meaning " + id);
    }
    return entry;
  }

  /**
   * Whether two meanings are near: one is a kind of the other, or both are kinds of the same,
   * within two steps of each.
   */
  public boolean related(Entry one, Entry other) {
    Set<Long> ofOne = upTo(one);
    return upTo(other).stream().anyMatch(ofOne::contains);
  }

  private Set<Long> upTo(Entry entry) {
    return java.util.stream.Stream.of(Set.of(entry.id()), entry.kinds(), kindsOf(entry.kinds()))
        .flatMap(Collection::stream)
        .collect(Collectors.toSet());
  }

  private Set<Long> kindsOf(Set<Long> ids) {
    return ids.stream()
        .map(byId::get)
        .filter(java.util.Objects::nonNull)
        .flatMap(entry -> entry.kinds().stream())
        .collect(Collectors.toSet());
  }
}
