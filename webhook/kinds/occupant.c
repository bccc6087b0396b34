/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/occupant.h"

#include "base/text.h"
#include "policy/rules/requests.h"
#include "webhook/kinds/object.h"

static bool is_finished(const json_t *pod)
{
    const char *phase = json_string_value(json_object_get(json_object_get(pod, "status"), "phase"));

    return text_equal(phase, "Succeeded") || text_equal(phase, "Failed");
}

bool occupant_decode(const json_t *pod, struct occupant **out_occupant)
{
    const json_t *spec = json_object_get(pod, "spec");
    const char *uid = object_metadata_text(pod, "uid");
    const char *node_name = json_string_value(json_object_get(spec, "nodeName"));
    struct resources requests = {0};

    if (uid == NULL || node_name == NULL || node_name[0] == '\0') {
        return false;
    }
    struct occupant *occupant = memory_allocate(sizeof *occupant);
    if (requests_evaluate(spec, "spec", &requests, NULL)) {
        occupant->requests = requests;
    }
    occupant->uid = memory_copy_text(uid);
    occupant->node_name = memory_copy_text(node_name);
    occupant->resource_version = object_resource_version(pod);
    occupant->is_finished = is_finished(pod);
    *out_occupant = occupant;
    return true;
}

void occupant_destroy(struct occupant *occupant)
{
    if (occupant == NULL) {
        return;
    }
    free(occupant->uid);
    free(occupant->node_name);
    resources_release(&occupant->requests);
    free(occupant);
}
