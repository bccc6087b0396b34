/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/shortage.h"

#include <stdbool.h>

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/rules/saturating.h"

/* An amount as text, by value, so that several may be printed at once. */
struct amount_text {
    char text[QUANTITY_TEXT_BYTES];
};

static struct amount_text amount_of(const struct shortage *shortage, int64_t amount)
{
    struct amount_text result;

    quantity_format(amount > 0 ? amount : 0, shortage->resource, result.text);
    return result;
}

static void describe_quota(const struct shortage *shortage, struct text *words)
{
    int64_t available = shortage->available > 0 ? shortage->available : 0;

    text_append_format(words, "insufficient unused quota for %s in flavor %s, %s more needed",
                       shortage->resource, shortage->flavor,
                       amount_of(shortage, shortage->asked - available).text);
}

static void describe_maximum(const struct shortage *shortage, struct text *words)
{
    int64_t wanted = saturating_add(shortage->asked, shortage->taken);

    text_append_format(words,
                       "insufficient quota for %s in flavor %s, request > maximum capacity "
                       "(%s > %s)",
                       shortage->resource, shortage->flavor, amount_of(shortage, wanted).text,
                       amount_of(shortage, shortage->maximum).text);
}

static void describe_mismatch(const struct shortage *shortage, struct text *words)
{
    text_append(words, shortage->detail);
}

static void describe_uncovered(const struct shortage *shortage, struct text *words)
{
    text_append_format(words, "resource %s unavailable in ClusterQueue", shortage->resource);
}

/* Begins with one pod if that alone does not fit, else with all of them together. */
static void describe_pods(const struct shortage *shortage, const char *of_one, const char *of_all,
                          struct text *words)
{
    bool is_one = shortage->asked > shortage->maximum;

    text_append_format(words, "%s of flavor %s %s %s %s%s: ", is_one ? "no node" : "the nodes",
                       shortage->flavor, is_one ? of_one : of_all,
                       amount_of(shortage, shortage->asked).text, shortage->resource,
                       is_one ? "" : " each");
}

static void describe_nodes(const struct shortage *shortage, struct text *words)
{
    text_append_format(words, "on %lld node%s, at most %s on one", (long long)shortage->nodes,
                       shortage->nodes == 1 ? "" : "s",
                       amount_of(shortage, shortage->maximum).text);
}

static void describe_place(const struct shortage *shortage, struct text *words)
{
    describe_pods(shortage, "has room for a pod that asks", "have no room for all pods, which ask",
                  words);
    text_append_format(words, "%s free ", amount_of(shortage, shortage->available).text);
    describe_nodes(shortage, words);
}

static void describe_too_large(const struct shortage *shortage, struct text *words)
{
    describe_pods(shortage, "is large enough for a pod that asks",
                  "are too small, even when empty, for all pods, which ask", words);
    text_append_format(words, "%s ", amount_of(shortage, shortage->available).text);
    describe_nodes(shortage, words);
}

static void describe_no_nodes(const struct shortage *shortage, struct text *words)
{
    text_append_format(words, "flavor %s has no ready node for the pods", shortage->flavor);
}

static void describe_cap(const struct shortage *shortage, struct text *words)
{
    text_append_format(words, "%s may hold %lld GPUs in the ClusterQueue: %lld free, %lld asked",
                       shortage->detail, (long long)shortage->maximum,
                       (long long)(shortage->available > 0 ? shortage->available : 0),
                       (long long)shortage->asked);
}

static void (*const describers[])(const struct shortage *, struct text *) = {
    [SHORTAGE_QUOTA] = describe_quota,       [SHORTAGE_MAXIMUM] = describe_maximum,
    [SHORTAGE_MISMATCH] = describe_mismatch, [SHORTAGE_UNCOVERED] = describe_uncovered,
    [SHORTAGE_PLACE] = describe_place,       [SHORTAGE_TOO_LARGE] = describe_too_large,
    [SHORTAGE_NO_NODES] = describe_no_nodes, [SHORTAGE_CAP] = describe_cap,
};

static bool is_of_quota(const struct shortage *shortage)
{
    return shortage->kind == SHORTAGE_QUOTA || shortage->kind == SHORTAGE_MAXIMUM;
}

/* What the message says as well as an advice could. */
static bool is_of_place(const struct shortage *shortage)
{
    return shortage->kind == SHORTAGE_PLACE || shortage->kind == SHORTAGE_TOO_LARGE ||
           shortage->kind == SHORTAGE_NO_NODES || shortage->kind == SHORTAGE_CAP;
}

/* The need of a resource is told once for all flavors in a row; `last` is what was told before. */
static void advise_quota(struct text *advice, const struct shortage *last,
                         const struct shortage *shortage)
{
    bool is_same_need = last != NULL && is_of_quota(last) &&
                        text_equal(last->pod_set, shortage->pod_set) &&
                        text_equal(last->resource, shortage->resource);

    if (is_same_need) {
        text_append(advice, ", ");
    } else {
        text_append_format(advice, "%s%s %s needed, ", last != NULL ? "; " : "",
                           amount_of(shortage, shortage->asked).text, shortage->resource);
    }
    text_append_format(advice, "%s of %s free in %s", amount_of(shortage, shortage->available).text,
                       amount_of(shortage, shortage->maximum).text, shortage->flavor);
}

void shortages_truncate(struct shortages *shortages, size_t count)
{
    while (shortages->count > count) {
        struct shortage *last = &shortages->items[--shortages->count];
        free(last->pod_set);
        free(last->flavor);
        free(last->resource);
        free(last->detail);
    }
}

void shortages_release(struct shortages *shortages)
{
    shortages_truncate(shortages, 0);
    array_release(shortages);
}

char *shortages_format_message(const struct shortages *shortages)
{
    auto_text struct text message = {0};
    const struct shortage *last = NULL;

    array_for_each(shortage, shortages) {
        bool is_same_set = last != NULL && text_equal(last->pod_set, shortage->pod_set);
        if (last != NULL) {
            text_append(&message, is_same_set ? ", " : "; ");
        }
        if (!is_same_set && shortage->pod_set != NULL) {
            text_append_format(&message,
                               "couldn't assign flavors to pod set %s: ", shortage->pod_set);
        }
        describers[shortage->kind](shortage, &message);
        last = shortage;
    }
    return last != NULL ? text_take(&message) : NULL;
}

char *shortages_format_advice(const struct shortages *shortages)
{
    auto_text struct text advice = {0};
    const struct shortage *last = NULL;

    array_for_each(shortage, shortages) {
        if (is_of_quota(shortage)) {
            advise_quota(&advice, last, shortage);
            last = shortage;
        } else if (is_of_place(shortage)) {
            text_append(&advice, last != NULL ? "; " : "");
            describers[shortage->kind](shortage, &advice);
            last = shortage;
        }
    }
    return last != NULL ? text_take(&advice) : NULL;
}
