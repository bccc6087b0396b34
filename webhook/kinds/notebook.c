/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"
#include "webhook/kinds/notebook_stop.h"

/*
 * A Notebook (kubeflow.org) waits by the gate on its Pod, or stopped by us; its own spec is never
 * touched, because its controller would restart it. To take back what it holds it is stopped: it
 * is never deleted.
 */
static bool is_suspended(const json_t *json)
{
    return notebook_stop_is_there(json);
}

static void decode_state(const json_t *json, struct object *object)
{
    notebook_stop_decode(json, object);
}

static int64_t read_count(const json_t *json)
{
    (void)json;
    return 1;
}

static void resume(const struct object *object, struct json_patch *patch)
{
    notebook_stop_remove(object, patch);
}

static void stop(const struct object *object, const char *reason, int64_t now_us,
                 struct json_patch *patch)
{
    bool has_annotations = object->has_annotations;

    if (!object->is_suspended) {
        notebook_stop_add(object, reason, now_us, &has_annotations, patch);
    }
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
    .resume = resume,
    .stop = stop,
};
