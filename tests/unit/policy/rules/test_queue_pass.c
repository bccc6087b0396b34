/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/queue_pass.h"
#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"

static struct world world;
static struct usage used;
static struct queue_candidate_list candidates;
static struct pod_set_list pod_sets[16];

static void make_world(void)
{
    world_add_flavor(&world, "small", "{nodeLabels: {pool: small}}");
    world_add_flavor(&world, "big", "{nodeLabels: {pool: big}}");
}

static void unmake_world(void)
{
    queue_candidate_list_release(&candidates);
    for (size_t i = 0; i < ARRAY_LENGTH(pod_sets); i++) {
        pod_set_list_release(&pod_sets[i]);
    }
    usage_release(&used);
    world_release(&world);
}

TestSuite(queue_pass, .init = make_world, .fini = unmake_world);

static void set_strategy(const char *strategy)
{
    auto_free char *spec = text_format(
        "{queueingStrategy: %s, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
        "[{name: small, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}, {name: big, "
        "resources: [{name: nvidia.com/gpu, nominalQuota: 4}]}]}]}",
        strategy);

    world_set_queue(&world, spec);
}

static void add_candidate(int gpus, const char *only_flavor)
{
    struct pod_set_list *list = &pod_sets[candidates.count];
    auto_free char *spec =
        text_format("{containers: [{resources: {limits: {nvidia.com/gpu: %d}}}]}", gpus);

    add_pod_set(list, "main", 1, spec);
    array_append(&candidates, ((struct queue_candidate){
                                  .pod_sets = list,
                                  .only_flavor = only_flavor,
                                  .shape = pod_set_list_shape(list),
                              }));
}

/* One letter a candidate: f fits, w waits, i inadmissible, - not tried. */
static void expect_verdicts(const char *letters)
{
    queue_pass_run(&world.rules, &used, &candidates);
    cr_assert_eq(candidates.count, strlen(letters));
    array_for_each(candidate, &candidates) {
        char letter = candidate->is_tried ? "fwi"[candidate->verdict.kind] : '-';
        cr_assert_eq(letter, letters[candidate - candidates.items], "candidate %zu: %c",
                     (size_t)(candidate - candidates.items), letter);
        cr_assert_eq(candidate->admission != NULL, letter == 'f');
    }
}

Test(queue_pass, starts_all_that_fit_in_one_pass)
{
    set_strategy("StrictFIFO");
    add_candidate(1, NULL);
    add_candidate(2, NULL);
    add_candidate(2, NULL);
    add_candidate(1, NULL);
    expect_verdicts("fffw");
    cr_assert_eq(usage_get(&used, "small", GPU), 1);
    cr_assert_eq(usage_get(&used, "big", GPU), 4);
}

Test(queue_pass, never_overtakes_in_strict_order)
{
    set_strategy("StrictFIFO");
    usage_add(&used, "big", GPU, 2);
    add_candidate(3, NULL);
    add_candidate(1, NULL);
    add_candidate(1, NULL);
    expect_verdicts("w--");
    cr_assert_eq(usage_get(&used, "small", GPU), 0);
}

Test(queue_pass, overtakes_what_waits_in_best_effort_order)
{
    set_strategy("BestEffortFIFO");
    usage_add(&used, "big", GPU, 2);
    add_candidate(3, NULL);
    add_candidate(1, NULL);
    add_candidate(3, NULL);
    add_candidate(2, NULL);
    add_candidate(1, NULL);
    expect_verdicts("wfwfw");
    cr_assert_str_eq(candidates.items[0].verdict.message, candidates.items[2].verdict.message);
}

Test(queue_pass, lets_what_can_never_fit_block_nobody)
{
    set_strategy("StrictFIFO");
    add_candidate(9, NULL);
    add_candidate(1, NULL);
    add_candidate(9, NULL);
    add_candidate(4, NULL);
    add_candidate(1, NULL);
    add_candidate(1, NULL);
    expect_verdicts("ififw-");
}

Test(queue_pass, tells_equal_shapes_of_other_flavors_apart)
{
    set_strategy("BestEffortFIFO");
    usage_add(&used, "small", GPU, 1);
    add_candidate(1, "small");
    add_candidate(1, "big");
    add_candidate(1, "small");
    add_candidate(1, NULL);
    expect_verdicts("wfwf");
    cr_assert_eq(usage_get(&used, "big", GPU), 2);
}

Test(queue_pass, decides_nothing_about_nobody)
{
    set_strategy("StrictFIFO");
    expect_verdicts("");
}

Test(queue_pass, starts_nothing_above_a_lowered_quota)
{
    set_strategy("BestEffortFIFO");
    usage_add(&used, "small", GPU, 5);
    usage_add(&used, "big", GPU, 9);
    add_candidate(1, NULL);
    add_candidate(4, NULL);
    expect_verdicts("ww");
}
