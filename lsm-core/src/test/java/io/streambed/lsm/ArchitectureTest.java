package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.streambed.lsm.architecture.HouseRules;
import io.streambed.lsm.architecture.PackagePicture;
import io.streambed.lsm.architecture.fixture.Offenders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine's packages keep to their picture, and its code to the rules that make it testable. Each rule is also held against
 * fixtures that break it, so that a rule which has stopped looking does not pass for one that finds nothing.
 */
class ArchitectureTest {
    private static final String ENGINE = "io.streambed.lsm";
    private static final String FIXTURE = "io.streambed.lsm.architecture.fixture";
    private static final int LONGEST_FILE = 500;

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ENGINE);
    private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(FIXTURE);

    /** May name {@code System::nanoTime} as the default of a clock that can be handed in. */
    private static final Set<String> NAMES_THE_DEFAULT_CLOCK =
            Set.of("io.streambed.lsm.LsmRuntime", "io.streambed.lsm.LsmRuntime$Builder");

    /** Lowest first. The same picture stands in the module's README. */
    private static PackagePicture pictureOf(String root) {
        return new PackagePicture(root)
                .draw("bytes")
                .draw("fs")
                .draw("internal.entry", "bytes")
                .draw("internal.log", "bytes", "fs")
                .draw("internal.memtable", "bytes", "internal.entry")
                .draw("internal.sstable", "bytes", "fs", "internal.entry")
                .draw("internal.version", "bytes", "fs", "internal.entry", "internal.log")
                .draw("internal.iterator", "bytes", "internal.entry", "internal.sstable", "internal.version")
                .drawAbove("internal.compaction")
                .draw("internal.runtime")
                .drawRoot();
    }

    @Test
    void thereAreClassesToJudge() {
        assertFalse(MAIN.isEmpty());
        assertFalse(MAIN.containPackage(FIXTURE));
    }

    @Test
    void packagesKeepToThePicture() {
        pictureOf(ENGINE).isKept().check(MAIN);
    }

    @Test
    void anEdgeOrAPackageThatIsNotDrawnIsFound() {
        PackagePicture picture = pictureOf(FIXTURE).draw("util");
        assertOffends(picture.isKept(), FIXTURE + ".bytes.UsesWhatIsAbove", FIXTURE + ".stray.NotInThePicture");
    }

    @Test
    void aPictureWithACycleCannotBeDrawn() {
        PackagePicture picture = new PackagePicture(FIXTURE).draw("bytes");
        assertThrows(IllegalArgumentException.class, () -> picture.draw("fs", "internal.entry"));
        assertThrows(IllegalArgumentException.class, () -> picture.draw("bytes"));
    }

    @Test
    void filesAreOpenedInFsAlone() {
        HouseRules.filesAreOpenedIn(ENGINE + ".fs").check(MAIN);
        assertOffends(HouseRules.filesAreOpenedIn(FIXTURE + ".fs"), nested("OpensAFile"), nested("TakesAFile"));
    }

    @Test
    void timePassesInRuntimeAlone() {
        HouseRules.timePassesIn(ENGINE + ".internal.runtime", NAMES_THE_DEFAULT_CLOCK)
                .check(MAIN);
        Set<String> handsOn = Set.of(nested("NamesAClock"), nested("ReadsAClock"));
        assertOffends(
                HouseRules.timePassesIn(FIXTURE + ".internal.runtime", handsOn),
                nested("ReadsAClock"),
                nested("ReadsAnotherClock"),
                nested("Sleeps"));
        assertOffends(
                HouseRules.timePassesIn(FIXTURE + ".internal.runtime", Set.of()),
                nested("NamesAClock"),
                nested("ReadsAClock"),
                nested("ReadsAnotherClock"),
                nested("Sleeps"));
    }

    @Test
    void nothingIsLeftToChance() {
        HouseRules.nothingIsLeftToChance().check(MAIN);
        assertOffends(HouseRules.nothingIsLeftToChance(), nested("DrawsWithoutASeed"), nested("RollsDice"));
    }

    @Test
    void nothingIsSerialized() {
        HouseRules.nothingIsSerialized().check(MAIN);
        assertOffends(HouseRules.nothingIsSerialized(), nested("IsSerializable"), nested("ReadsObjects"));
    }

    @Test
    void noPackageIsCalledUtil() {
        HouseRules.noPackageIsCalledUtil().check(MAIN);
        assertOffends(HouseRules.noPackageIsCalledUtil(), FIXTURE + ".util.Helper");
    }

    @Test
    void noFileIsTooLong(@TempDir Path folder) throws IOException {
        assertEquals(List.of(), HouseRules.filesLongerThan(LONGEST_FILE, Path.of("src/main/java")));
        Files.writeString(folder.resolve("JustShort.java"), "\n".repeat(LONGEST_FILE));
        Files.writeString(folder.resolve("Long.java"), "\n".repeat(LONGEST_FILE + 1));
        assertEquals(List.of("Long.java: 501 lines"), HouseRules.filesLongerThan(LONGEST_FILE, folder));
    }

    private static String nested(String name) {
        return Offenders.class.getName() + "$" + name;
    }

    /** The rule finds fault with these fixtures, and with no other. */
    private static void assertOffends(ArchRule rule, String... offenders) {
        List<String> found = rule.evaluate(FIXTURES).getFailureReport().getDetails().stream()
                .map(ArchitectureTest::offenderOf)
                .distinct()
                .sorted()
                .toList();
        assertEquals(List.of(offenders), found);
    }

    /** A fault names the class at fault, or a member of it, before any other class. */
    private static String offenderOf(String fault) {
        String rest = fault.substring(fault.indexOf(FIXTURE));
        return FIXTURES.stream()
                .map(JavaClass::getName)
                .filter(rest::startsWith)
                .max(Comparator.comparingInt(String::length))
                .orElseThrow(() -> new AssertionError("no fixture is named first in: " + fault));
    }
}
