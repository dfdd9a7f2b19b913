package io.streambed.examples.plot;

import java.util.ArrayList;
import java.util.List;

/** Where values lie along an axis. An immutable value. */
public sealed interface Scale {
    /** The place of a value; one that lies outside goes to the end that it is closer to. */
    double at(double value);

    /** The values at which the axis is marked. */
    List<Double> marks();

    /**
     * Equal steps for equal factors.
     *
     * @param least the value at {@code from}; more than 0
     * @param greatest the value at {@code to}; more than {@code least}
     */
    record Logarithmic(double least, double greatest, double from, double to) implements Scale {
        @Override
        public double at(double value) {
            double clamped = Math.max(least, Math.min(greatest, value));
            return from + (to - from) * Math.log(clamped / least) / Math.log(greatest / least);
        }

        /** The powers of ten. */
        @Override
        public List<Double> marks() {
            List<Double> marks = new ArrayList<>();
            for (int power = (int) Math.ceil(Math.log10(least) - 1e-9); power <= Math.log10(greatest) + 1e-9; power++) {
                marks.add(Math.pow(10, power));
            }
            return marks;
        }

        /** Reaching from the power of ten below some values to the one above them. */
        public static Logarithmic around(double least, double greatest, double from, double to) {
            double below = Math.pow(10, Math.floor(Math.log10(least)));
            double above = Math.pow(10, Math.ceil(Math.log10(greatest)));
            return new Logarithmic(below, above > below ? above : below * 10, from, to);
        }
    }

    /**
     * Equal steps for equal differences, from 0 on.
     *
     * @param greatest the value at {@code to}; more than 0
     */
    record Linear(double greatest, double from, double to) implements Scale {
        private static final int MARKS = 5;

        @Override
        public double at(double value) {
            return from + (to - from) * Math.max(0, Math.min(greatest, value)) / greatest;
        }

        /** A few round values. */
        @Override
        public List<Double> marks() {
            double step = Math.pow(10, Math.floor(Math.log10(greatest / MARKS)));
            double[] factors = {1, 2, 5, 10};
            int factor = 0;
            while (greatest / (step * factors[factor]) > MARKS) {
                factor++;
            }
            List<Double> marks = new ArrayList<>();
            for (int i = 0; i * step * factors[factor] <= greatest; i++) {
                marks.add(i * step * factors[factor]);
            }
            return marks;
        }
    }
}
