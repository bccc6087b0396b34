/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/gpu_caps.h"

#include "base/hash.h"
#include "base/text.h"

struct gpu_cap_entry {
    char *key;
    char *subject;
    struct gpu_cap cap;
    UT_hash_handle hh;
};

void gpu_caps_release(struct gpu_caps *caps)
{
    struct gpu_cap_entry *entry;
    struct gpu_cap_entry *next;

    HASH_ITER(hh, caps->by_key, entry, next) {
        HASH_DEL(caps->by_key, entry);
        free(entry->key);
        free(entry->subject);
        free(entry);
    }
}

/* Owns both texts. */
static struct gpu_cap *get(struct gpu_caps *caps, char *key, char *subject, int64_t limit)
{
    struct gpu_cap_entry *entry;

    HASH_FIND_STR(caps->by_key, key, entry);
    if (entry != NULL) {
        free(key);
        free(subject);
        return &entry->cap;
    }
    entry = memory_allocate(sizeof *entry);
    entry->key = key;
    entry->subject = subject;
    entry->cap = (struct gpu_cap){.subject = subject, .limit = limit};
    HASH_ADD_KEYPTR(hh, caps->by_key, entry->key, strlen(entry->key), entry);
    return &entry->cap;
}

struct gpu_cap *gpu_caps_find_user(struct gpu_caps *caps, const struct configuration *configuration,
                                   const struct cluster_queue *queue, const char *user)
{
    int64_t limit = queue->options.max_gpus_per_user >= 0 ? queue->options.max_gpus_per_user
                                                          : configuration->max_gpus_per_user;

    if (limit == 0 || user == NULL || user[0] == '\0') {
        return NULL;
    }
    return get(caps, text_format("user %s %s", queue->name, user), text_format("user %s", user),
               limit);
}

struct gpu_cap *gpu_caps_find_queue(struct gpu_caps *caps, const struct local_queue *queue)
{
    if (queue == NULL || queue->max_gpus == 0) {
        return NULL;
    }
    return get(caps, text_format("queue %s/%s", queue->namespace_name, queue->name),
               text_format("LocalQueue %s", queue->name), queue->max_gpus);
}
