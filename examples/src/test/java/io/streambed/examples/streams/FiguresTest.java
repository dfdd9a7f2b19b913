package io.streambed.examples.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.LsmException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

/** What is made of an application's metrics. */
class FiguresTest {
    @Test
    void addUpThreadsAndPartitions() {
        Figures figures = Figures.of(
                List.of(
                        metric("stream-thread-metrics", "process-total", 40.0),
                        metric("stream-thread-metrics", "process-total", 2.0),
                        metric("stream-task-metrics", "process-total", 1000.0),
                        metric("stream-state-metrics", "total-sst-files-size", 100L),
                        metric("stream-state-metrics", "size-all-mem-tables", 20L),
                        metric("stream-state-metrics", "total-sst-files-size", 3L),
                        metric("stream-state-metrics", "tables-per-level", "1,0,2,0"),
                        metric("stream-state-metrics", "tables-per-level", "3,4")),
                7);
        assertEquals(new Figures(42, 7, 123, List.of(4, 4, 2, 0)), figures);
        assertEquals("4/4/2", figures.levels());
    }

    @Test
    void addUpInstances() {
        Figures one = new Figures(1, 2, 3, List.of(4, 5));
        Figures other = new Figures(10, 20, 30, List.of(40));
        assertEquals(new Figures(11, 22, 33, List.of(44, 5)), one.plus(other));
        assertEquals(new Figures(11, 22, 33, List.of(44, 5)), other.plus(one));
    }

    @Test
    void areZeroWhereNothingIsSaid() {
        Figures figures = Figures.of(
                List.of(
                        metric("stream-thread-metrics", "process-total", "not yet"),
                        metric("stream-state-metrics", "tables-per-level", "0,0")),
                0);
        assertEquals(0, figures.records());
        assertEquals("0", figures.levels());
        assertEquals(List.of(), Figures.of(List.of(), 0).tables());
    }

    @Test
    void passOverAStoreThatClosesMeanwhile() {
        LsmException closed = new LsmException(LsmException.Kind.CLOSED, "closed");
        Figures figures = Figures.of(
                List.of(
                        metric("stream-state-metrics", "total-sst-files-size", closed),
                        metric("stream-state-metrics", "tables-per-level", closed),
                        metric("stream-state-metrics", "size-all-mem-tables", 5L)),
                0);
        assertEquals(new Figures(0, 0, 5, List.of()), figures);
    }

    /** A metric with a value, or with an exception in place of one. */
    private static Metric metric(String group, String name, Object value) {
        return new Metric() {
            @Override
            public MetricName metricName() {
                return new MetricName(name, group, "", Map.of());
            }

            @Override
            public Object metricValue() {
                if (value instanceof RuntimeException failure) {
                    throw failure;
                }
                return value;
            }
        };
    }
}
