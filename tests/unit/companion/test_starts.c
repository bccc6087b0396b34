/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/starts.h"

#include "tests/unit/cluster/scene.h"

enum { TAG = 7, NOW_MS = 1000, COPIES = 5 };

/* The start of the Pod `train`, whose copy is on its way. */
static struct grant *send(struct scene *scene, struct starts *starts)
{
    scene_init(scene, "StrictFIFO", 8, 8);
    scene_put_pod(scene, &(struct subject){.name = "train", .gpus = 1, .is_waiting = true});
    scene_refresh(scene);
    *starts = (struct starts){.cluster = scene->cluster};
    struct grant *grant = grant_table_add(&scene->cluster->grants, GRANT_START,
                                          cluster_find_object(scene->cluster, &kind_pod, "train"),
                                          make_admission("train", "a100", 1, 1));
    grant->stage = GRANT_SENT;
    grant->tag = TAG;
    return grant;
}

static void answer(struct starts *starts, enum errand_kind kind, enum kube_outcome outcome)
{
    const struct errand errand = {.tag = TAG, .kind = kind, .subject = (char *)"train"};
    struct kube_answer said = {.outcome = outcome, .message = "because"};

    starts_note_answer(starts, &errand, &said, NOW_MS);
}

static bool is_open(const struct scene *scene)
{
    return grant_table_find(&scene->cluster->grants, "train") != NULL;
}

Test(starts, keep_a_grant_open_until_its_object_has_moved)
{
    static const enum kube_outcome outcomes[] = {KUBE_CONFLICT, KUBE_NOT_FOUND, KUBE_UNKNOWN,
                                                 KUBE_RETRY,    KUBE_NOT_SENT,  KUBE_REFUSED};

    for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
        auto_scene struct scene scene;
        struct starts starts;
        const struct grant *grant = send(&scene, &starts);
        answer(&starts, ERRAND_START, outcomes[i]);
        cr_assert(is_open(&scene), "%s", kube_outcome_name(outcomes[i]));
        cr_expect_eq(grant->stage, GRANT_COMMITTED);
        cr_expect_gt(grant->retry_at_ms, NOW_MS);
        scene_put_pod(&scene, &(struct subject){.name = "train", .gpus = 1, .is_waiting = true});
        cr_expect_not(is_open(&scene));
    }
}

Test(starts, fence_what_was_answered_with_a_conflict)
{
    auto_scene struct scene scene;
    struct starts starts;
    const struct grant *grant = send(&scene, &starts);

    answer(&starts, ERRAND_START, KUBE_UNKNOWN);
    cr_expect(grant->is_uncertain);
    cr_expect_not(grant->must_be_fenced);
    answer(&starts, ERRAND_START, KUBE_CONFLICT);
    cr_expect(grant->must_be_fenced);
}

Test(starts, repeat_a_fence_that_met_contention)
{
    auto_scene struct scene scene;
    struct starts starts;

    send(&scene, &starts)->must_be_fenced = true;
    answer(&starts, ERRAND_FENCE, KUBE_CONFLICT);
    cr_expect(is_open(&scene));
    answer(&starts, ERRAND_FENCE, KUBE_NOT_FOUND);
    cr_expect_not(is_open(&scene));
    cr_expect_null(cluster_find_object(scene.cluster, &kind_pod, "train"));
}

Test(starts, give_up_what_is_refused_five_times_and_say_why)
{
    auto_scene struct scene scene;
    struct starts starts;

    send(&scene, &starts);
    for (int copy = 1; copy < COPIES; copy++) {
        answer(&starts, ERRAND_START, KUBE_REFUSED);
        cr_expect(is_open(&scene));
    }
    answer(&starts, ERRAND_START, KUBE_REFUSED);
    cr_expect_not(is_open(&scene));
    scene_refresh(&scene);
    const struct workload *workload = scene_workload(&scene, "train");
    cr_expect_eq(workload->state, WORKLOAD_INADMISSIBLE);
    cr_expect_str_eq(workload->verdict.message, "The start was refused: because");
}

Test(starts, ignore_the_answer_to_a_copy_that_is_not_the_last)
{
    auto_scene struct scene scene;
    struct starts starts;

    send(&scene, &starts)->tag = TAG + 1;
    answer(&starts, ERRAND_FENCE, KUBE_NOT_FOUND);
    cr_expect(is_open(&scene));
}
