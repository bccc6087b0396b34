/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/json_patch.h"

#include "tests/unit/kinds/decoded.h"

static void expect_operations(const struct json_patch *patch, const char *yaml)
{
    auto_free char *text = json_dumps(patch->operations, JSON_COMPACT);

    expect_json(text, yaml);
}

Test(json_patch, lists_operations_in_their_order)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    json_patch_add(&patch, "/spec/suspend", json_true());
    json_patch_replace(&patch, "/metadata/uid", json_string("a"));
    json_patch_remove(&patch, "/spec/schedulingGates/0");
    expect_operations(&patch, "[{op: add, path: /spec/suspend, value: true},"
                              " {op: replace, path: /metadata/uid, value: a},"
                              " {op: remove, path: /spec/schedulingGates/0}]");
}

Test(json_patch, escapes_keys_as_pointers_want_it)
{
    static const struct {
        const char *key;
        const char *path;
    } cases[] = {
        {"plain", "/m/plain"}, {"gpuaas.dev/owner", "/m/gpuaas.dev~1owner"},
        {"a~b", "/m/a~0b"},    {"~1", "/m/~01"},
        {"", "/m/"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_json_patch struct json_patch patch;
        bool has_map = true;
        json_patch_init(&patch);
        json_patch_set_entry(&patch, "/m", &has_map, cases[i].key, "v");
        json_patch_remove_entry(&patch, "/m", cases[i].key);
        for (size_t k = 0; k < 2; k++) {
            const json_t *operation = json_array_get(patch.operations, k);
            cr_expect_str_eq(json_string_value(json_object_get(operation, "path")), cases[i].path);
        }
    }
}

Test(json_patch, makes_a_map_once_if_there_is_none)
{
    auto_json_patch struct json_patch patch;
    bool has_map = false;

    json_patch_init(&patch);
    json_patch_set_entry(&patch, "/m", &has_map, "a", "1");
    json_patch_set_entry(&patch, "/m", &has_map, "b", "2");
    cr_expect(has_map);
    expect_operations(&patch,
                      "[{op: add, path: /m, value: {}}, {op: add, path: /m/a, value: \"1\"},"
                      " {op: add, path: /m/b, value: \"2\"}]");
}

Test(json_patch, makes_a_list_once_if_there_is_none)
{
    auto_json_patch struct json_patch patch;
    bool has_list = false;

    json_patch_init(&patch);
    json_patch_append(&patch, "/l", &has_list, json_integer(1));
    json_patch_append(&patch, "/l", &has_list, json_integer(2));
    expect_operations(&patch, "[{op: add, path: /l, value: []}, {op: add, path: /l/-, value: 1},"
                              " {op: add, path: /l/-, value: 2}]");
}
