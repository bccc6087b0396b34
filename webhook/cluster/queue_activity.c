/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/queue_activity.h"

#include "base/text.h"

static struct queue_activity inactive(const char *reason, char *what)
{
    struct queue_activity activity = {false, reason,
                                      text_format("Can't admit new workloads: %s", what)};

    free(what);
    return activity;
}

static void append_name(struct text *names, const char *name)
{
    text_append_format(names, "%s%s", names->size_bytes > 0 ? "," : "", name);
}

/* The names of the flavors that are missing, or have no ready node; owned, NULL if there is none.
 */
static char *list_missing_flavors(const struct directory *directory,
                                  const struct cluster_queue *queue)
{
    struct text names = {0};

    array_for_each(group, &queue->resource_groups) {
        array_for_each(quota, &group->flavors) {
            if (flavor_list_find(&directory->flavors, quota->flavor) == NULL) {
                append_name(&names, quota->flavor);
            }
        }
    }
    return names.bytes;
}

static char *list_nodeless_flavors(const struct directory *directory,
                                   const struct cluster_queue *queue)
{
    struct text names = {0};

    array_for_each(group, &queue->resource_groups) {
        array_for_each(quota, &group->flavors) {
            if (name_list_has(&directory->flavors_without_nodes, quota->flavor)) {
                append_name(&names, quota->flavor);
            }
        }
    }
    return names.bytes;
}

static char *list_missing_checks(const struct directory *directory,
                                 const struct cluster_queue *queue)
{
    struct text names = {0};

    array_for_each(rule, &queue->admission_checks) {
        if (directory_find_admission_check(directory, rule->name) == NULL) {
            append_name(&names, rule->name);
        }
    }
    return names.bytes;
}

static char *list_inactive_checks(const struct directory *directory,
                                  const struct cluster_queue *queue)
{
    struct text names = {0};

    array_for_each(rule, &queue->admission_checks) {
        const struct admission_check *check = directory_find_admission_check(directory, rule->name);
        if (check != NULL && !check->is_active) {
            append_name(&names, rule->name);
        }
    }
    return names.bytes;
}

static bool is_in_circle(const struct directory *directory, const struct cluster_queue *queue)
{
    const struct quota_leaf *leaf = quota_forest_find(directory->forest, queue->name);

    return leaf != NULL && directory->forest->trees.items[leaf->tree]->is_cyclic;
}

bool queue_activity_bars(const struct directory *directory, const struct cluster_queue *queue)
{
    auto_free char *missing = list_missing_checks(directory, queue);
    auto_free char *unready = list_inactive_checks(directory, queue);

    return queue->stop_policy != STOP_NONE || missing != NULL || unready != NULL ||
           is_in_circle(directory, queue);
}

struct queue_activity queue_activity_judge(const struct directory *directory,
                                           const struct cluster_queue *queue)
{
    auto_free char *flavors = list_missing_flavors(directory, queue);
    auto_free char *checks = list_missing_checks(directory, queue);
    auto_free char *unready = list_inactive_checks(directory, queue);
    auto_free char *nodeless = list_nodeless_flavors(directory, queue);

    if (queue->stop_policy != STOP_NONE) {
        return inactive("Stopped", memory_copy_text("is stopped"));
    }
    if (is_in_circle(directory, queue)) {
        return inactive("CohortCycle", text_format("Cohort %s is part of a circle of parents",
                                                   queue->cohort_name));
    }
    if (flavors != NULL) {
        return inactive("FlavorNotFound",
                        text_format("references missing ResourceFlavor(s): %s", flavors));
    }
    if (checks != NULL) {
        return inactive("AdmissionCheckNotFound",
                        text_format("references missing AdmissionCheck(s): %s", checks));
    }
    if (unready != NULL) {
        return inactive("AdmissionCheckInactive",
                        text_format("references inactive AdmissionCheck(s): %s", unready));
    }
    return (struct queue_activity){
        true, "Ready",
        nodeless != NULL ? text_format("Can admit new workloads; no ready node has the labels of "
                                       "flavor(s): %s",
                                       nodeless)
                         : memory_copy_text("Can admit new workloads")};
}
