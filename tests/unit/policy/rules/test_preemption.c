/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/preemption_scene.h"

/* Victims are in the order in which they were found, with the reason's letter: q in the queue, r
 * reclamation, b reclamation while borrowing, f fair sharing. */

#define HOLDS(who, where, how_many, ...)                                                           \
    {                                                                                              \
        .uid = who, .queue = where, .gpus = how_many, __VA_ARGS__                                  \
    }
#define QUEUE(who, where, how_many, ...)                                                           \
    {                                                                                              \
        .name = who, .cohort = where, .gpus = how_many, __VA_ARGS__                                \
    }

#define LOWER .rules = {.within_cluster_queue = PREEMPTION_LOWER_PRIORITY}
#define LOWER_OR_NEWER .rules = {.within_cluster_queue = PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY}
#define ALONE .queues = {QUEUE("a", NULL, 4)}

static const struct preemption_scene in_the_queue[] = {
    {"never", ALONE, .holders = {HOLDS("x", "a", 4)}, .gpus = 1, .priority = 9, .victims = NULL},
    {"a lower priority", ALONE, LOWER, .holders = {HOLDS("x", "a", 4)}, .gpus = 1, .priority = 1,
     .victims = "x:q"},
    {"not an equal one", ALONE, LOWER, .holders = {HOLDS("x", "a", 4, .arrival_us = 9)}, .gpus = 1,
     .victims = NULL},
    {"an equal one that is newer", ALONE, LOWER_OR_NEWER,
     .holders = {HOLDS("x", "a", 4, .arrival_us = 9)}, .gpus = 1, .arrival_us = 8,
     .victims = "x:q"},
    {"not one of the same time", ALONE, LOWER_OR_NEWER,
     .holders = {HOLDS("x", "a", 4, .arrival_us = 8)}, .gpus = 1, .arrival_us = 8, .victims = NULL},
    {"not a newer one of higher priority", ALONE, LOWER_OR_NEWER,
     .holders = {HOLDS("x", "a", 4, .arrival_us = 9, .priority = 1)}, .gpus = 1, .victims = NULL},
    {"the lowest priority first", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2, .priority = 2), HOLDS("y", "a", 2, .priority = 1)}, .gpus = 2,
     .priority = 3, .victims = "y:q"},
    {"then the newest admission", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2, .admitted_us = 1), HOLDS("y", "a", 2, .admitted_us = 2)},
     .gpus = 2, .priority = 1, .victims = "y:q"},
    {"then the smaller uid", ALONE, LOWER, .holders = {HOLDS("y", "a", 2), HOLDS("x", "a", 2)},
     .gpus = 2, .priority = 1, .victims = "x:q"},
    {"as many as are needed", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 1), HOLDS("y", "a", 1), HOLDS("z", "a", 2)}, .gpus = 2,
     .priority = 1, .victims = "x:q y:q"},
    {"who is not needed stays", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 1), HOLDS("y", "a", 3, .priority = 1)}, .gpus = 3, .priority = 2,
     .victims = "y:q"},
    {"nobody if all together are not enough", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 1), HOLDS("y", "a", 3, .priority = 9)}, .gpus = 3, .priority = 2,
     .victims = NULL},
    {"nobody if there is room", ALONE, LOWER, .holders = {HOLDS("x", "a", 3)}, .gpus = 1,
     .priority = 1, .victims = ""},
    {"not who is protected", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2, .is_protected = true), HOLDS("y", "a", 2, .priority = 1)},
     .gpus = 2, .priority = 2, .victims = "y:q"},
    {"who is leaving first", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2), HOLDS("y", "a", 2, .priority = 9, .is_leaving = true)},
     .gpus = 2, .priority = 1, .victims = "y:q"},
    {"who is leaving although protected", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 4, .is_protected = true, .is_leaving = true)}, .gpus = 2,
     .priority = 1, .victims = "x:q"},
    {"of those leaving only who is needed", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2, .is_leaving = true), HOLDS("y", "a", 2, .is_leaving = true)},
     .gpus = 2, .victims = "x:q"},
    {"those leaving, and one more", ALONE, LOWER,
     .holders = {HOLDS("x", "a", 2, .is_leaving = true), HOLDS("y", "a", 1), HOLDS("z", "a", 1)},
     .gpus = 3, .priority = 1, .victims = "x:q y:q"},
};

Test(preemption, takes_from_its_own_queue_by_priority)
{
    EXPECT_SCENES(in_the_queue);
}

#define RECLAIM(policy) .rules = {.reclaim_within_cohort = PREEMPTION_##policy}
#define RECLAIM_AND_LOWER                                                                          \
    .rules = {.reclaim_within_cohort = PREEMPTION_ANY,                                             \
              .within_cluster_queue = PREEMPTION_LOWER_PRIORITY}

static const struct preemption_scene in_the_cohort[] = {
    {"never", LOWER, .holders = {HOLDS("x", "b", 6), HOLDS("y", "c", 6)}, .gpus = 1, .priority = 9,
     .victims = NULL},
    {"any priority of a queue that borrows", RECLAIM(ANY),
     .holders = {HOLDS("x", "b", 4, .priority = 9), HOLDS("y", "c", 4), HOLDS("z", "c", 4)},
     .gpus = 1, .victims = "y:r"},
    {"a lower priority only", RECLAIM(LOWER_PRIORITY),
     .holders = {HOLDS("x", "b", 4), HOLDS("y", "c", 8, .priority = 1)}, .gpus = 1, .priority = 1,
     .victims = NULL},
    {"nobody of a queue that keeps within its quota", RECLAIM(ANY),
     .holders = {HOLDS("x", "b", 4), HOLDS("y", "c", 4), HOLDS("z", "a", 4)}, .gpus = 1,
     .victims = NULL},
    {"no more than was borrowed", RECLAIM(ANY),
     .holders = {HOLDS("v", "b", 2), HOLDS("w", "b", 2), HOLDS("x", "b", 2), HOLDS("y", "c", 6)},
     .gpus = 2, .victims = "v:r"},
    {"from two that borrow, in their order", RECLAIM(ANY),
     .holders = {HOLDS("v", "b", 1), HOLDS("w", "b", 4), HOLDS("x", "c", 4),
                 HOLDS("y", "c", 3, .admitted_us = 5)},
     .gpus = 4, .victims = "y:r v:r"},
    {"others before its own", RECLAIM_AND_LOWER,
     .holders = {HOLDS("x", "a", 2), HOLDS("y", "b", 6, .priority = 5), HOLDS("z", "c", 4)},
     .gpus = 2, .priority = 9, .victims = "y:r"},
    {"nobody while it borrows itself", RECLAIM(ANY),
     .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 8)}, .gpus = 1, .priority = 9,
     .victims = NULL},
    {"its own, to be within its quota, and then others", RECLAIM_AND_LOWER,
     .holders = {HOLDS("w", "a", 2), HOLDS("x", "b", 5), HOLDS("y", "b", 4), HOLDS("z", "c", 1)},
     .gpus = 3, .priority = 9, .victims = "x:r w:q"},
    {"its own only, if they are enough", RECLAIM_AND_LOWER,
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 8)}, .gpus = 4, .priority = 9,
     .victims = "w:q"},
    {"who leaves another queue, whether it borrows or not", RECLAIM(LOWER_PRIORITY),
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 4, .priority = 9, .is_leaving = true),
                 HOLDS("y", "c", 4)},
     .gpus = 1, .victims = "x:r"},
    {"what leaves is not lent any more", RECLAIM(ANY),
     .holders = {HOLDS("v", "b", 4, .is_protected = true), HOLDS("w", "b", 1, .is_leaving = true),
                 HOLDS("x", "c", 4), HOLDS("y", "a", 3)},
     .gpus = 1, .victims = "w:r"},
};

Test(preemption, reclaims_what_others_borrow)
{
    EXPECT_SCENES(in_the_cohort);
}

#define BORROW                                                                                     \
    .reclaim_within_cohort = PREEMPTION_ANY, .borrow_within_cohort = PREEMPTION_LOWER_PRIORITY
#define THRESHOLD(priority) .has_priority_threshold = true, .max_priority_threshold = priority

static const struct preemption_scene while_borrowing[] = {
    {"a lower priority", .rules = {BORROW}, .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 8)},
     .gpus = 1, .priority = 1, .victims = "y:b"},
    {"not an equal one", .rules = {BORROW}, .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 8)},
     .gpus = 1, .victims = NULL},
    {"at the threshold", .rules = {BORROW, THRESHOLD(5)},
     .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 8, .priority = 5)}, .gpus = 1, .priority = 9,
     .victims = "y:b"},
    {"not above the threshold", .rules = {BORROW, THRESHOLD(5)},
     .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 8, .priority = 6)}, .gpus = 1, .priority = 9,
     .victims = NULL},
    {"only from those who borrow", .rules = {BORROW},
     .holders = {HOLDS("x", "a", 4), HOLDS("y", "b", 4), HOLDS("z", "c", 4)}, .gpus = 1,
     .priority = 9, .victims = NULL},
    {"above the threshold if it borrows nothing itself", .rules = {BORROW, THRESHOLD(5)},
     .holders = {HOLDS("x", "a", 3), HOLDS("y", "b", 9, .priority = 6)}, .gpus = 1, .priority = 9,
     .victims = "y:r"},
    {"above the threshold if its own make room for it to borrow nothing",
     .rules = {BORROW, THRESHOLD(5), .within_cluster_queue = PREEMPTION_LOWER_PRIORITY},
     .holders = {HOLDS("x", "a", 1), HOLDS("y", "b", 11, .priority = 6)}, .gpus = 4, .priority = 9,
     .victims = "y:r x:q"},
};

Test(preemption, takes_low_priorities_while_it_borrows)
{
    EXPECT_SCENES(while_borrowing);
}

#define TREE                                                                                       \
    .queues = {QUEUE("a", "left", 4), QUEUE("b", "left", 4), QUEUE("c", "right", 4),               \
               QUEUE("d", "right", 4)}

static const struct preemption_scene in_a_tree[] = {
    {"what its side has lent, even if it borrows on its side", TREE, RECLAIM(ANY),
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "c", 12)}, .gpus = 2, .victims = "x:r"},
    {"not on its side, while it borrows there", TREE, RECLAIM(ANY),
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 6), HOLDS("y", "c", 4), HOLDS("z", "d", 2)},
     .gpus = 1, .victims = NULL},
    {"not what a queue borrows on its own side", TREE, RECLAIM(ANY),
     .holders = {HOLDS("w", "b", 8, .is_protected = true), HOLDS("x", "c", 6), HOLDS("y", "d", 2)},
     .gpus = 1, .victims = NULL},
    {"but what its sibling borrows", TREE, RECLAIM(ANY),
     .holders = {HOLDS("w", "b", 8), HOLDS("x", "c", 6), HOLDS("y", "d", 2)}, .gpus = 1,
     .victims = "w:r"},
    {"no more than the other side has borrowed", TREE, RECLAIM(ANY),
     .holders = {HOLDS("v", "b", 6, .is_protected = true), HOLDS("w", "c", 2), HOLDS("x", "c", 2),
                 HOLDS("y", "c", 2), HOLDS("z", "d", 4)},
     .gpus = 4, .victims = NULL},
};

Test(preemption, goes_up_the_tree)
{
    EXPECT_SCENES(in_a_tree);
}

#define FAIR RECLAIM_AND_LOWER, .is_fair_sharing = true

static const struct preemption_scene by_share[] = {
    {"who is left with no smaller a share", FAIR,
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 4), HOLDS("y", "b", 2), HOLDS("z", "b", 2)},
     .gpus = 2, .victims = "y:f"},
    {"who has the larger share, if there is no other", FAIR,
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 4), HOLDS("y", "b", 4)}, .gpus = 2,
     .victims = "x:f"},
    {"nobody of a queue with an equal share", FAIR,
     .holders = {HOLDS("w", "a", 4), HOLDS("x", "b", 6), HOLDS("y", "c", 2)}, .gpus = 2,
     .victims = NULL},
    {"anybody who borrows, if it borrows nothing", FAIR,
     .holders = {HOLDS("w", "a", 2), HOLDS("x", "b", 5, .priority = 9), HOLDS("y", "c", 4),
                 HOLDS("z", "b", 1, .priority = 10)},
     .gpus = 2, .victims = "x:f"},
    {"of the queue with the largest share", FAIR,
     .holders = {HOLDS("w", "b", 2), HOLDS("x", "b", 3), HOLDS("y", "c", 3), HOLDS("z", "c", 4)},
     .gpus = 1, .victims = "y:f"},
    {"by weight", FAIR,
     .queues = {QUEUE("a", "team", 4), QUEUE("b", "team", 4),
                QUEUE("c", "team", 4, .weight_milli = 4000)},
     .holders = {HOLDS("w", "b", 2), HOLDS("x", "b", 3), HOLDS("y", "c", 3), HOLDS("z", "c", 4)},
     .gpus = 1, .victims = "w:f"},
    {"its own, if its share is the largest", FAIR,
     .holders = {HOLDS("w", "a", 6), HOLDS("x", "b", 6)}, .gpus = 1, .priority = 1,
     .victims = "w:q"},
    {"its own until its share is smaller", FAIR,
     .holders = {HOLDS("v", "a", 4), HOLDS("w", "a", 1, .priority = 9), HOLDS("x", "b", 1),
                 HOLDS("y", "b", 6)},
     .gpus = 5, .priority = 1, .victims = "v:q x:f"},
    {"never without a policy", LOWER, .is_fair_sharing = true,
     .holders = {HOLDS("w", "b", 6), HOLDS("x", "c", 6)}, .gpus = 1, .priority = 9,
     .victims = NULL},
    {"who is leaving, first", FAIR,
     .holders = {HOLDS("w", "b", 6), HOLDS("x", "c", 6, .is_leaving = true)}, .gpus = 1,
     .victims = "x:f"},
    {"within the queue as ever", FAIR, .queues = {QUEUE("a", NULL, 4)},
     .holders = {HOLDS("w", "a", 3), HOLDS("x", "a", 1, .admitted_us = 1)}, .gpus = 1,
     .priority = 1, .victims = "x:q"},
};

Test(preemption, shares_fairly)
{
    EXPECT_SCENES(by_share);
}

/* More quota than is used: only places are short. */
#define LARGE .queues = {QUEUE("a", NULL, 99)}

static const struct preemption_scene on_nodes[] = {
    {"nobody if there is a place", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("x", "a", 4, .node = 1)}, .gpus = 4, .priority = 1, .victims = ""},
    {"those on the node that can be freed", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("w", "a", 1, .node = 1), HOLDS("x", "a", 2, .node = 2),
                 HOLDS("y", "a", 2, .node = 2), HOLDS("z", "a", 3, .node = 1, .priority = 9)},
     .gpus = 4, .priority = 1, .victims = "x:q y:q"},
    {"the fewest", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("x", "a", 2, .node = 1, .admitted_us = 9),
                 HOLDS("y", "a", 2, .node = 1, .admitted_us = 9), HOLDS("z", "a", 1, .node = 2)},
     .gpus = 4, .priority = 1, .victims = "z:q"},
    {"low priorities rather than few", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("x", "a", 2, .node = 1), HOLDS("y", "a", 2, .node = 1),
                 HOLDS("z", "a", 1, .node = 2, .priority = 1)},
     .gpus = 4, .priority = 2, .victims = "x:q y:q"},
    {"not who is in nobody's way on the node", LARGE, LOWER, .node_gpus = {4},
     .holders = {HOLDS("x", "a", 1, .node = 1), HOLDS("y", "a", 3, .node = 1, .priority = 1)},
     .gpus = 3, .priority = 2, .victims = "y:q"},
    {"nobody who is on no node", LARGE, LOWER, .node_gpus = {4},
     .holders = {HOLDS("x", "a", 8), HOLDS("y", "a", 1, .node = 1, .priority = 9)}, .gpus = 4,
     .priority = 1, .victims = NULL},
    {"a node for each pod", LARGE, LOWER, .node_gpus = {4, 4, 4},
     .holders = {HOLDS("x", "a", 1, .node = 1), HOLDS("y", "a", 1, .node = 2, .priority = 1),
                 HOLDS("z", "a", 1, .node = 3)},
     .gpus = 4, .pods = 2, .priority = 2, .victims = "x:q z:q"},
    {"one node for two pods", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("x", "a", 4, .node = 1), HOLDS("y", "a", 4, .node = 2)}, .gpus = 2,
     .pods = 2, .priority = 2, .victims = "x:q"},
    {"others before its own", RECLAIM_AND_LOWER, .node_gpus = {2, 2},
     .holders = {HOLDS("w", "a", 1, .node = 1), HOLDS("x", "b", 3),
                 HOLDS("y", "b", 2, .node = 2, .priority = 5)},
     .gpus = 2, .priority = 9, .victims = "y:r"},
    {"on one node those few whom it may take", RECLAIM(ANY),
     .queues = {QUEUE("a", "team", 2), QUEUE("b", "team", 2)}, .node_gpus = {2, 2},
     .holders = {HOLDS("u", "b", 1, .node = 1, .admitted_us = 4),
                 HOLDS("v", "b", 1, .node = 2, .admitted_us = 3),
                 HOLDS("w", "b", 1, .node = 1, .admitted_us = 2),
                 HOLDS("x", "b", 1, .node = 2, .admitted_us = 1)},
     .gpus = 2, .victims = "u:r w:r"},
    {"nobody of a queue that has borrowed nothing", RECLAIM(ANY), .node_gpus = {4},
     .holders = {HOLDS("x", "b", 1, .node = 1)}, .gpus = 4, .victims = NULL},
    {"for a place and for quota", .queues = {QUEUE("a", NULL, 6)}, LOWER, .node_gpus = {4},
     .holders = {HOLDS("w", "a", 1, .node = 1, .priority = 1), HOLDS("x", "a", 2),
                 HOLDS("y", "a", 3)},
     .gpus = 4, .priority = 2, .victims = "w:q y:q"},
    {"who leaves a place", LARGE, LOWER, .node_gpus = {4, 4},
     .holders = {HOLDS("x", "a", 1, .node = 1), HOLDS("y", "a", 4, .node = 2, .is_leaving = true)},
     .gpus = 4, .priority = 1, .victims = "y:q"},
    {"fairly", FAIR, .node_gpus = {4, 4},
     .holders = {HOLDS("w", "c", 1, .node = 1), HOLDS("x", "b", 2, .node = 2), HOLDS("y", "b", 4),
                 HOLDS("z", "c", 3)},
     .gpus = 4, .victims = "x:f"},
};

Test(preemption, frees_nodes)
{
    EXPECT_SCENES(on_nodes);
}

static const struct possible_case {
    struct preemption_rules rules;
    bool is_possible;
} possible[] = {
    {{PREEMPTION_NEVER, PREEMPTION_NEVER, PREEMPTION_NEVER, false, 0}, false},
    {{PREEMPTION_LOWER_PRIORITY, PREEMPTION_NEVER, PREEMPTION_NEVER, false, 0}, true},
    {{PREEMPTION_NEVER, PREEMPTION_ANY, PREEMPTION_NEVER, false, 0}, true},
};

Test(preemption, is_possible_by_any_policy)
{
    for (size_t i = 0; i < ARRAY_LENGTH(possible); i++) {
        const struct cluster_queue queue = {.preemption = possible[i].rules};

        cr_assert_eq(preemption_is_possible(&queue, false), possible[i].is_possible);
        cr_assert_eq(preemption_is_possible(&queue, true), possible[i].is_possible);
    }
}

static const struct reason_case {
    enum preemption_reason reason;
    const char *name;
    const char *phrase;
} reasons[] = {
    {PREEMPTION_IN_CLUSTER_QUEUE, "InClusterQueue", "prioritization in the ClusterQueue"},
    {PREEMPTION_IN_COHORT_RECLAMATION, "InCohortReclamation", "reclamation within the cohort"},
    {PREEMPTION_IN_COHORT_FAIR_SHARING, "InCohortFairSharing", "Fair Sharing within the cohort"},
    {PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING, "InCohortReclaimWhileBorrowing",
     "reclamation within the cohort while borrowing"},
};

Test(preemption, has_the_words_of_kueue)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++) {
        cr_assert_str_eq(preemption_reason_name(reasons[i].reason), reasons[i].name);
        cr_assert_str_eq(preemption_reason_phrase(reasons[i].reason), reasons[i].phrase);
    }
}
