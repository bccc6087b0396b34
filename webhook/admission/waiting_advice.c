/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/waiting_advice.h"

#include <string.h>

#include "base/text.h"
#include "webhook/cluster/queue_activity.h"
#include "webhook/kinds/kind.h"

void waiting_advice_release(struct waiting_advice *advice)
{
    free(advice->warning);
    free(advice->queue);
    free(advice->flavor);
    memset(advice, 0, sizeof *advice);
}

static char *explain_no_queue(enum queue_resolution resolution, const char *namespace_name,
                              const struct object *object)
{
    if (resolution == QUEUE_MISSING) {
        return text_format("waits: namespace %.63s has no usable LocalQueue '%.63s': an "
                           "administrator must make it",
                           namespace_name, object->queue_name);
    }
    return text_format("waits: namespace %.63s has no default LocalQueue: label the %s with "
                       "%s, or an administrator must make a LocalQueue named 'default'",
                       namespace_name, object->kind->name, LABEL_QUEUE_NAME);
}

/* Why nothing starts in the queue, whatever is free; NULL: nothing stands in the way. */
static char *find_obstacle(const struct snapshot *snapshot, const struct local_queue *local_queue,
                           const struct cluster_queue *queue)
{
    const struct namespace_info *namespace_info =
        directory_find_namespace(snapshot->directory, local_queue->namespace_name);

    if (queue == NULL) {
        return text_format("there is no usable ClusterQueue '%s': an administrator must make it",
                           local_queue->cluster_queue);
    }
    if (local_queue->stop_policy != STOP_NONE) {
        return text_format("LocalQueue %s is inactive", local_queue->name);
    }
    if (queue_activity_bars(snapshot->directory, queue)) {
        return text_format("ClusterQueue %s is inactive", queue->name);
    }
    if (namespace_info != NULL &&
        !label_selector_matches(&queue->namespace_selector, &namespace_info->labels)) {
        return text_format("ClusterQueue %s does not serve namespace %s", queue->name,
                           namespace_info->name);
    }
    return NULL;
}

static char *find_managed_flavor(const struct configuration *configuration,
                                 const struct admission *admission)
{
    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            if (configuration_manages(configuration, assignment->resource)) {
                return memory_copy_text(assignment->flavor);
            }
        }
    }
    return NULL;
}

/* The same rules that the companion applies, on the usage as it was last seen. Places on nodes and
 * preemption are the companion's business. */
static void try_queue(const struct snapshot *snapshot, const struct cluster_queue *queue,
                      const struct object *object, struct verdict *out_verdict,
                      struct waiting_advice *advice)
{
    const struct configuration *configuration = snapshot->configuration;
    const struct quota_leaf *leaf = quota_forest_find(snapshot->directory->forest, queue->name);
    const struct flavor_state state = {
        .rules = {configuration, queue, &snapshot->directory->flavors},
        .node = leaf->node,
        .usage = &snapshot->usages.items[leaf->tree],
    };
    const struct flavor_request request = {
        .pod_sets = &object->pod_sets,
        .only_flavor = configuration->profile_selects_flavor ? object->profile : NULL,
    };
    auto_assignment struct assignment assignment = {0};

    flavors_assign(&state, &request, &assignment);
    verdict_copy(&assignment.verdict, out_verdict);
    if (assignment.mode == ASSIGNMENT_FITS) {
        advice->flavor = find_managed_flavor(configuration, assignment.admission);
    }
}

static void explain_verdict(const struct snapshot *snapshot, const struct cluster_queue *queue,
                            const struct verdict *verdict, struct waiting_advice *advice)
{
    const struct queue_state *state = snapshot_find_queue(snapshot, queue->name);
    size_t ahead = state != NULL ? state->waiting_count : 0;

    if (verdict->kind == VERDICT_INADMISSIBLE) {
        advice->reason = "Inadmissible";
        advice->warning =
            text_format("cannot start in %s yet: %s", advice->queue, verdict->message);
    } else if (verdict->kind == VERDICT_WAITS) {
        advice->reason = "QuotaInUse";
        advice->warning = text_format("queued in %s at position %zu: %s", advice->queue, ahead + 1,
                                      verdict->advice != NULL ? verdict->advice : verdict->message);
    } else if (ahead > 0 && queue->queueing_strategy == QUEUEING_STRICT_FIFO) {
        advice->reason = "OthersWait";
        advice->warning = text_format("queued in %s at position %zu: %zu came before",
                                      advice->queue, ahead + 1, ahead);
    } else {
        advice->reason = "Fits";
    }
}

void waiting_advice_make(const struct snapshot *snapshot, const char *namespace_name,
                         const struct object *object, struct waiting_advice *out_advice)
{
    const char *label = object->queue_name;
    const struct local_queue *local_queue = NULL;
    auto_verdict struct verdict verdict = {0};
    enum queue_resolution resolution =
        directory_resolve_queue(snapshot->directory, namespace_name,
                                label != NULL && label[0] != '\0' ? label : NULL, &local_queue);

    *out_advice = (struct waiting_advice){0};
    if (resolution != QUEUE_RESOLVED) {
        out_advice->reason = resolution == QUEUE_MISSING ? "QueueMissing" : "QueueUnresolved";
        out_advice->warning = explain_no_queue(resolution, namespace_name, object);
        return;
    }
    const struct cluster_queue *queue =
        directory_find_cluster_queue(snapshot->directory, local_queue->cluster_queue);
    out_advice->queue = memory_copy_text(local_queue->name);
    auto_free char *obstacle = find_obstacle(snapshot, local_queue, queue);
    if (obstacle != NULL) {
        out_advice->reason = "QueueInactive";
        out_advice->warning =
            text_format("cannot start in %s yet: %s", out_advice->queue, obstacle);
        return;
    }
    try_queue(snapshot, queue, object, &verdict, out_advice);
    explain_verdict(snapshot, queue, &verdict, out_advice);
}
