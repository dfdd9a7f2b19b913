package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.streambed.kafka.architecture.fixture.UsesKafkasInternals;
import io.streambed.kafka.architecture.fixture.UsesKafkasInternalsToo;
import io.streambed.kafka.architecture.fixture.UsesTheEnginesInternals;
import io.streambed.lsm.architecture.HouseRules;
import io.streambed.lsm.architecture.PackagePicture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The stores' packages keep to their picture and to what they may know of the engine and of Kafka. */
class ArchitectureTest {
    private static final String STORES = "io.streambed.kafka";
    private static final String FIXTURE = "io.streambed.kafka.architecture.fixture";
    private static final int LONGEST_FILE = 500;

    private static final Pattern KAFKAS_INTERNALS = Pattern.compile("org\\.apache\\.kafka\\.(.+\\.)?internals(\\..+)?");
    private static final Pattern ENGINES_INTERNALS = Pattern.compile("io\\.streambed\\.lsm\\.internal(\\..+)?");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(STORES);
    private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(FIXTURE);

    /** Lowest first. The same picture stands in the module's README. */
    private static PackagePicture pictureOf(String root) {
        return new PackagePicture(root)
                .draw("internal.layout")
                .draw("internal.engine", "internal.layout")
                .draw("internal.store", "internal.engine", "internal.layout")
                .draw("internal.client", "internal.engine")
                .drawRoot();
    }

    @Test
    void thereAreClassesToJudge() {
        assertFalse(MAIN.isEmpty());
        assertFalse(MAIN.containPackage(FIXTURE));
    }

    @Test
    void packagesKeepToThePicture() {
        pictureOf(STORES).isKept().check(MAIN);
        List<String> faults = pictureOf(FIXTURE)
                .isKept()
                .evaluate(FIXTURES)
                .getFailureReport()
                .getDetails();
        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.get(0).contains(FIXTURE + ".internal.layout.UsesWhatIsAbove"), faults.get(0));
    }

    @Test
    void oneClassAtMostKnowsKafkasInternals() {
        Set<String> found = usersOf(KAFKAS_INTERNALS, MAIN);
        assertTrue(found.size() <= 1, () -> "Kafka's internal classes belong into one class, and are in " + found);
        assertEquals(
                Set.of(UsesKafkasInternals.class.getName(), UsesKafkasInternalsToo.class.getName()),
                usersOf(KAFKAS_INTERNALS, FIXTURES));
    }

    @Test
    void nobodyKnowsTheEnginesInternals() {
        assertEquals(Set.of(), usersOf(ENGINES_INTERNALS, MAIN));
        assertEquals(Set.of(UsesTheEnginesInternals.class.getName()), usersOf(ENGINES_INTERNALS, FIXTURES));
    }

    @Test
    void nothingIsSerialized() {
        HouseRules.nothingIsSerialized().check(MAIN);
    }

    @Test
    void noPackageIsCalledUtil() {
        HouseRules.noPackageIsCalledUtil().check(MAIN);
    }

    @Test
    void noFileIsTooLong() throws IOException {
        assertEquals(List.of(), HouseRules.filesLongerThan(LONGEST_FILE, Path.of("src/main/java")));
    }

    /** The classes that use anything in such a package, a nested class counting as the one around it. */
    private static Set<String> usersOf(Pattern packageName, JavaClasses classes) {
        Set<String> users = new TreeSet<>();
        for (JavaClass user : classes) {
            boolean uses = user.getDirectDependenciesFromSelf().stream()
                    .map(edge -> edge.getTargetClass().getBaseComponentType().getPackageName())
                    .anyMatch(used -> packageName.matcher(used).matches());
            if (uses) {
                users.add(user.getName().replaceFirst("\\$.*", ""));
            }
        }
        return users;
    }
}
