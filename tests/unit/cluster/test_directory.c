/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/directory.h"

#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/unit/policy/yaml_text.h"

static void add_local_queue(struct directory *directory, const char *yaml)
{
    struct local_queue *queue = NULL;
    json_auto_t *json = yaml_text(yaml);

    cr_assert(local_queue_decode(json, NULL, &queue));
    directory_add_local_queue(directory, queue);
    local_queue_unref(queue);
}

#define QUEUE(namespace, name)                                                                     \
    "{metadata: {namespace: " namespace ", name: " name "}, spec: {clusterQueue: main}}"
#define DEFAULT_QUEUE(namespace, name)                                                             \
    "{metadata: {namespace: " namespace ", name: " name ", annotations: "                          \
                                        "{kueue.x-k8s.io/default-queue: \"true\"}}, spec: "        \
                                        "{clusterQueue: main}}"

Test(directory, resolves_the_queue_of_an_object)
{
    static const struct {
        const char *queues[3];
        const char *label;
        enum queue_resolution resolution;
        const char *queue;
    } cases[] = {
        {{QUEUE("team", "a"), QUEUE("team", "b")}, "b", QUEUE_RESOLVED, "b"},
        {{QUEUE("team", "a")}, "gone", QUEUE_MISSING, NULL},
        {{QUEUE("other", "a")}, "a", QUEUE_MISSING, NULL},
        {{QUEUE("team", "a")}, "", QUEUE_MISSING, NULL},
        {{QUEUE("team", "default"), DEFAULT_QUEUE("team", "x")}, NULL, QUEUE_RESOLVED, "x"},
        {{QUEUE("team", "a"), QUEUE("team", "default")}, NULL, QUEUE_RESOLVED, "default"},
        {{QUEUE("team", "only"), QUEUE("other", "a")}, NULL, QUEUE_RESOLVED, "only"},
        {{QUEUE("team", "a"), QUEUE("team", "b")}, NULL, QUEUE_UNRESOLVED, NULL},
        {{DEFAULT_QUEUE("other", "x"), QUEUE("teams", "a")}, NULL, QUEUE_UNRESOLVED, NULL},
        {{NULL}, NULL, QUEUE_UNRESOLVED, NULL},
        {{NULL}, "a", QUEUE_MISSING, NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct directory *directory = directory_create();
        const struct local_queue *queue = NULL;
        for (size_t k = 0; k < 3 && cases[i].queues[k] != NULL; k++) {
            add_local_queue(directory, cases[i].queues[k]);
        }
        directory_seal(directory);
        cr_expect_eq(directory_resolve_queue(directory, "team", cases[i].label, &queue),
                     cases[i].resolution, "case %zu", i);
        cr_expect(text_equal(queue != NULL ? queue->name : NULL, cases[i].queue), "case %zu", i);
        directory_unref(directory);
    }
}

Test(directory, finds_by_name_in_any_order_of_adding)
{
    struct directory *directory = directory_create();
    const char *const names[] = {"{metadata: {name: c}}", "{metadata: {name: a}}",
                                 "{metadata: {name: b}}"};

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct namespace_info *info = NULL;
        json_auto_t *json = yaml_text(names[i]);
        cr_assert(namespace_info_decode(json, &info, NULL));
        directory_add_namespace(directory, info);
        namespace_info_unref(info);
    }
    directory_seal(directory);
    cr_expect_str_eq(directory_find_namespace(directory, "a")->name, "a");
    cr_expect_str_eq(directory_find_namespace(directory, "c")->name, "c");
    cr_expect_null(directory_find_namespace(directory, "d"));
    cr_expect_null(directory_find_cluster_queue(directory, "a"));
    directory_unref(directory);
}

static void add_class(struct directory *directory, const char *yaml, bool is_workload_class)
{
    json_auto_t *json = yaml_text(yaml);
    struct priority_class *class = NULL;

    cr_assert(priority_class_decode(json, NULL, &class));
    directory_add_priority_class(directory, class, is_workload_class);
    priority_class_unref(class);
}

Test(directory, finds_the_priority_by_the_nearest_class)
{
    static const struct {
        const char *workload_class;
        const char *pod_class;
        int64_t priority;
    } cases[] = {
        {"high", "batch", 100}, {NULL, "batch", -5}, {"gone", "batch", -5},
        {NULL, "gone", 7},      {NULL, NULL, 7},
    };
    struct directory *directory = directory_create();

    add_class(directory, "{metadata: {name: high}, value: 100}", true);
    add_class(directory, "{metadata: {name: batch}, value: -5}", false);
    add_class(directory, "{metadata: {name: usual}, value: 7, globalDefault: true}", false);
    directory_seal(directory);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        cr_expect_eq(
            directory_find_priority(directory, cases[i].workload_class, cases[i].pod_class),
            cases[i].priority);
    }
    directory_unref(directory);
}
