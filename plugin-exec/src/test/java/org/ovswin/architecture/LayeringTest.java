package org.ovswin.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class LayeringTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.ovswin");

  private static final String IPAM = "org.ovswin.ipam..";
  private static final String OVSDB = "org.ovswin.ovsdb..";
  private static final String OPENFLOW = "org.ovswin.openflow..";
  private static final String PIPELINE = "org.ovswin.pipeline..";
  private static final String SANDBOX = "org.ovswin.sandbox..";
  private static final String OURS = "org.ovswin..";

  @Test
  void ipam_importsNothingOfOurs() {
    onlyItself(IPAM);
  }

  @Test
  void ovsdbDriver_importsNothingOfOurs() {
    onlyItself(OVSDB);
  }

  @Test
  void nodeRuntimeShim_importsNothingOfOurs() {
    onlyItself(SANDBOX);
  }

  @Test
  void flowProgrammer_importsAddressTypesAtMost() {
    noClasses()
        .that()
        .resideInAnyPackage(OPENFLOW, PIPELINE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            OVSDB,
            SANDBOX,
            "org.ovswin.ipam.block..",
            "org.ovswin.ipam.lease..",
            "org.ovswin.agent..",
            "org.ovswin.cni..",
            "org.ovswin.cli..",
            "org.ovswin.lab..")
        .check(CLASSES);
  }

  @Test
  void openflow_knowsNoPipeline() {
    noClasses()
        .that()
        .resideInAPackage(OPENFLOW)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PIPELINE)
        .check(CLASSES);
  }

  @Test
  void pipeline_isPure() {
    noClasses()
        .that()
        .resideInAPackage(PIPELINE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "java.io..", "java.nio..", "java.time..", "org.slf4j..")
        .check(CLASSES);
  }

  @Test
  void jna_isUsedInTheShimOnly() {
    noClasses()
        .that()
        .resideInAPackage(OURS)
        .and()
        .resideOutsideOfPackage(SANDBOX)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .check(CLASSES);
  }

  @Test
  void linux_isNamedWhereAnAgentIsPutTogetherOrTakenAway() {
    classes()
        .that()
        .resideInAPackage("org.ovswin.sandbox.linux..")
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(
            "org.ovswin.sandbox.linux..",
            "org.ovswin.agent..",
            "org.ovswin.lab..",
            "org.ovswin.node..")
        .check(CLASSES);
  }

  @Test
  void cni_knowsNoAgent() {
    noClasses()
        .that()
        .resideInAPackage("org.ovswin.cni..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.ovswin.agent..", "org.ovswin.cli..", "org.ovswin.lab..")
        .check(CLASSES);
  }

  @Test
  void agent_knowsNoLabAndNoCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("org.ovswin.agent..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.ovswin.lab..", "org.ovswin.cli..")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("org.ovswin.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  private static void onlyItself(String packages) {
    noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.and(
                com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(OURS),
                com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage(
                    packages)))
        .check(CLASSES);
  }
}
