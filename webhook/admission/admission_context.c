/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/admission_context.h"

#include "webhook/admission/answer.h"
#include "webhook/admission/create_rules.h"
#include "webhook/admission/subject.h"
#include "webhook/admission/twin.h"
#include "webhook/admission/update_rules.h"

void admission_outcome_release(struct admission_outcome *outcome)
{
    review_release(&outcome->review);
    decision_release(&outcome->decision);
    free(outcome->answer);
    outcome->answer = NULL;
}

/* A dry run leaves no trace. */
static int64_t read_arrival(struct admission_context *context, const struct review *review,
                            int64_t now_us)
{
    return review->is_dry_run ? arrival_clock_peek(&context->arrivals, now_us)
                              : arrival_clock_stamp(&context->arrivals, now_us);
}

/* Decides about a subject that the rules apply to. */
typedef void judge(const struct subject *subject, struct admission_context *context, int64_t now_us,
                   struct decision *decision);

static void apply_rules(const struct subject *subject, struct admission_context *context,
                        int64_t now_us, struct decision *decision)
{
    int64_t arrival_us = read_arrival(context, subject->review, now_us);

    if (subject->old_object == NULL) {
        create_rules_apply(subject, arrival_us, decision);
    } else {
        update_rules_apply(subject, arrival_us, decision);
    }
}

static void apply_twin(const struct subject *subject, struct admission_context *context,
                       int64_t now_us, struct decision *decision)
{
    (void)context;
    (void)now_us;
    twin_judge(subject, decision);
}

static void decide(const struct review *review, struct admission_context *context, int64_t now_us,
                   judge *apply, struct decision *decision)
{
    auto_snapshot const struct snapshot *snapshot = snapshot_slot_get(context->snapshots);
    auto_subject struct subject subject = {0};
    const char *exemption = subject_init(&subject, review, snapshot);

    if (exemption != NULL) {
        decision_set(decision, DECISION_IGNORED, exemption);
    } else {
        apply(&subject, context, now_us, decision);
    }
}

static bool answer_body(struct admission_context *context, struct text_view body, int64_t now_us,
                        judge *apply, struct admission_outcome *out_outcome, struct error *error)
{
    struct admission_outcome outcome = {0};

    if (!review_parse(body, &outcome.review, error)) {
        return false;
    }
    decision_init(&outcome.decision);
    decide(&outcome.review, context, now_us, apply, &outcome.decision);
    outcome.answer = answer_encode(&outcome.review, &outcome.decision);
    *out_outcome = outcome;
    return true;
}

bool admission_mutate(struct admission_context *context, struct text_view body, int64_t now_us,
                      struct admission_outcome *out_outcome, struct error *error)
{
    return answer_body(context, body, now_us, apply_rules, out_outcome, error);
}

bool admission_validate(struct admission_context *context, struct text_view body, int64_t now_us,
                        struct admission_outcome *out_outcome, struct error *error)
{
    return answer_body(context, body, now_us, apply_twin, out_outcome, error);
}
