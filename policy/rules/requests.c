/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/requests.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/quantity.h"

static bool read_list(const json_t *list, const char *path, struct resources *out_amounts,
                      struct error *error)
{
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)list, name, value) {
        int64_t amount;
        if (!quantity_decode(value, name, &amount, error)) {
            return error_wrap(error, "%s[%s]", path, name);
        }
        resources_set(out_amounts, name, amount);
    }
    return true;
}

/* The requests of one `resources` block, completed by its limits. */
static bool read_block(const json_t *block, const char *path, struct resources *out_requests,
                       struct error *error)
{
    auto_free char *requests_path = text_format("%s.requests", path);
    auto_free char *limits_path = text_format("%s.limits", path);
    auto_resources struct resources limits = {0};

    if (!read_list(json_object_get(block, "requests"), requests_path, out_requests, error) ||
        !read_list(json_object_get(block, "limits"), limits_path, &limits, error)) {
        return false;
    }
    for (size_t i = 0; i < limits.count; i++) {
        if (!resources_has(out_requests, limits.items[i].name)) {
            resources_set(out_requests, limits.items[i].name, limits.items[i].amount);
        }
    }
    return true;
}

static bool read_container(const json_t *container, const char *path, const char *list_name,
                           size_t index, struct resources *out_requests, struct error *error)
{
    auto_free char *block_path = text_format("%s.%s[%zu].resources", path, list_name, index);

    return read_block(json_object_get(container, "resources"), block_path, out_requests, error);
}

static bool add_checked(struct resources *sum, const struct resources *more, const char *path,
                        struct error *error)
{
    return resources_add(sum, more) ||
           error_set(error, ERROR_INVALID, "%s: the sum of all containers is too large", path);
}

static bool sum_containers(const json_t *pod_spec, const char *path, struct resources *sum,
                           struct error *error)
{
    size_t index;
    const json_t *container;

    json_array_foreach(json_object_get(pod_spec, "containers"), index, container) {
        auto_resources struct resources requests = {0};
        if (!read_container(container, path, "containers", index, &requests, error) ||
            !add_checked(sum, &requests, path, error)) {
            return false;
        }
    }
    return true;
}

static bool is_sidecar(const json_t *container)
{
    return text_equal(json_string_value(json_object_get(container, "restartPolicy")), "Always");
}

/* Sums the sidecars, and raises *peak to what each init container needs while it runs. */
static bool walk_init_containers(const json_t *pod_spec, const char *path,
                                 struct resources *sidecars, struct resources *peak,
                                 struct error *error)
{
    size_t index;
    const json_t *container;

    json_array_foreach(json_object_get(pod_spec, "initContainers"), index, container) {
        auto_resources struct resources requests = {0};
        if (!read_container(container, path, "initContainers", index, &requests, error)) {
            return false;
        }
        if (is_sidecar(container)) {
            if (!add_checked(sidecars, &requests, path, error)) {
                return false;
            }
            continue;
        }
        if (!add_checked(&requests, sidecars, path, error)) {
            return false;
        }
        resources_raise_to(peak, &requests);
    }
    return true;
}

static bool is_pod_level_resource(const char *name)
{
    return text_equal(name, "cpu") || text_equal(name, "memory") ||
           text_starts_with(name, "hugepages-");
}

/* Pod-level amounts stand in place of the sum of the containers, for the resources that Kubernetes
 * knows there. Any other, which it refuses later, never hides what the containers ask. */
static bool apply_pod_level(const json_t *pod_spec, const char *path, struct resources *requests,
                            struct error *error)
{
    auto_free char *block_path = text_format("%s.resources", path);
    auto_resources struct resources pod_level = {0};

    if (!read_block(json_object_get(pod_spec, "resources"), block_path, &pod_level, error)) {
        return false;
    }
    for (size_t i = 0; i < pod_level.count; i++) {
        const struct resource_amount *item = &pod_level.items[i];
        if (is_pod_level_resource(item->name) ||
            item->amount > resources_get(requests, item->name)) {
            resources_set(requests, item->name, item->amount);
        }
    }
    return true;
}

bool requests_evaluate(const json_t *pod_spec, const char *path, struct resources *out_requests,
                       struct error *error)
{
    auto_free char *overhead_path = text_format("%s.overhead", path);
    auto_resources struct resources sum = {0};
    auto_resources struct resources sidecars = {0};
    auto_resources struct resources peak = {0};
    auto_resources struct resources overhead = {0};

    if (!sum_containers(pod_spec, path, &sum, error) ||
        !walk_init_containers(pod_spec, path, &sidecars, &peak, error) ||
        !add_checked(&sum, &sidecars, path, error)) {
        return false;
    }
    resources_raise_to(&sum, &peak);
    if (!apply_pod_level(pod_spec, path, &sum, error) ||
        !read_list(json_object_get(pod_spec, "overhead"), overhead_path, &overhead, error) ||
        !add_checked(&sum, &overhead, path, error)) {
        return false;
    }
    *out_requests = sum;
    memset(&sum, 0, sizeof sum);
    return true;
}
