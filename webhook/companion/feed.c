/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/feed.h"

#include <string.h>

#include "base/text.h"

static void tell_away(struct feed *feed, enum message_kind kind, enum resource resource,
                      const json_t *json)
{
    char *key = item_key(resource, json);

    if (key != NULL) {
        mailbox_put_or_wait(feed->mailbox,
                            (struct message){.kind = kind, .resource = resource, .text = key});
    }
}

static void on_changed(void *context, size_t resource, const json_t *json)
{
    struct feed *feed = context;
    struct item *item = item_decode((enum resource)resource, feed->configuration, json);

    if (item == NULL) {
        /* It may have concerned us before. */
        tell_away(feed, MESSAGE_DISMISSED, (enum resource)resource, json);
        return;
    }
    mailbox_put_or_wait(feed->mailbox, (struct message){.kind = MESSAGE_CHANGED, .item = item});
}

static void on_deleted(void *context, size_t resource, const json_t *json)
{
    tell_away(context, MESSAGE_GONE, (enum resource)resource, json);
}

static void on_list_started(void *context, size_t resource)
{
    struct feed *feed = context;

    mailbox_put_or_wait(feed->mailbox, (struct message){.kind = MESSAGE_LIST_STARTED,
                                                        .resource = (enum resource)resource});
}

static void on_listed(void *context, size_t resource, uint64_t round)
{
    struct feed *feed = context;

    mailbox_put_or_wait(feed->mailbox, (struct message){.kind = MESSAGE_LISTED,
                                                        .resource = (enum resource)resource,
                                                        .number = round});
}

static bool contains(struct text_view json, const char *needle, size_t needle_bytes)
{
    return memmem(json.bytes, json.size_bytes, needle, needle_bytes) != NULL;
}

/* Most Pods of a cluster do not concern us. What once did carries a trace of it: the queue label
 * and the gate in its managedFields, our annotations, or the resource that it asks for. What is
 * bound takes room on its node. */
static bool is_interesting(void *context, size_t resource, struct text_view json)
{
    const struct feed *feed = context;

    if (resource != RESOURCE_POD || contains(json, "kueue.x-k8s.io/", 15) ||
        (feed->configuration->node_places && contains(json, "\"nodeName\":\"", 12)) ||
        contains(json, ANNOTATION_PREFIX, sizeof ANNOTATION_PREFIX - 1)) {
        return true;
    }
    array_for_each(pattern, &feed->configuration->managed_resources) {
        const char *star = strchr(*pattern, '*');
        if (contains(json, *pattern, star != NULL ? (size_t)(star - *pattern) : strlen(*pattern))) {
            return true;
        }
    }
    return false;
}

void feed_start(struct feed *feed, const struct kube_config *config,
                const struct configuration *configuration, struct mailbox *mailbox)
{
    const struct kube_watch_handler handler = {
        .context = feed,
        .list_started = on_list_started,
        .changed = on_changed,
        .deleted = on_deleted,
        .listed = on_listed,
        .is_interesting = is_interesting,
    };

    feed->configuration = configuration;
    feed->mailbox = mailbox;
    for (size_t i = 0; i < RESOURCE_WATCHED_COUNT; i++) {
        feed->resources[i] = (struct kube_watch_resource){resource_path((enum resource)i),
                                                          resource_is_optional((enum resource)i)};
    }
    feed->watch = kube_watch_create(config, feed->resources, RESOURCE_WATCHED_COUNT, &handler,
                                    configuration->relist_seconds);
}

void feed_stop(struct feed *feed)
{
    kube_watch_destroy(feed->watch);
    feed->watch = NULL;
}

void feed_relist(struct feed *feed, uint64_t round)
{
    kube_watch_relist(feed->watch, round);
}
