package io.streambed.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher {@code examples/run}, in a project that holds nothing but it, with a build and a Java that only say what they are asked. */
@Timeout(120)
class LauncherTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Path project;
    private Path launcher;
    private Path javaHome;
    private Path builds;

    @BeforeEach
    void makeProject() throws Exception {
        project = directory.toRealPath().resolve("a project");
        builds = directory.resolve("builds");
        for (String module : List.of("lsm-core", "kafka-store", "examples")) {
            Files.createDirectories(project.resolve(module).resolve("src/main/java"));
            Files.writeString(project.resolve(module).resolve("pom.xml"), "");
            Files.writeString(project.resolve(module).resolve("src/main/java/A.java"), "");
        }
        Files.writeString(project.resolve("pom.xml"), "");
        launcher = Files.copy(
                Path.of(Main.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .resolveSibling("../run")
                        .normalize(),
                project.resolve("examples/run"));
        executable(launcher, Files.readString(launcher));
        executable(project.resolve("mvnw"), """
                #!/bin/sh
                echo "$*" >> '%s'
                [ ! -e '%s' ] || { echo '[ERROR] /a/B.java:[1,2] wrong'; echo '[ERROR] Failed to execute goal'; exit 1; }
                cd "$(dirname "$0")" && mkdir -p lsm-core/target/classes kafka-store/target/classes examples/target/classes
                printf 'some.jar:other.jar' > examples/target/classpath.txt
                """.formatted(builds, directory.resolve("break")));
        java("17.0.15");
    }

    @Test
    void buildsFirstAndOnlyOnce() throws Exception {
        AppRun first = run("--help");
        assertEquals(2, first.err().lines().count(), first.err());
        assertTrue(first.err().startsWith("examples/run: building"), first.err());
        assertEquals("", run("--help").err());
        assertEquals(1, Files.readAllLines(builds).size());
    }

    @Test
    void buildsAgainWhenAnythingWasChangedAddedOrDeleted() throws Exception {
        run();
        Path source = project.resolve("lsm-core/src/main/java/A.java");
        for (Path changed : List.of(project.resolve("pom.xml"), project.resolve("examples/pom.xml"), source)) {
            age();
            Files.setLastModifiedTime(changed, FileTime.from(Instant.now()));
            assertFalse(run().err().isEmpty(), changed.toString());
        }
        age();
        Files.delete(source);
        assertFalse(run().err().isEmpty());
        age();
        Files.writeString(project.resolve("kafka-store/src/main/java/B.java"), "");
        assertFalse(run().err().isEmpty());
        age();
        assertTrue(run().err().isEmpty());
    }

    @Test
    void startsJavaWithTheAppsArguments() throws Exception {
        run();
        AppRun run = run("word-count", "--input", "a file", "--top", "*");
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.contains(project + "/examples/target/classes:some.jar:other.jar"), run.out());
        assertEquals(
                List.of("io.streambed.examples.Main", "word-count", "--input", "a file", "--top", "*"),
                lines.subList(lines.size() - 6, lines.size()));
        assertEquals(7, run.status());
    }

    @Test
    void isFoundThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), launcher);
        launcher = Files.createSymbolicLink(directory.resolve("further"), link.getFileName());
        assertEquals(7, run().status());
    }

    @Test
    void addsOptionsThatOnlyNewerJavasKnow() throws Exception {
        assertFalse(run().out().contains("native-access"));
        java("25");
        assertTrue(run().out().contains("--enable-native-access=ALL-UNNAMED"));
        assertTrue(run().out().contains("--sun-misc-unsafe-memory-access=allow"));
    }

    @Test
    void saysInOneLineThatJavaIsTooOldOrMissing() throws Exception {
        java("11.0.2");
        assertEquals("examples/run: " + javaHome + "/bin/java is Java 11; 17 or newer is needed\n", failed(run()));
        Files.delete(javaHome.resolve("bin/java"));
        assertEquals("examples/run: JAVA_HOME is " + javaHome + ", but there is no bin/java in it\n", failed(run()));
    }

    @Test
    void saysWhatIsWrongWithTheBuildAndTriesAgain() throws Exception {
        Files.writeString(directory.resolve("break"), "");
        List<String> said = failed(run()).lines().toList();
        assertEquals("[ERROR] /a/B.java:[1,2] wrong", said.get(1));
        assertTrue(
                said.get(said.size() - 1).startsWith("examples/run: the build failed; its output is in "),
                said.toString());
        Files.delete(directory.resolve("break"));
        assertEquals(7, run().status());
    }

    private static String failed(AppRun run) {
        assertEquals(1, run.status());
        assertEquals("", run.out());
        return run.err();
    }

    private AppRun run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        int status = builder.start().waitFor();
        return new AppRun(status, Files.readString(out), Files.readString(err));
    }

    /** A Java of that version, which prints its arguments, one a line, and ends with status 7. */
    private void java(String version) throws IOException {
        javaHome = directory.toRealPath().resolve("jdk-" + version);
        Files.createDirectories(javaHome.resolve("bin"));
        Files.writeString(javaHome.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(javaHome.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
    }

    /** Lets the last build have happened between all that there is and all that comes. */
    private void age() throws IOException {
        FileTime past = FileTime.from(LONG_AGO);
        try (var files = Files.walk(project)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, past);
            }
        }
        Files.setLastModifiedTime(project.resolve("examples/target/built"), FileTime.from(LONG_AGO.plusSeconds(60)));
    }

    private static void executable(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
