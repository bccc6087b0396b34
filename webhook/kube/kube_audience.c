/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_audience.h"

static bool is_interesting(const struct kube_audience *audience, struct text_view object)
{
    const struct kube_watch_handler *handler = audience->handler;

    return handler->is_interesting == NULL ||
           handler->is_interesting(handler->context, audience->resource, object);
}

bool kube_audience_tell(const struct kube_audience *audience, enum kube_event_type type,
                        struct text_view object)
{
    const struct kube_watch_handler *handler = audience->handler;

    if (!is_interesting(audience, object)) {
        return true;
    }
    json_auto_t *json = kube_object_decode(object);
    if (json == NULL) {
        return false;
    }
    if (type == KUBE_EVENT_DELETED) {
        handler->deleted(handler->context, audience->resource, json);
    } else {
        handler->changed(handler->context, audience->resource, json);
    }
    return true;
}

void kube_audience_begin_list(struct kube_audience *audience)
{
    if (!audience->is_list_begun) {
        audience->is_list_begun = true;
        audience->handler->list_started(audience->handler->context, audience->resource);
    }
}

void kube_audience_give_up_list(struct kube_audience *audience)
{
    audience->is_list_begun = false;
}

void kube_audience_end_list(struct kube_audience *audience, uint64_t round)
{
    audience->is_list_begun = false;
    audience->handler->listed(audience->handler->context, audience->resource, round);
}
