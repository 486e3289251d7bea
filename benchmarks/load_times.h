/* Clocks, times that are collected, and how the load gives up. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct times { /* how long something took, each time */
    double *each;
    uint64_t count, room;
};

static void fail(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    fprintf(stderr, "\n");
    exit(1);
}

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time))
        fail("the server has ended");
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double now(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

static void note(struct times *times, double sent, double *time)
{
    if (!*time)
        *time = now(); /* once a read, and only when needed */
    if (times->count == times->room) {
        times->room = times->room ? 2 * times->room : 1 << 16;
        times->each = realloc(times->each, times->room * sizeof *times->each);
        if (!times->each)
            fail("no memory");
    }
    times->each[times->count++] = *time - sent;
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double percentile(const struct times *times, double part)
{
    return times->count ? times->each[(uint64_t)(part * (double)(times->count - 1) + 0.5)] : -1;
}

static void print_times(const char *name, const struct times *times)
{
    qsort(times->each, times->count, sizeof *times->each, ascending);
    printf(", \"%sp50\": %.9f, \"%sp99\": %.9f, \"%sworst\": %.9f", name, percentile(times, 0.5),
           name, percentile(times, 0.99), name, percentile(times, 1));
}
