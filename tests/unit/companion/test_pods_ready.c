/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/pods_ready.h"

#include "tests/unit/companion/record_text.h"

enum { PODS_MAX = 3 };

struct pod {
    int64_t ready_us;
    bool is_finished;
    bool has_failed;
    bool is_deleting;
    bool is_there;
};

static int64_t ready_since(const struct pod *pods, int64_t count, int64_t succeeded_count)
{
    struct object objects[PODS_MAX] = {0};
    const struct object owner = {.kind = &kind_job, .succeeded_count = succeeded_count};
    auto_admission struct admission *admission = make_admission("job", "a100", count, 1);
    struct workload workload = {.owner = &owner, .admission = admission};

    for (size_t i = 0; i < PODS_MAX; i++) {
        objects[i] = (struct object){
            .ready_us = pods[i].ready_us,
            .is_finished = pods[i].is_finished,
            .has_failed = pods[i].has_failed,
            .is_deleting = pods[i].is_deleting,
        };
        if (pods[i].is_there) {
            workload_add_pod(&workload, &objects[i]);
        }
    }
    int64_t since_us = pods_ready_since_us(&workload);
    array_release(&workload.pods);
    return since_us;
}

Test(pods_ready, since_the_last_of_them)
{
    static const struct {
        struct pod pods[PODS_MAX];
        int64_t count;
        int64_t succeeded_count;
        int64_t since_us;
    } cases[] = {
        {{{0}}, 1, 0, 0},
        {{{.is_there = true}}, 1, 0, 0},
        {{{.is_there = true, .ready_us = 5}}, 1, 0, 5},
        {{{.is_there = true, .ready_us = 5}}, 2, 0, 0},
        {{{.is_there = true, .ready_us = 9}, {.is_there = true, .ready_us = 5}}, 2, 0, 9},
        {{{.is_there = true, .ready_us = 9}, {.is_there = true}}, 2, 0, 0},
        {{{.is_there = true, .ready_us = 9}, {.is_there = true, .is_finished = true}}, 2, 0, 9},
        {{{.is_there = true, .ready_us = 9},
          {.is_there = true, .is_finished = true, .has_failed = true}},
         2,
         0,
         0},
        {{{.is_there = true, .ready_us = 9}}, 2, 1, 9},
        {{{.is_there = true, .ready_us = 9, .is_deleting = true}}, 1, 0, 0},
        {{{.is_there = true, .is_finished = true}}, 1, 0, 1},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        cr_expect_eq(ready_since(cases[i].pods, cases[i].count, cases[i].succeeded_count),
                     cases[i].since_us, "case %zu", i);
    }
}
