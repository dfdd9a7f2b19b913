package io.streambed.lsm.model;

import io.streambed.lsm.testing.KeyPool;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations on a tree and on a {@code TreeMap} must answer alike, however the tree is set. */
class ModelTest {
    private static final int SETTINGS = 48;
    private static final int OPERATIONS_EACH = 29_000;

    /** Of runs with huge keys, which fill a write buffer with a few. */
    private static final int OPERATIONS_HUGE = 8_000;

    private static final long SEED = Seeds.seed("ModelTest");

    static Stream<Setting> settings() {
        return IntStream.range(0, SETTINGS).mapToObj(number -> Setting.of(number, random(number, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void answersAsATreeMapDoes(Setting setting) throws IOException {
        int amount = setting.shape() == KeyPool.Shape.HUGE ? OPERATIONS_HUGE : OPERATIONS_EACH;
        new ModelRun(setting, random(setting.number(), 1)).run(Seeds.scaled(amount));
    }

    private static Random random(int number, int part) {
        return new Random(Seeds.part(SEED, 2 * number + part));
    }
}
