package dev.vectorkeeper.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/**
 * The directions in which packages may depend on each other; each rule is also shown to fail on a
 * fixture.
 */
class PackagesArchTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.vectorkeeper");

  private static final JavaClasses FIXTURE =
      new ClassFileImporter().importPackages("dev.vectorkeeper.architecture.fixture");

  private static ArchRule alone(String root, String name) {
    return noClasses()
        .that()
        .resideInAPackage(root + "." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others(root, name));
  }

  private static String[] others(String root, String name) {
    return java.util.stream.Stream.of(
            "config",
            "profile",
            "source",
            "catalog",
            "declare",
            "script",
            "capture",
            "queue",
            "chunk",
            "store",
            "backfill",
            "worker",
            "search",
            "activation",
            "derived",
            "verify",
            "swap",
            "migrate",
            "adopt",
            "importing",
            "canary",
            "status",
            "doctor",
            "secret",
            "run",
            "schedule",
            "access",
            "observe",
            "quota",
            "provider",
            "postgres")
        .filter(other -> !other.equals(name))
        .map(other -> root + "." + other + "..")
        .toArray(String[]::new);
  }

  private static ArchRule noCycles(String root) {
    return slices().matching(root + ".(*)..").should().beFreeOfCycles();
  }

  private static ArchRule sqlOnlyThroughNames() {
    return noClasses()
        .that()
        .resideInAnyPackage(
            "dev.vectorkeeper.worker..",
            "dev.vectorkeeper.provider..",
            "dev.vectorkeeper.chunk..",
            "dev.vectorkeeper.architecture.fixture.worker..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.sql.Statement");
  }

  @Test
  void the_provider_seam_and_the_postgres_package_depend_on_nothing_else_of_the_engine() {
    alone("dev.vectorkeeper", "provider").check(CORE);
    alone("dev.vectorkeeper", "postgres").check(CORE);
    assertFails(alone("dev.vectorkeeper.architecture.fixture", "postgres"));
  }

  @Test
  void packages_are_free_of_cycles() {
    noCycles("dev.vectorkeeper").check(CORE);
    assertFails(noCycles("dev.vectorkeeper.architecture.fixture"));
  }

  @Test
  void plain_statements_stay_out_of_the_embedding_path() {
    sqlOnlyThroughNames().check(CORE);
    assertFails(sqlOnlyThroughNames());
  }

  private static void assertFails(ArchRule rule) {
    assertThat(rule.evaluate(FIXTURE).hasViolation()).as(rule.getDescription()).isTrue();
  }
}
