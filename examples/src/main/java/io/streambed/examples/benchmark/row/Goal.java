package io.streambed.examples.benchmark.row;

/**
 * A gain that we hold ourselves to.
 *
 * @param figure what is compared
 * @param gain how many times better ours is to be than the other side's
 */
public record Goal(Figure figure, double gain) {}
