package io.streambed.lsm.story;

import io.streambed.lsm.testing.DataDriven;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shape of a tree, and what is done to its files, as small stories told in text. */
class StoryTest {
    static Stream<Path> stories() throws IOException {
        return DataDriven.files("lsm");
    }

    @ParameterizedTest
    @MethodSource("stories")
    void goesAsItIsTold(Path file) throws IOException {
        try (Story story = new Story()) {
            DataDriven.run(file, story::run);
        }
    }
}
