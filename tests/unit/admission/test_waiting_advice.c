/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/waiting_advice.h"

#include <criterion/criterion.h>

#include "base/text.h"
#include "webhook/kinds/kind.h"

#define FLAVOR(name)                                                                               \
    "{'apiVersion':'kueue.x-k8s.io/v1beta1','kind':'ResourceFlavor','metadata':{'name':'" name     \
    "'},'spec':{}}"
#define NAMESPACE "{'metadata':{'name':'private-ai','labels':{'kueue-managed':'true'}}}"
#define LOCAL_QUEUE(more)                                                                          \
    "{'apiVersion':'kueue.x-k8s.io/v1beta1','kind':'LocalQueue','metadata':{'name':'research',"    \
    "'namespace':'private-ai'},'spec':{'clusterQueue':'main'" more "}}"
#define CLUSTER_QUEUE(more)                                                                        \
    "{'apiVersion':'kueue.x-k8s.io/v1beta1','kind':'ClusterQueue','metadata':{'name':'main'},"     \
    "'spec':{" more ",'resourceGroups':[{'coveredResources':['nvidia.com/gpu'],'flavors':["        \
    "{'name':'one','resources':[{'name':'nvidia.com/gpu','nominalQuota':1}]},"                     \
    "{'name':'four','resources':[{'name':'nvidia.com/gpu','nominalQuota':4}]}]}]}}"
#define STRICT CLUSTER_QUEUE("'namespaceSelector':{},'queueingStrategy':'StrictFIFO'")
#define BEST_EFFORT CLUSTER_QUEUE("'namespaceSelector':{}")

struct scene {
    const char *local_queue;
    const char *cluster_queue;
    const char *label;
    const char *profile;
    int gpus;
    int used_of_one;
    int used_of_four;
    size_t waiting;
};

/* JSON with single quotes, which reads better in C. */
static json_t *load(const char *text)
{
    auto_free char *copy = memory_copy_text(text);

    for (char *byte = copy; *byte != '\0'; byte++) {
        *byte = *byte == '\'' ? '"' : *byte;
    }
    json_t *json = json_loads(copy, 0, NULL);
    cr_assert_not_null(json, "%s", text);
    return json;
}

static void add_queues(struct directory *directory, const struct scene *scene)
{
    struct local_queue *local_queue = NULL;
    struct cluster_queue *cluster_queue = NULL;

    if (scene->local_queue != NULL) {
        json_auto_t *json = load(scene->local_queue);
        cr_assert(local_queue_decode(json, NULL, &local_queue));
        directory_add_local_queue(directory, local_queue);
        local_queue_unref(local_queue);
    }
    if (scene->cluster_queue != NULL) {
        json_auto_t *json = load(scene->cluster_queue);
        cr_assert(cluster_queue_decode(json, NULL, &cluster_queue));
        directory_add_cluster_queue(directory, cluster_queue);
        cluster_queue_unref(cluster_queue);
    }
}

static const struct directory *make_directory(const struct scene *scene)
{
    static const char *const flavors[] = {FLAVOR("one"), FLAVOR("four")};
    struct directory *directory = directory_create();
    struct namespace_info *namespace_info = NULL;
    json_auto_t *json = load(NAMESPACE);

    cr_assert(namespace_info_decode(json, &namespace_info, NULL));
    directory_add_namespace(directory, namespace_info);
    namespace_info_unref(namespace_info);
    for (size_t i = 0; i < ARRAY_LENGTH(flavors); i++) {
        struct resource_flavor *flavor = NULL;
        json_auto_t *flavor_json = load(flavors[i]);
        cr_assert(resource_flavor_decode(flavor_json, NULL, &flavor));
        directory_add_flavor(directory, flavor);
        resource_flavor_unref(flavor);
    }
    add_queues(directory, scene);
    directory_seal(directory);
    return directory;
}

static const struct snapshot *make_snapshot(const struct scene *scene)
{
    struct configuration *configuration = NULL;
    auto_usage struct usage used = {0};
    const struct directory *directory = make_directory(scene);
    const struct uid_set *holders = memory_allocate(sizeof *holders);
    struct queue_state state = {.cluster_queue = memory_copy_text("main"),
                                .waiting_count = scene->waiting};

    cr_assert(configuration_decode(NULL, NULL, &configuration));
    struct snapshot *snapshot = snapshot_create(configuration, directory, holders);
    configuration_unref(configuration);
    directory_unref(directory);
    uid_set_unref(holders);
    usage_add(&used, "one", "nvidia.com/gpu", scene->used_of_one);
    usage_add(&used, "four", "nvidia.com/gpu", scene->used_of_four);
    snapshot_count_used(snapshot, "main", &used);
    array_append(&snapshot->queues, state);
    return snapshot;
}

static struct object *make_pod(const struct snapshot *snapshot, const struct scene *scene)
{
    json_auto_t *json = json_pack(
        "{s:{s:s, s:{s:s*}, s:{s:s*}}, s:{s:[{s:s, s:{s:{s:i}}}]}}", "metadata", "name", "gpu",
        "labels", LABEL_QUEUE_NAME, scene->label, "annotations", ANNOTATION_PROFILE, scene->profile,
        "spec", "containers", "name", "main", "resources", "limits", "nvidia.com/gpu", scene->gpus);

    cr_assert_not_null(json);
    return object_decode_submitted(&kind_pod, snapshot->configuration, json);
}

static void expect(const struct scene *scene, const char *reason, const char *warning,
                   const char *flavor)
{
    auto_snapshot const struct snapshot *snapshot = make_snapshot(scene);
    auto_object struct object *pod = make_pod(snapshot, scene);
    auto_waiting_advice struct waiting_advice advice = {0};

    waiting_advice_make(snapshot, "private-ai", pod, &advice);
    cr_expect_str_eq(advice.reason, reason);
    cr_expect(text_equal(advice.warning, warning), "%s", advice.warning);
    cr_expect(text_equal(advice.flavor, flavor), "%s", advice.flavor);
}

Test(waiting_advice, is_silent_about_what_starts_at_once)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, "research", NULL, 1, 0, 0, 0}, "Fits", NULL,
           "one");
}

Test(waiting_advice, names_the_next_flavor_when_the_first_is_full)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, NULL, NULL, 1, 1, 2, 0}, "Fits", NULL, "four");
}

Test(waiting_advice, says_what_is_free_in_every_flavor)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, NULL, NULL, 2, 1, 3, 4}, "QuotaInUse",
           "queued in research at position 5: 2 nvidia.com/gpu needed, 0 of 1 free in one, "
           "1 of 4 free in four",
           NULL);
}

Test(waiting_advice, looks_only_at_the_flavor_of_the_hardware_profile)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, NULL, "one", 1, 1, 0, 1}, "QuotaInUse",
           "queued in research at position 2: 1 nvidia.com/gpu needed, 0 of 1 free in one", NULL);
}

Test(waiting_advice, tells_of_those_before_it_in_a_strict_queue)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, NULL, NULL, 1, 0, 0, 2}, "OthersWait",
           "queued in research at position 3: 2 came before", "one");
}

Test(waiting_advice, is_silent_about_what_may_overtake)
{
    expect(&(struct scene){LOCAL_QUEUE(""), BEST_EFFORT, NULL, NULL, 1, 0, 0, 2}, "Fits", NULL,
           "one");
}

Test(waiting_advice, names_the_queue_that_is_to_be_made)
{
    expect(&(struct scene){NULL, STRICT, "gone", NULL, 1, 0, 0, 0}, "QueueMissing",
           "waits: namespace private-ai has no usable LocalQueue 'gone': an administrator must "
           "make it",
           NULL);
    expect(&(struct scene){LOCAL_QUEUE(""), NULL, NULL, NULL, 1, 0, 0, 0}, "QueueInactive",
           "cannot start in research yet: there is no usable ClusterQueue 'main': an "
           "administrator must make it",
           NULL);
}

Test(waiting_advice, tells_of_a_queue_that_starts_nothing)
{
    expect(&(struct scene){LOCAL_QUEUE(",'stopPolicy':'Hold'"), STRICT, NULL, NULL, 1, 0, 0, 0},
           "QueueInactive", "cannot start in research yet: LocalQueue research is inactive", NULL);
    expect(&(struct scene){LOCAL_QUEUE(""),
                           CLUSTER_QUEUE("'namespaceSelector':{},'stopPolicy':'HoldAndDrain'"),
                           NULL, NULL, 1, 0, 0, 0},
           "QueueInactive", "cannot start in research yet: ClusterQueue main is inactive", NULL);
    expect(&(struct scene){LOCAL_QUEUE(""),
                           CLUSTER_QUEUE("'namespaceSelector':{'matchLabels':{'team':'blue'}}"),
                           NULL, NULL, 1, 0, 0, 0},
           "QueueInactive",
           "cannot start in research yet: ClusterQueue main does not serve namespace private-ai",
           NULL);
}

Test(waiting_advice, says_what_no_flavor_can_hold)
{
    expect(&(struct scene){LOCAL_QUEUE(""), STRICT, NULL, NULL, 6, 0, 0, 0}, "Inadmissible",
           "cannot start in research yet: couldn't assign flavors to pod set main: insufficient "
           "quota for nvidia.com/gpu in flavor one, request > maximum capacity (6 > 1), "
           "insufficient quota for nvidia.com/gpu in flavor four, request > maximum capacity "
           "(6 > 4)",
           NULL);
}
