/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/quota_tree.h"

enum { UNSET = -1 };

/* ClusterQueues and Cohorts as a test makes them, without YAML; valid when zeroed. */
struct quota_draft {
    struct cluster_queue_list queues;
    struct cohort_list cohorts;
};

/* Adds an empty ClusterQueue; `cohort` may be NULL. Owned by the draft. */
static inline struct cluster_queue *draft_queue(struct quota_draft *draft, const char *name,
                                                const char *cohort)
{
    struct cluster_queue *queue = memory_allocate(sizeof *queue);

    queue->name = memory_copy_text(name);
    queue->cohort_name = memory_copy_text(cohort);
    queue->fair_weight_milli = 1000;
    array_append(&draft->queues, queue);
    return queue;
}

/* Adds an empty Cohort; `parent` may be NULL. Owned by the draft. */
static inline struct cohort *draft_cohort(struct quota_draft *draft, const char *name,
                                          const char *parent)
{
    struct cohort *cohort = memory_allocate(sizeof *cohort);

    cohort->name = memory_copy_text(name);
    cohort->parent_name = memory_copy_text(parent);
    cohort->fair_weight_milli = 1000;
    array_append(&draft->cohorts, cohort);
    return cohort;
}

/* The flavor in the only group; it is added if it is not there. */
static inline struct flavor_quota *draft_flavor(struct resource_group_list *groups,
                                                const char *flavor)
{
    if (groups->count == 0) {
        array_append(groups, ((struct resource_group){0}));
    }
    array_for_each(quota, &groups->items[0].flavors) {
        if (text_equal(quota->flavor, flavor)) {
            return quota;
        }
    }
    array_append(&groups->items[0].flavors,
                 ((struct flavor_quota){.flavor = memory_copy_text(flavor)}));
    return &groups->items[0].flavors.items[groups->items[0].flavors.count - 1];
}

/* Sets the quota of one cell; limits may be UNSET. */
static inline void draft_quota(struct resource_group_list *groups, const char *flavor,
                               const char *resource, int64_t nominal, int64_t borrowing,
                               int64_t lending)
{
    struct flavor_quota *quota = draft_flavor(groups, flavor);

    resources_set(&quota->nominal, resource, nominal);
    if (borrowing != UNSET) {
        resources_set(&quota->borrowing_limit, resource, borrowing);
    }
    if (lending != UNSET) {
        resources_set(&quota->lending_limit, resource, lending);
    }
}

static inline void quota_draft_release(struct quota_draft *draft)
{
    array_for_each(queue, &draft->queues) {
        cluster_queue_unref(*queue);
    }
    array_for_each(cohort, &draft->cohorts) {
        cohort_unref(*cohort);
    }
    array_release(&draft->queues);
    array_release(&draft->cohorts);
}

MEMORY_DEFINE_AUTO_RELEASE(quota_draft)
#define auto_quota_draft __attribute__((cleanup(quota_draft_auto_release)))

static inline struct quota_forest *draft_forest(const struct quota_draft *draft)
{
    return quota_forest_create(&draft->queues, &draft->cohorts);
}

#define auto_quota_forest __attribute__((cleanup(draft_forest_auto_unref)))
static inline void draft_forest_auto_unref(struct quota_forest **owner)
{
    quota_forest_unref(*owner);
}

/* Cohorts company (only named) > research (2 GPUs, borrows at most 2, lends at most 3) > vision
 * (1); a Cohort alone; ClusterQueues train (4) in vision, notebooks (3) in research, sales (5) in
 * company. */
static inline void draft_company(struct quota_draft *draft)
{
    static const struct company_queue {
        const char *name;
        const char *cohort;
        int64_t gpus;
    } queues[] = {{"train", "vision", 4}, {"notebooks", "research", 3}, {"sales", "company", 5}};
    struct cohort *vision = draft_cohort(draft, "vision", "research");
    struct cohort *research = draft_cohort(draft, "research", "company");

    draft_cohort(draft, "alone", NULL);
    draft_quota(&vision->resource_groups, "l4", "nvidia.com/gpu", 1, UNSET, UNSET);
    draft_quota(&research->resource_groups, "l4", "nvidia.com/gpu", 2, 2, 3);
    for (size_t i = 0; i < ARRAY_LENGTH(queues); i++) {
        struct cluster_queue *queue = draft_queue(draft, queues[i].name, queues[i].cohort);
        draft_quota(&queue->resource_groups, "l4", "nvidia.com/gpu", queues[i].gpus, UNSET, UNSET);
    }
}

/* The number of the ClusterQueue or Cohort in the tree. */
static inline int draft_number(const struct quota_tree *tree, const char *name)
{
    int node = 0;

    while (node < (int)tree->nodes.count && strcmp(tree->nodes.items[node].name, name) != 0) {
        node++;
    }
    cr_assert_lt(node, (int)tree->nodes.count, "no node '%s'", name);
    return node;
}

/* The tree that the ClusterQueue is in. */
static inline const struct quota_tree *draft_tree(const struct quota_forest *forest,
                                                  const char *queue)
{
    const struct quota_leaf *leaf = quota_forest_find(forest, queue);

    cr_assert_not_null(leaf, "no ClusterQueue '%s'", queue);
    return forest->trees.items[leaf->tree];
}
