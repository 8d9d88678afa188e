package dev.keelson.operator.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The model decides and describes; only the code around it acts, waits or looks at a clock. */
final class PureModelTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.keelson.operator");

  @Test
  void theModelUsesValuesOnly() {
    classes()
        .that()
        .resideInAPackage("dev.keelson.operator.model..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java.lang..",
            "java.nio.charset..",
            "java.util..",
            "java.time..",
            "org.jspecify.annotations..",
            "io.fabric8.kubernetes.api.model..",
            "io.fabric8.kubernetes.api.builder..",
            "dev.keelson.operator.api..",
            "dev.keelson.operator.model..")
        .check(CLASSES);
  }

  @Test
  void theModelReadsNoClock() {
    noClasses()
        .that()
        .resideInAPackage("dev.keelson.operator.model..")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(CLASSES);
  }

  @Test
  void thePlannerKnowsNoKubernetesObjects() {
    noClasses()
        .that()
        .resideInAPackage("dev.keelson.operator.model.membership..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "dev.keelson.operator.model")
        .check(CLASSES);
  }
}
