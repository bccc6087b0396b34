/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/tree_state.h"

#include "base/text.h"

enum { SECOND_US = 1000000 };

static void count_amounts(const struct quota_tree *tree, const struct admission *admission,
                          struct quota_amounts *out_amounts)
{
    auto_usage struct usage usage = {0};

    flavors_count(admission, &usage);
    quota_amounts_count(tree, &usage, out_amounts);
}

static void read_usage(const struct cluster *cluster, const struct quota_tree *tree,
                       struct quota_usage *out_usage)
{
    quota_usage_init(out_usage, tree);
    for (size_t node = 0; node < tree->nodes.count; node++) {
        auto_usage struct usage used = {0};
        struct quota_amounts amounts = {0};
        const struct quota_node *leaf = &tree->nodes.items[node];
        if (leaf->queue == NULL) {
            continue;
        }
        ledger_get_used(cluster->ledger, leaf->name, &used);
        quota_amounts_count(tree, &used, &amounts);
        quota_usage_add(out_usage, (int)node, &amounts);
        array_release(&amounts);
    }
}

/* Asked to go, or at its end: it holds until its pods are gone. */
static bool is_leaving(const struct workload *workload)
{
    return workload->owner == NULL || workload->owner->is_finished ||
           workload->owner->is_deleting || workload->is_record_void ||
           workload->preemption != NULL || workload_is_evicting(workload);
}

/* Who is not told yet to be admitted has just been. */
static int64_t find_admitted_us(const struct workload *workload, int64_t now_us)
{
    return workload->admitted_us != 0 ? workload->admitted_us : now_us;
}

static int64_t minimum_runtime_us(const struct cluster *cluster, const struct cluster_queue *queue)
{
    int64_t seconds = queue->options.minimum_runtime_seconds;

    return (seconds >= 0 ? seconds : cluster->configuration->minimum_runtime_seconds) * SECOND_US;
}

/* The nodes on which the Pods of the workload stand. */
static void read_places(const struct workload *workload, const struct placement *placement,
                        struct holder *holder)
{
    array_for_each(item, &workload->pods) {
        const struct object *pod = *item;
        int node = pod->node_name != NULL ? placement_find_node(placement, pod->node_name) : -1;
        if (node < 0 || pod->is_finished || pod->pod_sets.count == 0) {
            continue;
        }
        struct holder_place place = {0};
        array_append(&place.picks, ((struct placement_pick){.node = node, .count = 1}));
        resources_raise_to(&place.requests, &pod->pod_sets.items[0].requests);
        array_append(&holder->places, place);
    }
}

static void add_holder(const struct cluster *cluster, struct workload *workload, int node,
                       int64_t now_us, struct tree_state *state)
{
    const struct cluster_queue *queue = state->tree->nodes.items[node].queue;
    int64_t admitted_us = find_admitted_us(workload, now_us);
    int64_t run_time_us = workload->owner != NULL ? workload_run_time_us(workload->owner) : 0;
    struct holder holder = {
        .uid = workload->uid,
        .name = workload->name,
        .node = node,
        .order = workload->order,
        .admitted_us = admitted_us,
        .ends_us = run_time_us != 0 ? admitted_us + run_time_us : 0,
        .is_leaving = is_leaving(workload),
        .is_protected = now_us - admitted_us < minimum_runtime_us(cluster, queue),
    };

    holder.order.uid = workload->uid;
    count_amounts(state->tree, workload->admission, &holder.amounts);
    if (state->has_placement) {
        read_places(workload, &state->placement, &holder);
    }
    array_append(&state->holders, holder);
    array_append(&state->holder_workloads, workload);
}

/* Pods of one shape that were let go to one flavor and are not on a node yet. */
struct expected_pods {
    struct {
        uint64_t shape;
        const struct resource_flavor *flavor;
    } key;
    const struct pod_set *set;
    int64_t count;
    UT_hash_handle hh;
};

/* The flavor that gives the workload its accelerators. */
static const struct resource_flavor *find_flavor(const struct cluster *cluster,
                                                 const struct pod_set_admission *admitted)
{
    array_for_each(assignment, &admitted->assignments) {
        if (configuration_manages(cluster->configuration, assignment->resource)) {
            return flavor_list_find(&cluster->directory->flavors, assignment->flavor);
        }
    }
    return NULL;
}

static int64_t count_expected(const struct cluster *cluster, const struct workload *workload,
                              const struct pod_set_admission *admitted)
{
    int64_t expected = (int64_t)workload_count_active_pods(workload, &cluster->grants);

    expected = expected < admitted->count ? admitted->count : expected;
    array_for_each(pod, &workload->pods) {
        expected -= (*pod)->node_name != NULL && !(*pod)->is_finished ? 1 : 0;
    }
    return expected;
}

static void note_expected(const struct cluster *cluster, const struct workload *workload,
                          struct expected_pods **expected)
{
    const struct pod_set_admission *admitted = &workload->admission->pod_sets.items[0];
    const struct object *object =
        workload->pods.count > 0 ? workload->pods.items[0] : workload->owner;
    struct expected_pods key = {0};
    struct expected_pods *found = NULL;

    if (object == NULL || object->pod_sets.count == 0 || workload->is_record_void) {
        return;
    }
    int64_t count = count_expected(cluster, workload, admitted);
    key.key.flavor = count > 0 ? find_flavor(cluster, admitted) : NULL;
    if (key.key.flavor == NULL) {
        return;
    }
    key.key.shape = object->shape;
    HASH_FIND(hh, *expected, &key.key, sizeof key.key, found);
    if (found == NULL) {
        found = memory_allocate(sizeof *found);
        found->key = key.key;
        found->set = &object->pod_sets.items[0];
        HASH_ADD(hh, *expected, key, sizeof found->key, found);
    }
    found->count += count;
}

static bool take(struct placement *placement, const struct expected_pods *pods, int64_t count)
{
    struct placement_picks picks = {0};
    struct placement_shortage shortage;
    bool is_fit = placement_try(placement, pods->key.flavor, pods->set, count, &picks, &shortage) ==
                  PLACEMENT_FITS;

    if (is_fit) {
        placement_take(placement, &picks, &pods->set->requests);
    }
    array_release(&picks);
    return is_fit;
}

/* All of them or, if there is no room for that, as many as there is. */
static void take_places(struct placement *placement, const struct expected_pods *pods)
{
    int64_t left = pods->count;

    for (int64_t step = left; step > 0 && left > 0; step = step > left ? left : step) {
        if (take(placement, pods, step)) {
            left -= step;
        } else {
            step /= 2;
        }
    }
}

static int find_leaf(const struct cluster *cluster, const struct quota_tree *tree,
                     const char *cluster_queue)
{
    const struct quota_forest *forest = cluster->directory->forest;
    const struct quota_leaf *leaf = quota_forest_find(forest, cluster_queue);

    return leaf != NULL && forest->trees.items[leaf->tree] == tree ? leaf->node : -1;
}

/* The pods that were let go and are not on a node yet take a place all the same, whoever pays. */
static void take_expected_places(const struct cluster *cluster, struct placement *placement)
{
    const struct workload *workload = cluster->workloads;
    struct expected_pods *expected = NULL;
    struct expected_pods *pods;
    struct expected_pods *next;

    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->admission != NULL && workload->admission->pod_sets.count > 0) {
            note_expected(cluster, workload, &expected);
        }
    }
    HASH_ITER(hh, expected, pods, next) {
        take_places(placement, pods);
        HASH_DEL(expected, pods);
        free(pods);
    }
}

void tree_state_read(struct cluster *cluster, const struct quota_tree *tree,
                     struct tree_state *out_state)
{
    *out_state = (struct tree_state){.tree = tree};
    read_usage(cluster, tree, &out_state->usage);
    if (cluster->configuration->node_places) {
        placement_copy(occupancy_get_placement(&cluster->occupancy, &cluster->cache),
                       &out_state->placement);
        out_state->has_placement = true;
        take_expected_places(cluster, &out_state->placement);
    }
}

void tree_state_read_holders(const struct cluster *cluster, int64_t now_us,
                             struct tree_state *state)
{
    struct workload *workload = cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        const struct admission *admission = workload->admission;
        int node = admission != NULL && admission->pod_sets.count > 0
                       ? find_leaf(cluster, state->tree, admission->cluster_queue)
                       : -1;
        if (node >= 0) {
            add_holder(cluster, workload, node, now_us, state);
        }
    }
}

void tree_state_release(struct tree_state *state)
{
    quota_usage_release(&state->usage);
    placement_release(&state->placement);
    holder_list_release(&state->holders);
    array_release(&state->holder_workloads);
}
