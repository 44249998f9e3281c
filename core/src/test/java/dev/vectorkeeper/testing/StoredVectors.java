package dev.vectorkeeper.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** What a collection's table holds, by key, for comparison with what a provider would answer. */
public final class StoredVectors {
  private StoredVectors() {}

  /** Every vector by its key's text. */
  public static Map<String, float[]> of(TestDatabase test, String table, String key) {
    Map<String, float[]> vectors = new HashMap<>();
    try (Connection connection = test.session();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select %s, embedding from %s".formatted(key, table))) {
      while (row.next()) {
        vectors.put(row.getString(1), parse(row.getString(2)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return vectors;
  }

  private static float[] parse(String text) {
    String[] parts = text.substring(1, text.length() - 1).split(",");
    float[] vector = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      vector[i] = Float.parseFloat(parts[i]);
    }
    return vector;
  }
}
