/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

/*
 * A Notebook (kubeflow.org) waits by the gate on its Pod: its own spec is never touched, because
 * its controller would restart it. The stop annotation is the user's; its presence, whatever the
 * value, means stopped.
 */
static bool is_suspended(const json_t *json)
{
    return object_annotation(json, ANNOTATION_STOPPED) != NULL;
}

static void decode_state(const json_t *json, struct object *object)
{
    object->is_suspended = is_suspended(json);
}

static int64_t read_count(const json_t *json)
{
    (void)json;
    return 1;
}

const struct kind kind_notebook = {
    .id = KIND_NOTEBOOK,
    .name = "Notebook",
    .group = "kubeflow.org",
    .api_version = "kubeflow.org/v1",
    .collection = "/apis/kubeflow.org/v1",
    .resource = "notebooks",
    .pod_spec_path = "spec.template.spec",
    .pod_spec_pointer = "/spec/template/spec",
    .decode_state = decode_state,
    .read_count = read_count,
    .is_suspended = is_suspended,
};
