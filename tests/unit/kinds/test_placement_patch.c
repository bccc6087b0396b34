/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/placement_patch.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

#define NODE_SELECTOR "/spec/template/spec/nodeSelector/gpu"
#define TOLERATIONS "/spec/template/spec/tolerations/"
#define UNNOTED "{op: remove, path: /metadata/annotations/gpuaas.dev~1placement}"
#define NOTE                                                                                       \
    "annotations: {gpuaas.dev/placement: '{\"nodeSelector\":{\"gpu\":\"a100\"},"                   \
    "\"tolerations\":[{\"key\":\"gpu\",\"operator\":\"Exists\"},{\"key\":\"b\",\"operator\":"      \
    "\"Exists\"}]}'}"

static void expect_removal(const char *job, const char *expected)
{
    auto_object struct object *object = decode_object(&kind_job, job);
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    placement_patch_remove(object, &patch);
    auto_free char *text = json_dumps(patch.operations, JSON_COMPACT);
    expect_json(text, expected);
}

Test(placement_patch, is_undone_as_far_as_it_is_noted)
{
    expect_removal(
        "{metadata: {" METADATA ", " NOTE "}, spec: {template: {spec: {nodeSelector: "
        "{disk: ssd, gpu: a100}, tolerations: [{key: own}, {key: gpu, operator: Exists}, "
        "{key: b, operator: Exists}]}}}}",
        "[{op: test, path: " NODE_SELECTOR ", value: a100}, {op: remove, path: " NODE_SELECTOR
        "}, {op: test, path: " TOLERATIONS "2, value: {key: b, operator: "
        "Exists}}, {op: remove, path: " TOLERATIONS "2}, {op: test, path: " TOLERATIONS
        "1, value: {key: gpu, operator: Exists}}, {op: remove, path: " TOLERATIONS "1}, " UNNOTED
        "]");
}

Test(placement_patch, touches_nothing_but_the_note_that_it_cannot_read)
{
    static const char *const notes[] = {"", "[]", "{}", "{\"nodeSelector\": 1}"};

    for (size_t i = 0; i < ARRAY_LENGTH(notes); i++) {
        auto_free char *job =
            text_format("{metadata: {" METADATA ", annotations: {gpuaas.dev/placement: '%s'}}, "
                        "spec: {template: {spec: {nodeSelector: {gpu: a100}}}}}",
                        notes[i]);
        expect_removal(job, "[" UNNOTED "]");
    }
}

Test(placement_patch, leaves_tolerations_alone_that_are_not_there_any_more)
{
    expect_removal("{metadata: {" METADATA ", " NOTE "}, spec: {template: {spec: {nodeSelector: "
                   "{gpu: a100}, tolerations: [{key: own}]}}}}",
                   "[{op: test, path: " NODE_SELECTOR
                   ", value: a100}, {op: remove, path: " NODE_SELECTOR "}, " UNNOTED "]");
}
