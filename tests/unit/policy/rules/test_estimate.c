/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/estimate.h"

#include "tests/unit/policy/rules/forecast_world.h"

enum { RUNNING_MAX = 4, AHEAD_MAX = 4 };

/* One who waits, for a table. */
struct waiting {
    int64_t gpus; /* 0: the row is not used */
    int64_t run_time_s;
};

static struct world world;
static struct placement placement;
static struct pod_set_list pod_sets[AHEAD_MAX + 1];
static struct estimate_line line;
static struct run_times times;

static void clear(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(pod_sets); i++) {
        pod_set_list_release(&pod_sets[i]);
    }
    array_release(&line);
    placement_release(&placement);
    world_release(&world);
    world = (struct world){0};
    times = (struct run_times){0};
}

TestSuite(estimate, .fini = clear);

static void append_waiting(const struct waiting *waiting)
{
    struct pod_set_list *list = &pod_sets[line.count];

    add_gpu_pods(list, 1, waiting->gpus);
    array_append(&line, ((struct estimate_entry){.pod_sets = list,
                                                 .run_time_us = waiting->run_time_s * SECOND_US}));
}

/* Of five run times the 25th percentile is 200 s and the 90th 500 s. */
static void add_run_times(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        run_times_add(&times, (int64_t)(i + 1) * 100 * SECOND_US);
    }
}

static struct estimate estimate(void)
{
    const struct flavor_state state = forecast_world_state(&world, &placement);
    struct estimate result = {.basis = ESTIMATE_DECLARED};

    estimate_start(&state, &times, &line, FORECAST_NOW_US, &result);
    return result;
}

/* Somebody asks for so many of eight GPUs. */
struct situation {
    const char *title;
    struct running running[RUNNING_MAX];
    struct waiting ahead[AHEAD_MAX];
    int64_t gpus;
    size_t sample_count;
    enum estimate_basis basis;
    int64_t earliest_s;
    int64_t latest_s;
};

static void check(const struct situation *situation, const char *strategy)
{
    forecast_world_init(&world, strategy);
    for (size_t i = 0; i < RUNNING_MAX && situation->running[i].gpus > 0; i++) {
        forecast_world_run(&world, &placement, &situation->running[i]);
    }
    for (size_t i = 0; i < AHEAD_MAX && situation->ahead[i].gpus > 0; i++) {
        append_waiting(&situation->ahead[i]);
    }
    append_waiting(&(struct waiting){.gpus = situation->gpus});
    add_run_times(situation->sample_count);
    const struct estimate found = estimate();
    cr_expect_eq(found.basis, situation->basis, "%s: %d", situation->title, found.basis);
    if (situation->basis != ESTIMATE_NONE) {
        cr_expect_eq(found.earliest_us, forecast_time(situation->earliest_s), "%s: earliest %lld",
                     situation->title, (long long)(found.earliest_us - FORECAST_NOW_US));
        cr_expect_eq(found.latest_us, forecast_time(situation->latest_s), "%s: latest %lld",
                     situation->title, (long long)(found.latest_us - FORECAST_NOW_US));
        cr_expect_eq(found.sample_count,
                     situation->basis == ESTIMATE_MEASURED ? situation->sample_count : 0, "%s",
                     situation->title);
    }
    clear();
}

Test(estimate, rests_on_ends)
{
    static const struct situation situations[] = {
        {"it fits", {{0}}, {{0}}, 8, 0, ESTIMATE_DECLARED, 0, 0},
        {"a declared end", {{.gpus = 8, .ends_s = 50}}, {{0}}, 1, 0, ESTIMATE_DECLARED, 0, 50},
        {"one that is past", {{.gpus = 8, .ends_s = -50}}, {{0}}, 1, 0, ESTIMATE_DECLARED, 0, 0},
        {"the declared end is enough",
         {{.gpus = 4, .ends_s = 30}, {.gpus = 4}},
         {{0}},
         4,
         5,
         ESTIMATE_DECLARED,
         0,
         30},
        {"no end and no run times", {{.gpus = 8}}, {{0}}, 1, 0, ESTIMATE_NONE, 0, 0},
        {"too few run times", {{.gpus = 8}}, {{0}}, 1, 4, ESTIMATE_NONE, 0, 0},
        {"run times counted from the start",
         {{.gpus = 8, .started_s = -50}},
         {{0}},
         1,
         5,
         ESTIMATE_MEASURED,
         150,
         450},
        {"longer than the quick",
         {{.gpus = 8, .started_s = -220}},
         {{0}},
         1,
         5,
         ESTIMATE_MEASURED,
         0,
         280},
        {"nearly as long as the slow",
         {{.gpus = 8, .started_s = -490}},
         {{0}},
         1,
         5,
         ESTIMATE_MEASURED,
         0,
         250},
        {"longer than the slow",
         {{.gpus = 8, .started_s = -90000}},
         {{0}},
         1,
         5,
         ESTIMATE_MEASURED,
         0,
         250},
        {"declared and measured ends",
         {{.gpus = 4, .ends_s = 300}, {.gpus = 4}},
         {{0}},
         8,
         5,
         ESTIMATE_MEASURED,
         300,
         500},
        {"more than it can ever have",
         {{.gpus = 4, .ends_s = 9}},
         {{0}},
         9,
         5,
         ESTIMATE_NONE,
         0,
         0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(situations); i++) {
        check(&situations[i], "StrictFIFO");
        check(&situations[i], "BestEffortFIFO");
    }
}

Test(estimate, lets_those_ahead_start_first)
{
    static const struct situation situations[] = {
        {"after one of declared run time",
         {{.gpus = 8, .ends_s = 30}},
         {{8, 100}},
         8,
         0,
         ESTIMATE_DECLARED,
         0,
         130},
        {"after one of whom only others' run times are known",
         {{.gpus = 8, .ends_s = 30}},
         {{8, 0}},
         8,
         5,
         ESTIMATE_MEASURED,
         230,
         530},
        {"after one of whom nothing is known",
         {{.gpus = 8, .ends_s = 30}},
         {{8, 0}},
         8,
         0,
         ESTIMATE_NONE,
         0,
         0},
        {"beside one who leaves room",
         {{.gpus = 8, .ends_s = 30}},
         {{4, 0}},
         4,
         0,
         ESTIMATE_DECLARED,
         0,
         30},
        {"the ends of those ahead are in between",
         {{.gpus = 4, .ends_s = 30}, {.gpus = 4, .ends_s = 90}},
         {{4, 10}},
         4,
         0,
         ESTIMATE_DECLARED,
         0,
         40},
        {"one after the other",
         {{0}},
         {{8, 10}, {5, 20}, {5, 40}, {3, 80}},
         6,
         0,
         ESTIMATE_DECLARED,
         0,
         110},
        {"never before those ahead",
         {{.gpus = 4, .ends_s = 60}},
         {{8, 5}},
         1,
         0,
         ESTIMATE_DECLARED,
         0,
         65},
        {"who can never start holds nobody up",
         {{.gpus = 8, .ends_s = 30}},
         {{9, 0}},
         8,
         0,
         ESTIMATE_DECLARED,
         0,
         30},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(situations); i++) {
        check(&situations[i], "StrictFIFO");
        check(&situations[i], "BestEffortFIFO");
    }
}

Test(estimate, passes_who_waits_for_an_unknown_end_only_if_the_queue_does)
{
    struct situation situation = {.running = {{.gpus = 4}, {.gpus = 4, .ends_s = 30}},
                                  .ahead = {{8, 10}},
                                  .gpus = 4,
                                  .basis = ESTIMATE_NONE};

    check(&situation, "StrictFIFO");
    situation.basis = ESTIMATE_DECLARED;
    situation.latest_s = 30;
    check(&situation, "BestEffortFIFO");
}

Test(estimate, counts_places)
{
    forecast_world_init(&world, "StrictFIFO");
    add_nodes(&placement, "[{name: a, has: {" GPU ": 4}}, {name: b, has: {" GPU ": 4}}]");
    forecast_world_run(&world, &placement, &(struct running){.gpus = 1, .ends_s = 40, .node = "a"});
    forecast_world_run(&world, &placement, &(struct running){.gpus = 3, .ends_s = 90, .node = "b"});
    append_waiting(&(struct waiting){.gpus = 3, .run_time_s = 100});
    append_waiting(&(struct waiting){.gpus = 4});
    const struct estimate found = estimate();
    cr_assert_eq(found.basis, ESTIMATE_DECLARED);
    cr_assert_eq(found.latest_us, forecast_time(90));
}

Test(estimate, gives_up_behind_too_many)
{
    forecast_world_init(&world, "StrictFIFO");
    add_gpu_pods(&pod_sets[0], 1, 8);
    for (int i = 0; i < 2001; i++) {
        array_append(&line,
                     ((struct estimate_entry){.pod_sets = &pod_sets[0], .run_time_us = SECOND_US}));
    }
    struct estimate found = estimate();
    cr_assert_eq(found.basis, ESTIMATE_DECLARED);
    cr_assert_eq(found.latest_us, forecast_time(2000));
    array_append(&line, ((struct estimate_entry){.pod_sets = &pod_sets[0]}));
    cr_assert_eq(estimate().basis, ESTIMATE_NONE);
}

Test(estimate, is_told_in_words)
{
    enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
    static const struct {
        enum estimate_basis basis;
        int64_t earliest_s;
        int64_t latest_s;
        const char *words;
    } cases[] = {
        {ESTIMATE_NONE, 0, 0, "no estimate yet"},
        {ESTIMATE_DECLARED, 0, 0, "may start at any moment"},
        {ESTIMATE_DECLARED, 0, -5, "may start at any moment"},
        {ESTIMATE_DECLARED, 0, 1, "starts within 1 minute (by declared run times)"},
        {ESTIMATE_DECLARED, 0, 90 * MINUTE, "starts within 90 minutes (by declared run times)"},
        {ESTIMATE_DECLARED, 0, 2 * HOUR, "starts within 2 hours (by declared run times)"},
        {ESTIMATE_DECLARED, 0, 30 * DAY, "starts within 30 days (by declared run times)"},
        {ESTIMATE_MEASURED, 5 * MINUTE, 40 * MINUTE, "starts in 5 to 40 minutes"},
        {ESTIMATE_MEASURED, 5 * MINUTE + 59, 39 * MINUTE + 1, "starts in 5 to 40 minutes"},
        {ESTIMATE_MEASURED, MINUTE, 2 * MINUTE, "starts in 1 to 2 minutes"},
        {ESTIMATE_MEASURED, 59, 10 * MINUTE, "starts within 10 minutes"},
        {ESTIMATE_MEASURED, -59, 10 * MINUTE, "starts within 10 minutes"},
        {ESTIMATE_MEASURED, 50 * MINUTE, 3 * HOUR, "starts in 50 minutes to 3 hours"},
        {ESTIMATE_MEASURED, 1 * MINUTE, 47 * HOUR + 1, "starts in 1 minute to 48 hours"},
        {ESTIMATE_MEASURED, 3 * HOUR, 3 * DAY, "starts in 3 hours to 3 days"},
        {ESTIMATE_MEASURED, 7 * MINUTE, 7 * MINUTE, "starts in about 7 minutes"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct estimate told = {
            .basis = cases[i].basis,
            .earliest_us = forecast_time(cases[i].earliest_s),
            .latest_us = forecast_time(cases[i].latest_s),
            .sample_count = 12,
        };
        auto_free char *words = estimate_format(&told, FORECAST_NOW_US);
        auto_free char *expected = text_format("%s%s", cases[i].words,
                                               cases[i].basis == ESTIMATE_MEASURED
                                                   ? " (from 12 run times measured in this queue)"
                                                   : "");
        cr_expect_str_eq(words, expected);
    }
}
