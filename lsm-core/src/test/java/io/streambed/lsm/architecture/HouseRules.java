package io.streambed.lsm.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitReference;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rules that a module's main classes and sources keep, each made for the package names of that module. */
public final class HouseRules {
    /** What opens, lists or changes files. {@code java.nio.file.Path} only names them. */
    private static final Set<String> FILE_TYPES = Set.of(
            "java.io.File",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.RandomAccessFile",
            "java.nio.channels.AsynchronousFileChannel",
            "java.nio.channels.FileChannel",
            "java.nio.file.Files");

    private static final Set<String> TIME = Set.of(
            "java.lang.Thread.sleep",
            "java.util.concurrent.TimeUnit.sleep",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.time.Instant.now");

    private static final Set<String> CHANCE = Set.of(
            "java.lang.Math.random",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.Random.<init>()",
            "java.util.SplittableRandom.<init>()");

    private HouseRules() {}

    /** Files are opened in one package alone, so that tests can take its place and crash it. */
    public static ArchRule filesAreOpenedIn(String packageName) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(packageName)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "open files",
                        type -> FILE_TYPES.contains(type.getBaseComponentType().getName())))
                .allowEmptyShould(true);
    }

    /**
     * Time is read and waited for in one package alone, so that tests can bring their own.
     *
     * @param handsOn the classes elsewhere that may name a clock as a default ({@code System::nanoTime}), though not read it
     */
    public static ArchRule timePassesIn(String packageName, Set<String> handsOn) {
        return classes()
                .that()
                .resideOutsideOfPackage(packageName)
                .should(neverTouch("the clock", TIME, handsOn))
                .allowEmptyShould(true);
    }

    /** Chance is handed in as a seeded generator, so that a failing run can be run again. */
    public static ArchRule nothingIsLeftToChance() {
        return classes().should(neverTouch("chance", CHANCE, Set.of())).allowEmptyShould(true);
    }

    /** Bytes on disk have a format of their own; Java's serialization is never a part of it. */
    public static ArchRule nothingIsSerialized() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(Object(In|Out)put(Stream)?|Externalizable)")
                .orShould(new ArchCondition<>("be Serializable by its own word") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean says =
                                type.getRawInterfaces().stream().anyMatch(i -> i.isEquivalentTo(Serializable.class));
                        events.add(new SimpleConditionEvent(type, says, type.getName() + " implements Serializable"));
                    }
                })
                .allowEmptyShould(true);
    }

    /** A package is named by what it holds. */
    public static ArchRule noPackageIsCalledUtil() {
        return noClasses().should().resideInAPackage("..util..").allowEmptyShould(true);
    }

    /** The Java files below a folder that have more lines than that, each with its length. */
    public static List<String> filesLongerThan(int lines, Path folder) throws IOException {
        List<String> tooLong = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>)
                    files.filter(f -> f.toString().endsWith(".java")).sorted()::iterator) {
                int length = Files.readAllLines(file).size();
                if (length > lines) {
                    tooLong.add(folder.relativize(file) + ": " + length + " lines");
                }
            }
        }
        return tooLong;
    }

    private static ArchCondition<JavaClass> neverTouch(String what, Set<String> forbidden, Set<String> handsOn) {
        return new ArchCondition<>("never touch " + what) {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (JavaAccess<?> access : user.getAccessesFromSelf()) {
                    String target = access.getTarget().getFullName();
                    // A method counts with any parameters; a constructor counts as written, since a seed makes it
                    // harmless.
                    String name = target.contains("<init>") ? target : target.replaceFirst("\\(.*", "");
                    boolean handedOn = access instanceof JavaCodeUnitReference && handsOn.contains(user.getName());
                    if (forbidden.contains(name) && !handedOn) {
                        events.add(SimpleConditionEvent.violated(access, access.getDescription()));
                    }
                }
            }
        };
    }
}
