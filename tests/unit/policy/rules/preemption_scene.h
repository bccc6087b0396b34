/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption.h"
#include "tests/unit/policy/rules/quota_draft.h"

/* The most of each in a scene. */
enum { SCENE_QUEUES = 4, SCENE_HOLDERS = 8, SCENE_NODES = 4 };

/* Who holds GPUs of the only flavor. */
struct scene_holder {
    const char *uid; /* NULL: nobody */
    const char *queue;
    int64_t gpus;
    int64_t priority;
    int64_t arrival_us;
    int64_t admitted_us;
    int node; /* from 1; 0: its pods are on no node */
    bool is_leaving;
    bool is_protected;
};

/* A ClusterQueue; the first of a scene is that of the preemptor. The Cohorts "left" and "right" are
 * below "root". */
struct scene_queue {
    const char *name; /* NULL: none */
    const char *cohort;
    int64_t gpus;
    int64_t borrowing;    /* 0: UNSET */
    int64_t weight_milli; /* 0: 1000 */
};

/* Who holds what, who asks for how much, and who must go for it. */
struct preemption_scene {
    const char *name;
    struct preemption_rules rules; /* of the first queue */
    bool is_fair_sharing;
    struct scene_queue queues[SCENE_QUEUES]; /* none: `a`, `b` and `c` with 4 GPUs each in "team" */
    struct scene_holder holders[SCENE_HOLDERS];
    int64_t node_gpus[SCENE_NODES]; /* none: places do not count */
    int64_t gpus;                   /* of each pod of the preemptor */
    int64_t pods;                   /* 0: one */
    int64_t priority;
    int64_t arrival_us;
    const char *victims; /* "x:q y:r"; NULL: no set suffices */
};

/* Fails unless exactly these victims are found. */
void scene_expect(const struct preemption_scene *scene);

#define EXPECT_SCENES(scenes)                                                                      \
    for (size_t i = 0; i < ARRAY_LENGTH(scenes); i++) {                                            \
        scene_expect(&scenes[i]);                                                                  \
    }
