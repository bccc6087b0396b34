/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/notebook_stop.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

#define TIME "2026-01-01T00:00:00Z"
#define TIME_US 1767225600000000
#define OTHER_TIME "2026-01-01T00:00:01Z"
#define LOCK "odh-notebook-controller-lock"
#define STOPPED "/metadata/annotations/kubeflow-resource-stopped"
#define STOPPED_BY "/metadata/annotations/gpuaas.dev~1stopped-by"

static struct object *decode_notebook(const char *stopped, const char *mark)
{
    json_auto_t *json =
        json_pack("{s:{s:s, s:s, s:s, s:s, s:{s:s*, s:s*}}}", "metadata", "name", "one",
                  "namespace", "team", "uid", "uid-1", "resourceVersion", "7", "annotations",
                  "kubeflow-resource-stopped", stopped, "gpuaas.dev/stopped-by", mark);
    auto_free char *text = json_dumps(json, 0);

    return decode_object(&kind_notebook, text);
}

Test(notebook_stop, is_ours_as_long_as_nobody_stopped_it_again)
{
    static const struct {
        const char *stopped;
        const char *mark;
        bool is_suspended;
        const char *stopped_by;
        bool has_lock;
    } cases[] = {
        {NULL, NULL, false, NULL, false},
        {TIME, NULL, true, NULL, false},
        {"", NULL, true, NULL, false},
        {LOCK, NULL, false, NULL, true},
        {TIME, "gpuaas:Preempted " TIME, true, "Preempted", false},
        {TIME, "gpuaas:Waiting " TIME " lock", true, "Waiting", true},
        {OTHER_TIME, "gpuaas:Preempted " TIME, true, NULL, false},
        {NULL, "gpuaas:Preempted " TIME, false, NULL, false},
        {LOCK, "gpuaas:Preempted " TIME, false, NULL, true},
        {TIME, "alice:Preempted " TIME, true, NULL, false},
        {TIME, "gpuaas:Preempted", true, NULL, false},
        {TIME, "gpuaas:Preempted " TIME " more", true, NULL, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_object struct object *notebook = decode_notebook(cases[i].stopped, cases[i].mark);
        cr_expect_eq(notebook->is_suspended, cases[i].is_suspended, "case %zu", i);
        cr_expect(text_equal(notebook->stopped_by, cases[i].stopped_by), "case %zu", i);
        cr_expect_eq(notebook->has_odh_lock, cases[i].has_lock, "case %zu", i);
    }
}

Test(notebook_stop, is_written_with_its_time_and_undone)
{
    static const struct {
        const char *before;
        const char *mark;
        const char *undone;
    } cases[] = {
        {NULL, "gpuaas:Preempted " TIME,
         "[{op: remove, path: " STOPPED_BY "}, {op: remove, path: " STOPPED "}]"},
        {LOCK, "gpuaas:Preempted " TIME " lock",
         "[{op: remove, path: " STOPPED_BY "}, {op: add, path: " STOPPED ", value: " LOCK "}]"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_object struct object *running = decode_notebook(cases[i].before, NULL);
        auto_json_patch struct json_patch added;
        auto_json_patch struct json_patch removed;
        bool has_annotations = true;
        auto_free char *expected =
            text_format("[{op: add, path: " STOPPED ", value: \"" TIME
                        "\"}, {op: add, path: " STOPPED_BY ", value: \"%s\"}]",
                        cases[i].mark);
        json_patch_init(&added);
        json_patch_init(&removed);
        notebook_stop_add(running, "Preempted", TIME_US, &has_annotations, &added);
        auto_free char *added_text = json_dumps(added.operations, JSON_COMPACT);
        expect_json(added_text, expected);
        auto_object struct object *stopped = decode_notebook(TIME, cases[i].mark);
        notebook_stop_remove(stopped, &removed);
        auto_free char *removed_text = json_dumps(removed.operations, JSON_COMPACT);
        expect_json(removed_text, cases[i].undone);
    }
}

Test(notebook_stop, of_another_is_not_undone)
{
    auto_object struct object *stopped = decode_notebook(TIME, "gpuaas:Waiting " OTHER_TIME);
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    notebook_stop_remove(stopped, &patch);
    cr_expect_eq(json_array_size(patch.operations), 0);
}
