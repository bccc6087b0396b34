/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/managed_amounts.h"

#include "base/text.h"
#include "policy/objects/quantity.h"

/* Looks at one managed amount; what it returns (owned) ends the walk. */
typedef char *examine_amount(const char *path, const char *resource, const json_t *amount);

/* Walks the requests and limits of a core/v1 ResourceRequirements. */
static char *walk_block(const struct configuration *configuration, const json_t *block,
                        const char *path, examine_amount *examine)
{
    static const char *const lists[] = {"requests", "limits"};
    const char *resource;
    json_t *amount;

    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        json_object_foreach(json_object_get(block, lists[i]), resource, amount) {
            if (!configuration_manages(configuration, resource)) {
                continue;
            }
            auto_free char *amount_path = text_format("%s.%s[%s]", path, lists[i], resource);
            char *found = examine(amount_path, resource, amount);
            if (found != NULL) {
                return found;
            }
        }
    }
    return NULL;
}

static char *walk_pod(const struct configuration *configuration, const json_t *pod_spec,
                      const char *path, examine_amount *examine)
{
    static const char *const lists[] = {"containers", "initContainers"};
    size_t index;
    const json_t *container;

    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        json_array_foreach(json_object_get(pod_spec, lists[i]), index, container) {
            auto_free char *block_path = text_format("%s.%s[%zu].resources", path, lists[i], index);
            char *found = walk_block(configuration, json_object_get(container, "resources"),
                                     block_path, examine);
            if (found != NULL) {
                return found;
            }
        }
    }
    auto_free char *pod_path = text_format("%s.resources", path);
    return walk_block(configuration, json_object_get(pod_spec, "resources"), pod_path, examine);
}

static char *name_amount(const char *path, const char *resource, const json_t *amount)
{
    (void)resource;
    (void)amount;
    return memory_copy_text(path);
}

static char *judge_amount(const char *path, const char *resource, const json_t *amount)
{
    int64_t value;
    struct error error;

    if (!quantity_decode(amount, resource, &value, &error)) {
        return text_format("%s: %s", path, error.message);
    }
    return value > MANAGED_AMOUNT_MAX
               ? text_format("%s: more than %d is not believable", path, MANAGED_AMOUNT_MAX)
               : NULL;
}

bool managed_amounts_are_named(const struct configuration *configuration, const json_t *pod_spec)
{
    auto_free char *path = walk_pod(configuration, pod_spec, "", name_amount);

    return path != NULL;
}

char *managed_amounts_find_absurd(const struct configuration *configuration, const json_t *pod_spec,
                                  const char *path)
{
    return walk_pod(configuration, pod_spec, path, judge_amount);
}
