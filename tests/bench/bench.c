/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void bench_add(struct bench_set *set, double value)
{
    if (set->count == set->cap) {
        set->cap = set->cap == 0 ? 1024 : set->cap * 2;
        set->values = realloc(set->values, set->cap * sizeof(double));
        if (set->values == NULL)
            bench_fail("no memory");
    }
    set->values[set->count++] = value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(struct bench_set *set)
{
    if (set->count == 0)
        bench_fail("nothing was measured");
    qsort(set->values, set->count, sizeof(double), compare);
    return set->values[set->count / 2];
}

void bench_clear(struct bench_set *set)
{
    free(set->values);
    *set = (struct bench_set){0};
}

void bench_row(const char *name, double ours, double baseline, const char *unit)
{
    if (baseline > 0)
        printf("%s\t%.6g\t%.6g\t%s\t%.3f\n", name, ours, baseline, unit, ours / baseline);
    else
        printf("%s\t%.6g\t-\t%s\t-\n", name, ours, unit);
    fflush(stdout);
}

void bench_remove(const char *folder)
{
    char path[512];
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        (void)unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
    (void)rmdir(folder);
}

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}
