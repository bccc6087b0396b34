/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/router.h"

#include "base/suggestion.h"
#include "base/text.h"

static bool is_in_namespace(const struct local_queue *queue, const char *namespace_name)
{
    return namespace_name[0] == '\0' || text_equal(queue->namespace_name, namespace_name);
}

static const char *suggest(const struct policy_set *policy, const char *name)
{
    struct names ARRAY_OF(const char *) names = {0};

    array_for_each(queue, &policy->local_queues) {
        array_append(&names, (const char *)(*queue)->name);
    }
    array_for_each(queue, &policy->cluster_queues) {
        array_append(&names, (const char *)(*queue)->name);
    }
    array_append(&names, NULL);
    const char *nearest = suggestion_find(name, names.items);
    array_release(&names);
    return nearest;
}

static bool tell_unknown(const struct policy_set *policy, const struct trace_entry *entry,
                         struct mistakes *mistakes)
{
    const char *nearest = suggest(policy, entry->queue);

    return mistakes_add(mistakes, entry->file, entry->position,
                        "the workload '%.80s' is for the queue '%.80s', which the policy does not "
                        "have%s%s%s",
                        entry->name, entry->queue, nearest != NULL ? ": did you mean '" : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* How good a queue is for who names none; 0: not at all. */
static int rank_default(const struct local_queue *queue, size_t queue_count)
{
    if (queue->is_default) {
        return 3;
    }
    if (text_equal(queue->name, "default")) {
        return 2;
    }
    return queue_count == 1 ? 1 : 0;
}

static size_t count_in_namespace(const struct policy_set *policy, const char *namespace_name)
{
    size_t count = 0;

    array_for_each(queue, &policy->local_queues) {
        count += is_in_namespace(*queue, namespace_name) ? 1 : 0;
    }
    return count;
}

static const struct local_queue *find_default(const struct policy_set *policy,
                                              const char *namespace_name)
{
    size_t queue_count = count_in_namespace(policy, namespace_name);
    const struct local_queue *best = NULL;
    int best_rank = 0;

    array_for_each(queue, &policy->local_queues) {
        int rank = rank_default(*queue, queue_count);
        if (is_in_namespace(*queue, namespace_name) && rank > best_rank) {
            best = *queue;
            best_rank = rank;
        }
    }
    return best;
}

/* Of that name; *out_count says how many there are. */
static const struct local_queue *find_local_queue(const struct policy_set *policy,
                                                  const struct trace_entry *entry,
                                                  size_t *out_count)
{
    const struct local_queue *found = NULL;

    *out_count = 0;
    array_for_each(queue, &policy->local_queues) {
        if (text_equal((*queue)->name, entry->queue) &&
            is_in_namespace(*queue, entry->namespace_name)) {
            found = *queue;
            (*out_count)++;
        }
    }
    return found;
}

static bool assign_queue(const struct policy_set *policy, struct simulated_workload *workload,
                         struct mistakes *mistakes)
{
    const struct trace_entry *entry = workload->entry;
    size_t count;
    const struct local_queue *local_queue = find_local_queue(policy, entry, &count);

    if (entry->queue[0] == '\0') {
        local_queue = find_default(policy, entry->namespace_name);
    } else if (count > 1) {
        return mistakes_add(mistakes, entry->file, entry->position,
                            "the workload '%.80s' is for the queue '%.80s', which %zu namespaces "
                            "have: say its namespace",
                            entry->name, entry->queue, count);
    }
    workload->local_queue = local_queue;
    if (policy->cluster_queues.count == 1) {
        workload->cluster_queue = policy->cluster_queues.items[0];
    } else {
        workload->cluster_queue = policy_set_find_cluster_queue(
            policy, local_queue != NULL ? local_queue->cluster_queue : entry->queue);
    }
    return workload->cluster_queue != NULL || tell_unknown(policy, entry, mistakes);
}

static const struct priority_class *find_class(const struct policy_classes *classes,
                                               const char *name)
{
    array_for_each(class, classes) {
        if (name[0] == '\0' ? (*class)->is_global_default : text_equal((*class)->name, name)) {
            return *class;
        }
    }
    return NULL;
}

static bool assign_priority(const struct policy_set *policy, struct simulated_workload *workload,
                            struct mistakes *mistakes)
{
    const struct trace_entry *entry = workload->entry;
    const struct priority_class *class =
        find_class(&policy->workload_classes, entry->priority_class);

    workload->order.priority = entry->priority;
    if (class == NULL) {
        class = find_class(&policy->pod_classes, entry->priority_class);
    }
    if (class != NULL && (entry->priority_class[0] != '\0' || entry->priority == 0)) {
        workload->order.priority = class->value;
    }
    return class != NULL || entry->priority_class[0] == '\0' ||
           mistakes_add(mistakes, entry->file, entry->position,
                        "the workload '%.80s' has the priority class '%.80s', which the policy "
                        "does not have",
                        entry->name, entry->priority_class);
}

bool router_assign(const struct policy_set *policy, struct simulated_workload *workload,
                   struct mistakes *mistakes)
{
    bool has_queue = assign_queue(policy, workload, mistakes);

    return assign_priority(policy, workload, mistakes) && has_queue;
}
