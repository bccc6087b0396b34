/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/cluster/scene.h"
#include "webhook/companion/plan.h"

/* A plan in words: "start pod-1 on a100, release job". */
static inline char *plan_text(const struct plan *plan)
{
    static const char *const verbs[] = {
        [CHANGE_START] = "start",           [CHANGE_SUCCEED] = "succeed",
        [CHANGE_DROP_RESERVATION] = "drop", [CHANGE_RELEASE] = "release",
        [CHANGE_ADOPT] = "adopt",           [CHANGE_FETCH_OWNER] = "fetch owner of",
        [CHANGE_PREEMPT] = "preempt",
    };
    struct text text = {0};

    array_for_each(change, plan) {
        const char *flavor = change->admission != NULL
                                 ? change->admission->pod_sets.items[0].assignments.items[0].flavor
                                 : NULL;
        text_append_format(&text, "%s%s %s%s%s", text.size_bytes > 0 ? ", " : "",
                           verbs[change->kind],
                           change->object != NULL ? change->object->name : change->workload->name,
                           flavor != NULL ? " on " : "", flavor != NULL ? flavor : "");
    }
    return text_take(&text);
}

static inline void scene_plan(struct scene *scene, struct plan *out_plan)
{
    scene_refresh(scene);
    plan_make(scene->cluster, scene->now_ms * 1000, out_plan);
}

#define NOTHING ""

#define expect_text_take(taken, expected)                                                          \
    do {                                                                                           \
        auto_free char *actual = (taken);                                                          \
        cr_expect(text_equal(actual, (expected)), "'%s', not '%s'", actual, (expected));           \
    } while (0)

/* What is to be done now, in words. The next plan takes it as under way. */
static inline char *scene_plan_text(struct scene *scene)
{
    auto_plan struct plan plan = {0};

    scene_plan(scene, &plan);
    return plan_text(&plan);
}
#define expect_plan(scene, expected) expect_text_take(scene_plan_text(scene), expected)

/* Nothing is to be looked at again but what changes from now on. */
static inline void scene_settle(struct scene *scene)
{
    array_for_each(workload, &scene->cluster->due) {
        (*workload)->is_due = false;
    }
    scene->cluster->due.count = 0;
}

/* Performs the starts as if each was stored at once; the plan, in words. */
static inline char *scene_perform(struct scene *scene)
{
    auto_plan struct plan plan = {0};

    scene_plan(scene, &plan);
    char *text = plan_text(&plan);
    array_for_each(change, &plan) {
        if (change->kind <= CHANGE_SUCCEED) {
            struct grant *grant = grant_table_add(&scene->cluster->grants, GRANT_START,
                                                  change->object, take_pointer(&change->admission));
            cluster_note_started(scene->cluster, grant, ++scene->version);
        }
    }
    scene_settle(scene);
    scene_refresh(scene);
    return text;
}
#define expect_performed(scene, expected) expect_text_take(scene_perform(scene), expected)

/* A Pod that waits. */
static inline struct subject gated(const char *name, int64_t gpus, int64_t arrival_us)
{
    return (struct subject){
        .name = name, .gpus = gpus, .arrival_us = arrival_us, .is_waiting = true};
}
