package dev.vectorkeeper.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsPgTest {
  @TempDir private Path directory;
  private TestDatabase test;
  private Map<String, String> environment;
  private Secrets secrets;
  private SecretStore store;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    MasterKey.create(directory.resolve("key"));
    environment = Map.of(MasterKey.FILE_VARIABLE, directory.resolve("key").toString());
    secrets = new Secrets(test.database()::jdbi, environment);
    store = new SecretStore(test.database().jdbi());
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void a_stored_secret_comes_back_and_is_nowhere_in_the_table() {
    store.set(MasterKey.of(environment), "openai", Secret.of("sk-canary-123456"));
    assertThat(secrets.resolve("secret:openai").reveal()).isEqualTo("sk-canary-123456");
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.secret where convert_from(sealed, 'latin1') like '%canary%'"))
        .isZero();
    assertThat(store.list()).extracting(SecretStore.Listed::name).containsExactly("openai");
    assertThat(store.list().toString()).doesNotContain("canary");
  }

  @Test
  void the_same_text_is_sealed_otherwise_each_time_and_bound_to_its_name() {
    MasterKey key = MasterKey.of(environment);
    store.set(key, "a", Secret.of("same"));
    store.set(key, "b", Secret.of("same"));
    assertThat(test.number("select count(distinct sealed) from vectorkeeper.secret")).isEqualTo(2);
    test.sql(
        "update vectorkeeper.secret b set nonce = a.nonce, sealed = a.sealed from vectorkeeper.secret a where a.name = 'a' and b.name = 'b'");
    assertThatThrownBy(() -> secrets.resolve("secret:b"))
        .hasMessageContaining("another key")
        .hasMessageNotContaining("same");
  }

  @Test
  void rotation_seals_anew_and_the_old_key_opens_nothing_any_more() {
    store.set(MasterKey.of(environment), "a", Secret.of("one"));
    MasterKey.create(directory.resolve("new"));
    assertThat(store.rotate(MasterKey.of(environment), MasterKey.read(directory.resolve("new"))))
        .isEqualTo(1);
    assertThatThrownBy(() -> secrets.resolve("secret:a")).hasMessageContaining("another key");
    Map<String, String> changed =
        Map.of(MasterKey.FILE_VARIABLE, directory.resolve("new").toString());
    assertThat(new Secrets(test.database()::jdbi, changed).resolve("secret:a").reveal())
        .isEqualTo("one");
  }

  @Test
  void files_and_supabase_vault_are_read_too() throws Exception {
    Files.writeString(directory.resolve("key.txt"), "from-file\n");
    assertThat(secrets.resolve("file:" + directory.resolve("key.txt")).reveal())
        .isEqualTo("from-file");
    assertThatThrownBy(() -> secrets.resolve("vault:openai"))
        .hasMessageContaining("no Supabase Vault");
    // A stand-in for Supabase's own view, which this server does not have.
    test.sql(
        "create schema vault",
        "create view vault.decrypted_secrets as select 'openai' as name, 'from-vault' as decrypted_secret");
    assertThat(secrets.resolve("vault:openai").reveal()).isEqualTo("from-vault");
    assertThatThrownBy(() -> secrets.resolve("vault:other")).hasMessageContaining("\"other\"");
  }

  @Test
  void without_a_key_or_with_a_wrong_one_the_error_says_what_to_do() {
    assertThatThrownBy(() -> new Secrets(test.database()::jdbi, Map.of()).resolve("secret:a"))
        .hasMessageContaining("new-key");
    assertThatThrownBy(() -> MasterKey.of(Map.of(MasterKey.VARIABLE, "c2hvcnQ=")))
        .hasMessageContaining("32 bytes")
        .hasMessageNotContaining("c2hvcnQ");
    assertThatThrownBy(() -> secrets.resolve("secret:none"))
        .hasMessageContaining("secrets set none");
  }
}
