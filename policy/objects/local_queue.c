/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/local_queue.h"

#include "base/text.h"
#include "policy/objects/fair_weight.h"
#include "policy/objects/metadata.h"
#include "policy/objects/queue_options.h"

static const char *const spec_fields[] = {"clusterQueue", "stopPolicy", "fairSharing", NULL};
static const char *const stop_policies[] = {"None", "Hold", "HoldAndDrain", NULL};

static void read_spec(const struct field *root, struct local_queue *queue)
{
    auto_field struct field spec = field_get(root, "spec");
    auto_field struct field cluster_queue = field_get(&spec, "clusterQueue");
    auto_field struct field stop_policy = field_get(&spec, "stopPolicy");

    field_expect_names(&spec, spec_fields);
    if (cluster_queue.value == NULL) {
        field_fault(&cluster_queue, "is missing: name the ClusterQueue that gives the quota");
    } else {
        queue->cluster_queue = memory_copy_text(field_required_name(&cluster_queue));
    }
    queue->stop_policy = (enum stop_policy)field_choice(&stop_policy, stop_policies, STOP_NONE);
    fair_weight_read(&spec);
}

bool local_queue_decode(const json_t *object, struct findings *findings,
                        struct local_queue **out_queue)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_metadata struct metadata metadata = {0};
    struct local_queue *queue = memory_allocate(sizeof *queue);

    metadata_read(&root, &metadata);
    queue->name = take_pointer(&metadata.name);
    queue->namespace_name = take_pointer(&metadata.namespace_name);
    queue->is_default =
        text_equal(string_map_find(&metadata.annotations, LOCAL_QUEUE_DEFAULT_ANNOTATION), "true");
    queue->max_gpus = queue_options_read_max_gpus(&root);
    read_spec(&root, queue);
    if (decoding.has_mistake) {
        local_queue_destroy(queue);
        return false;
    }
    *out_queue = queue;
    return true;
}

void local_queue_destroy(struct local_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    free(queue->namespace_name);
    free(queue->name);
    free(queue->cluster_queue);
    free(queue);
}
