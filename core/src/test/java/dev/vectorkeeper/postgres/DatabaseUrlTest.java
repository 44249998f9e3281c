package dev.vectorkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vectorkeeper.VectorkeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses in both forms, and that what may be shown of them never holds a password. */
class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          postgresql://me:hush@db.example:5433/shop,         jdbc:postgresql://db.example:5433/shop, me, hush
          postgres://me:hush@db.example/shop,                jdbc:postgresql://db.example/shop,      me, hush
          postgresql://me@db.example/shop,                   jdbc:postgresql://db.example/shop,      me, -
          postgresql://db.example/shop,                      jdbc:postgresql://db.example/shop,      -,  -
          postgresql://db.example,                           jdbc:postgresql://db.example/,          -,  -
          postgresql:///shop,                                jdbc:postgresql://localhost/shop,       -,  -
          postgresql://m%40e:h%2Fu%3As%25h+@[::1]:5432/shop, jdbc:postgresql://[::1]:5432/shop,      m@e, h/u:s%h+
          postgresql://me:hu@sh@db.example/shop,             jdbc:postgresql://db.example/shop,      me, hu@sh
          postgresql://me:hu/sh@db.example/shop,             jdbc:postgresql://db.example/shop,      me, hu/sh
          postgresql://me:hu:sh@db.example/shop,             jdbc:postgresql://db.example/shop,      me, hu:sh
          jdbc:postgresql://db.example:5433/shop?user=me&password=hush, jdbc:postgresql://db.example:5433/shop, me, hush
          jdbc:postgresql://me:hush@db.example/shop,         jdbc:postgresql://db.example/shop,      me, hush
          """)
  void both_forms_are_read(String written, String jdbc, String user, String password) {
    DatabaseUrl url = DatabaseUrl.parse("  " + written + " ");
    assertThat(url.jdbcUrl()).isEqualTo(jdbc);
    assertThat(url.properties().getProperty("user")).isEqualTo(user);
    assertThat(url.properties().getProperty("password")).isEqualTo(password);
    assertThat(url.toString()).isEqualTo(jdbc.substring("jdbc:".length()));
  }

  @Test
  void parameters_are_the_drivers_and_those_of_libpq_are_translated() {
    DatabaseUrl url =
        DatabaseUrl.parse(
            "postgresql://me@h/d?sslmode=require&connect_timeout=3&application_name=a%20b&options=-c%20x%3D1@2");
    assertThat(url.properties())
        .containsEntry("sslmode", "require")
        .containsEntry("connectTimeout", "3")
        .containsEntry("ApplicationName", "a b")
        .containsEntry("options", "-c x=1@2");
    assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://h/d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "shop",
        "mysql://me:hush@host/db",
        "jdbc:mysql://me:hush@host/db",
        "host=localhost password=hush",
        "postgresql://me:hush%zz@host/db",
        "postgresql://me:hush?1@host/db",
        "postgresql:/me:hush@host/db",
        "jdbc:postgresql://host/db?password=hush%",
      })
  void what_is_no_address_is_refused_without_repeating_it(String written) {
    VectorkeeperException e =
        catchThrowableOfType(VectorkeeperException.class, () -> DatabaseUrl.parse(written));
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo("VK-D01");
    assertThat(e.getMessage())
        .doesNotContain("hush")
        .contains("postgresql://", "jdbc:postgresql://");
  }

  @Test
  void another_database_of_the_same_server_keeps_the_rest() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://me:hush@h:5433/d").withDatabase("other");
    assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://h:5433/other");
    assertThat(url.properties()).containsEntry("password", "hush");
  }
}
