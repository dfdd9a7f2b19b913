package io.streambed.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, as far as no app runs. */
class MainTest {
    @Test
    void listsTheApps() {
        AppRun help = AppRun.of("", "--help");
        assertEquals(0, help.status());
        for (String app : new String[] {"word-count", "bank", "page-views", "benchmark"}) {
            assertTrue(help.out().contains(app), help.out());
        }
        assertEquals("", help.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    word-count | --input  --top  --bootstrap-servers  --data-dir
                    page-views | --events  --rate  --instances  --seed  --bootstrap-servers  --data-dir
                    """)
    void tellsTheOptionsOfAnApp(String app, String options) {
        AppRun help = AppRun.of("", app, "--help");
        assertEquals(0, help.status());
        for (String option : options.split(" +", -1)) {
            assertTrue(help.out().contains(option), help.out());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                          | examples/run: no app named
                    word-cuont                  | examples/run: there is no app word-cuont
                    --verbose                   | examples/run: unknown option --verbose
                    word-count --tpo 3          | examples/run word-count: unknown option --tpo
                    word-count --top            | examples/run word-count: Missing required parameter for option '--top'
                    word-count --top ten        | examples/run word-count: Invalid value for option '--top': 'ten' is not an int
                    word-count --top 9999999999 | examples/run word-count: Invalid value for option '--top'
                    word-count --top -1         | examples/run word-count: --top is -1
                    bank --instances 0          | examples/run bank: --instances is 0; it must be 1 or more
                    bank --accounts 1           | examples/run bank: --accounts is 1; it must be 2 or more
                    bank --account-bytes 23     | examples/run bank: --account-bytes is 23; it must be 24 or more
                    bank --store memory         | examples/run bank: --store is memory; it must be one of lsm, lsm-without-supplier, rocksdb
                    page-views --events 0       | examples/run page-views: --events is 0; it must be from 1 to 10000000
                    page-views --events lots    | examples/run page-views: Invalid value for option '--events'
                    page-views --instances 7    | examples/run page-views: --instances is 7; it must be from 1 to 6
                    page-views --rate -1        | examples/run page-views: --rate is -1; it must be from 0 to
                    page-views --seed x         | examples/run page-views: Invalid value for option '--seed'
                    page-views now              | examples/run page-views: unexpected argument now
                    word-count text.txt         | examples/run word-count: unexpected argument text.txt
                    word-count --top 1 --top 2  | examples/run word-count: option '--top' (N) should be specified only once
                    """)
    void refusesWhatItDoesNotUnderstand(String args, String beginning) {
        AppRun run = AppRun.of("", args.isEmpty() ? new String[0] : args.split(" ", -1));
        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith(beginning), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
