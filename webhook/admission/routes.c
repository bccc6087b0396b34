/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/routes.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "webhook/kinds/kind.h"

#define CONTENT_TYPE_JSON "application/json"

enum { LOGGED_BYTES_MAX = 253, MICROSECONDS = 1000000 };

/* One of the two webhooks. */
typedef bool decide(struct admission_context *context, struct text_view body, int64_t now_us,
                    struct admission_outcome *out_outcome, struct error *error);

static const double duration_bounds[] = {0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                         0.005,  0.01,   0.05,   0.1,   0.5};

static const struct metric reviews_metric = {
    "gpuaas_admission_reviews_total",
    "Admission reviews by webhook, kind, operation and verdict.",
    METRIC_COUNTER,
    {"webhook", "kind", "operation", "verdict"},
    NULL,
    0};
static const struct metric duration_metric = {"gpuaas_admission_seconds",
                                              "How long the answer to a review took.",
                                              METRIC_HISTOGRAM,
                                              {"webhook"},
                                              duration_bounds,
                                              ARRAY_LENGTH(duration_bounds)};
static const struct metric refused_metric = {"gpuaas_admission_refused_total",
                                             "Requests that were no reviews.",
                                             METRIC_COUNTER,
                                             {"webhook"},
                                             NULL,
                                             0};

static bool is_json(const char *content_type)
{
    size_t name_bytes = strlen(CONTENT_TYPE_JSON);

    return content_type != NULL && strncasecmp(content_type, CONTENT_TYPE_JSON, name_bytes) == 0 &&
           strchr("; \t", content_type[name_bytes]) != NULL;
}

static void refuse(const char *webhook, int status, const char *sentence,
                   struct http_response *out_response)
{
    metrics_add(&refused_metric, 1, METRIC_LABELS(webhook));
    log_warning("refused a request", LOG_TEXT("webhook", webhook), LOG_NUMBER("status", status),
                LOG_TEXT("reason", sentence));
    out_response->status = status;
    out_response->content_type = "text/plain; charset=utf-8";
    out_response->body = text_format("%s\n", sentence);
    out_response->body_bytes = strlen(out_response->body);
}

static const char *find_name(const struct review *review)
{
    const json_t *object = review->object != NULL ? review->object : review->old_object;
    const char *name = object_metadata_text(object, "name");

    return name != NULL && name[0] != '\0' ? name : object_metadata_text(object, "generateName");
}

/* Names come from a peer and may be as long as the body; a line of the log may not. */
static char *clip(const char *text)
{
    return text != NULL ? text_format("%.*s", LOGGED_BYTES_MAX, text) : NULL;
}

static enum log_level find_level(const struct decision *decision)
{
    switch (decision->verdict) {
    case DECISION_IGNORED:
    case DECISION_ALLOWED:
        return LOG_DEBUG;
    case DECISION_BREAK_GLASS:
    case DECISION_DENIED:
        return LOG_WARNING;
    case DECISION_CLEANED:
    case DECISION_LABELLED:
    case DECISION_SUSPENDED:
    case DECISION_RESUSPENDED:
    case DECISION_REQUEUED:
        break;
    }
    return LOG_INFO;
}

/* The one line of this decision. */
static void tell(const char *webhook, const struct admission_outcome *outcome, int64_t duration_us)
{
    const struct review *review = &outcome->review;
    const struct decision *decision = &outcome->decision;
    auto_free char *user = clip(review->username);
    auto_free char *kind = clip(review->kind);
    auto_free char *namespace_name = clip(review->namespace_name);
    auto_free char *name = clip(find_name(review));

    LOG_WITH_FIELDS(find_level(decision), "decided", LOG_TEXT("webhook", webhook),
                    LOG_TEXT("user", user), LOG_TEXT("operation", review_operation_name(review)),
                    LOG_TEXT("kind", kind), LOG_TEXT("namespace", namespace_name),
                    LOG_TEXT("name", name), LOG_TEXT("verdict", decision_verdict_name(decision)),
                    LOG_TEXT("reason", decision->reason), LOG_TEXT("queue", decision->queue),
                    LOG_TEXT("flavor", decision->flavor), LOG_TEXT("denial", decision->denial),
                    LOG_BOOL("dry_run", review->is_dry_run),
                    LOG_NUMBER("microseconds", duration_us));
}

static void count(const char *webhook, const struct admission_outcome *outcome, int64_t duration_us)
{
    const struct review *review = &outcome->review;
    const struct kind *kind = kind_find(review->group, review->kind);

    metrics_add(&reviews_metric, 1,
                METRIC_LABELS(webhook, kind != NULL ? kind->name : "other",
                              review_operation_name(review),
                              decision_verdict_name(&outcome->decision)));
    metrics_observe(&duration_metric, (double)duration_us / MICROSECONDS, METRIC_LABELS(webhook));
}

static void answer(const char *webhook, decide *webhook_decide, struct admission_context *context,
                   const struct http_request *request, struct http_response *out_response)
{
    auto_admission_outcome struct admission_outcome outcome = {0};
    int64_t start_us = clock_monotonic_us();
    struct error error;

    if (!is_json(request->content_type)) {
        refuse(webhook, 415, "the content type must be " CONTENT_TYPE_JSON, out_response);
        return;
    }
    if (!webhook_decide(context, request->body, clock_wall_us(), &outcome, &error)) {
        refuse(webhook, 400, error.message, out_response);
        return;
    }
    int64_t duration_us = clock_monotonic_us() - start_us;
    tell(webhook, &outcome, duration_us);
    count(webhook, &outcome, duration_us);
    out_response->status = 200;
    out_response->body_bytes = strlen(outcome.answer);
    out_response->body = take_pointer(&outcome.answer);
}

static void handle_mutate(void *context, const struct http_request *request,
                          struct http_response *out_response)
{
    answer("mutate", admission_mutate, context, request, out_response);
}

static void handle_validate(void *context, const struct http_request *request,
                            struct http_response *out_response)
{
    answer("validate", admission_validate, context, request, out_response);
}

void routes_fill(struct admission_context *context, struct http_route out_routes[ROUTES_COUNT])
{
    out_routes[0] = (struct http_route){"POST", ROUTE_MUTATE, handle_mutate, context};
    out_routes[1] = (struct http_route){"POST", ROUTE_VALIDATE, handle_validate, context};
}
