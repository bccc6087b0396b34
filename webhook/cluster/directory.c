/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/directory.h"

#include <string.h>

#include "base/text.h"

struct directory *directory_create(void)
{
    return memory_allocate(sizeof(struct directory));
}

void directory_add_namespace(struct directory *directory, const struct namespace_info *item)
{
    array_append(&directory->namespaces, namespace_info_ref(item));
}

void directory_add_flavor(struct directory *directory, const struct resource_flavor *item)
{
    array_append(&directory->flavors, resource_flavor_ref(item));
}

void directory_add_cluster_queue(struct directory *directory, const struct cluster_queue *item)
{
    array_append(&directory->cluster_queues, cluster_queue_ref(item));
}

void directory_add_local_queue(struct directory *directory, const struct local_queue *item)
{
    array_append(&directory->local_queues, local_queue_ref(item));
}

void directory_add_cohort(struct directory *directory, const struct cohort *item)
{
    array_append(&directory->cohorts, cohort_ref(item));
}

void directory_add_admission_check(struct directory *directory, const struct admission_check *item)
{
    array_append(&directory->admission_checks, admission_check_ref(item));
}

void directory_add_priority_class(struct directory *directory, const struct priority_class *item,
                                  bool is_workload_class)
{
    struct priority_class_list *list =
        is_workload_class ? &directory->workload_priority_classes : &directory->priority_classes;

    array_append(list, priority_class_ref(item));
}

void directory_add_flavor_without_nodes(struct directory *directory, const char *flavor)
{
    array_append(&directory->flavors_without_nodes, memory_copy_text(flavor));
}

static int compare_namespaces(const void *left, const void *right)
{
    return strcmp((*(const struct namespace_info *const *)left)->name,
                  (*(const struct namespace_info *const *)right)->name);
}

static int compare_flavors(const void *left, const void *right)
{
    return strcmp((*(const struct resource_flavor *const *)left)->name,
                  (*(const struct resource_flavor *const *)right)->name);
}

static int compare_cluster_queues(const void *left, const void *right)
{
    return strcmp((*(const struct cluster_queue *const *)left)->name,
                  (*(const struct cluster_queue *const *)right)->name);
}

static int compare_local_queues(const void *left, const void *right)
{
    const struct local_queue *left_queue = *(const struct local_queue *const *)left;
    const struct local_queue *right_queue = *(const struct local_queue *const *)right;
    int order = strcmp(left_queue->namespace_name, right_queue->namespace_name);

    return order != 0 ? order : strcmp(left_queue->name, right_queue->name);
}

#define sort_list(list, compare)                                                                   \
    do {                                                                                           \
        if ((list)->count > 1) {                                                                   \
            qsort((list)->items, (list)->count, sizeof *(list)->items, (compare));                 \
        }                                                                                          \
    } while (0)

void directory_seal(struct directory *directory)
{
    sort_list(&directory->namespaces, compare_namespaces);
    sort_list(&directory->flavors, compare_flavors);
    sort_list(&directory->cluster_queues, compare_cluster_queues);
    sort_list(&directory->local_queues, compare_local_queues);
    directory->forest = quota_forest_create(&directory->cluster_queues, &directory->cohorts);
}

void directory_destroy(struct directory *directory)
{
    if (directory == NULL) {
        return;
    }
    array_for_each(item, &directory->namespaces) {
        namespace_info_unref(*item);
    }
    array_for_each(item, &directory->flavors) {
        resource_flavor_unref(*item);
    }
    array_for_each(item, &directory->cluster_queues) {
        cluster_queue_unref(*item);
    }
    array_for_each(item, &directory->local_queues) {
        local_queue_unref(*item);
    }
    quota_forest_unref(directory->forest);
    array_for_each(item, &directory->cohorts) {
        cohort_unref(*item);
    }
    array_for_each(item, &directory->admission_checks) {
        admission_check_unref(*item);
    }
    array_for_each(item, &directory->workload_priority_classes) {
        priority_class_unref(*item);
    }
    array_for_each(item, &directory->priority_classes) {
        priority_class_unref(*item);
    }
    array_for_each(name, &directory->flavors_without_nodes) {
        free(*name);
    }
    array_release(&directory->namespaces);
    array_release(&directory->flavors);
    array_release(&directory->cluster_queues);
    array_release(&directory->local_queues);
    array_release(&directory->cohorts);
    array_release(&directory->admission_checks);
    array_release(&directory->workload_priority_classes);
    array_release(&directory->priority_classes);
    array_release(&directory->flavors_without_nodes);
    free(directory);
}

const struct namespace_info *directory_find_namespace(const struct directory *directory,
                                                      const char *name)
{
    const struct namespace_info key = {.name = (char *)name};
    const struct namespace_info *key_pointer = &key;
    const struct namespace_info **found =
        directory->namespaces.count == 0
            ? NULL
            : bsearch(&key_pointer, directory->namespaces.items, directory->namespaces.count,
                      sizeof key_pointer, compare_namespaces);

    return found != NULL ? *found : NULL;
}

const struct cluster_queue *directory_find_cluster_queue(const struct directory *directory,
                                                         const char *name)
{
    const struct cluster_queue key = {.name = (char *)name};
    const struct cluster_queue *key_pointer = &key;
    const struct cluster_queue **found =
        directory->cluster_queues.count == 0
            ? NULL
            : bsearch(&key_pointer, directory->cluster_queues.items,
                      directory->cluster_queues.count, sizeof key_pointer, compare_cluster_queues);

    return found != NULL ? *found : NULL;
}

const struct local_queue *directory_find_local_queue(const struct directory *directory,
                                                     const char *namespace_name, const char *name)
{
    const struct local_queue key = {.namespace_name = (char *)namespace_name, .name = (char *)name};
    const struct local_queue *key_pointer = &key;
    const struct local_queue **found =
        directory->local_queues.count == 0
            ? NULL
            : bsearch(&key_pointer, directory->local_queues.items, directory->local_queues.count,
                      sizeof key_pointer, compare_local_queues);

    return found != NULL ? *found : NULL;
}

const struct admission_check *directory_find_admission_check(const struct directory *directory,
                                                             const char *name)
{
    array_for_each(check, &directory->admission_checks) {
        if (strcmp((*check)->name, name) == 0) {
            return *check;
        }
    }
    return NULL;
}

static const struct priority_class *find_class(const struct priority_class_list *list,
                                               const char *name)
{
    array_for_each(class, list) {
        if (name != NULL ? strcmp((*class)->name, name) == 0 : (*class)->is_global_default) {
            return *class;
        }
    }
    return NULL;
}

int64_t directory_find_priority(const struct directory *directory, const char *workload_class,
                                const char *pod_class)
{
    const struct priority_class *class =
        workload_class != NULL ? find_class(&directory->workload_priority_classes, workload_class)
                               : NULL;

    if (class == NULL && pod_class != NULL) {
        class = find_class(&directory->priority_classes, pod_class);
    }
    if (class == NULL) {
        class = find_class(&directory->priority_classes, NULL);
    }
    return class != NULL ? class->value : 0;
}

/* The first LocalQueue at or behind the start of the namespace. */
static size_t first_of_namespace(const struct local_queue_list *queues, const char *namespace_name)
{
    size_t low = 0;
    size_t high = queues->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(queues->items[middle]->namespace_name, namespace_name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct local_queue *find_default(const struct directory *directory,
                                              const char *namespace_name)
{
    const struct local_queue_list *queues = &directory->local_queues;
    size_t first = first_of_namespace(queues, namespace_name);
    size_t end = first;
    const struct local_queue *named = NULL;

    for (; end < queues->count; end++) {
        const struct local_queue *queue = queues->items[end];
        if (strcmp(queue->namespace_name, namespace_name) != 0) {
            break;
        }
        if (queue->is_default) {
            return queue;
        }
        if (strcmp(queue->name, "default") == 0) {
            named = queue;
        }
    }
    if (named != NULL) {
        return named;
    }
    return end - first == 1 ? queues->items[first] : NULL;
}

enum queue_resolution directory_resolve_queue(const struct directory *directory,
                                              const char *namespace_name, const char *label,
                                              const struct local_queue **out_queue)
{
    const struct local_queue *queue =
        label != NULL ? directory_find_local_queue(directory, namespace_name, label)
                      : find_default(directory, namespace_name);

    if (queue == NULL) {
        return label != NULL ? QUEUE_MISSING : QUEUE_UNRESOLVED;
    }
    *out_queue = queue;
    return QUEUE_RESOLVED;
}
