package dev.keelson.kv;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the state machine may not know, so that the same log gives the same state everywhere. */
class KvArchitectureTest {
  private static final JavaClasses KV =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.keelson.kv");

  @Test
  void dependsOnNoClockThreadRandomnessOrIo() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.io\\.(File.*|RandomAccessFile|Console)|java\\.lang\\.Thread|java\\.util\\.Random|java\\.time\\.Clock|java\\.util\\.Timer"
                + "|java\\.security\\.SecureRandom"
                + "|java\\.util\\.concurrent\\.(ThreadLocalRandom|Executors|ForkJoinPool|Thread.*)")
        .because("time, threads, randomness and I/O are handed in")
        .check(KV);
  }

  @Test
  void dependsOnNothingAboveIt() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.keelson.node..",
            "dev.keelson.server..",
            "dev.keelson.sim..",
            "dev.keelson.storage.wal..",
            "dev.keelson.storage.backend.rocksdb..",
            "dev.keelson.storage.backend.memory..")
        .check(KV);
  }

  @Test
  void errorsAndTheStoreDoNotKnowTransactions() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.keelson.kv.error..", "dev.keelson.kv.mvcc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.keelson.kv",
            "dev.keelson.kv.txn..",
            "dev.keelson.kv.lease..",
            "dev.keelson.kv.watch..",
            "dev.keelson.kv.alarm..",
            "dev.keelson.kv.member..")
        .check(KV);
    noClasses()
        .that()
        .resideInAPackage("dev.keelson.kv.error..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.keelson.kv.mvcc..")
        .check(KV);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("dev.keelson.kv.(*)..").should().beFreeOfCycles().check(KV);
  }
}
