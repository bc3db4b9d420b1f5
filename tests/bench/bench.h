/* SPDX-License-Identifier: Apache-2.0
 *
 * What the benchmarks share: a clock, medians, and rows for build/bench.tsv.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds, monotonic. */
uint64_t bench_now(void);

/* A set of measurements of one thing. */
struct bench_set {
    double *values;
    size_t count, cap;
};
void bench_add(struct bench_set *set, double value);
/* Sorts; the middle one. A machine that does something else now and then moves a mean, not this. */
double bench_median(struct bench_set *set);
void bench_clear(struct bench_set *set);

/* One row: name, ours, baseline, unit, ratio (ours over baseline). baseline 0: there is none. */
void bench_row(const char *name, double ours, double baseline, const char *unit);
/* Removes a folder and the files in it. */
void bench_remove(const char *folder);
/* Ends the program with words on stderr: a benchmark that can't run has no number. */
void bench_fail(const char *what);

#endif
