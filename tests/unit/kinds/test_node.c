/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/node.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

static struct node *decode(const char *yaml)
{
    json_auto_t *json = yaml_text(yaml);
    struct node *node = NULL;

    cr_assert(node_decode(json, &node, NULL));
    return node;
}

Test(node, is_read_as_far_as_places_need_it)
{
    struct node *node =
        decode("{metadata: {name: n, labels: {gpu: a100}}, spec: {taints: [{key: gpu, value: "
               "\"true\", effect: NoSchedule, timeAdded: \"2026-01-01T00:00:00Z\"}]}, status: "
               "{allocatable: {cpu: \"8\", memory: 16Gi, nvidia.com/gpu: \"4\", odd: x}, "
               "conditions: [{type: Ready, status: \"True\"}]}}");

    cr_expect_str_eq(node->name, "n");
    cr_expect_str_eq(string_map_find(&node->labels, "gpu"), "a100");
    cr_assert_eq(node->taints.count, 1);
    cr_expect_str_eq(node->taints.items[0].key, "gpu");
    cr_expect_eq(node->taints.items[0].effect, TAINT_EFFECT_NO_SCHEDULE);
    cr_expect_eq(resources_get(&node->allocatable, "cpu"), 8000);
    cr_expect_eq(resources_get(&node->allocatable, "nvidia.com/gpu"), 4);
    cr_expect_not(resources_has(&node->allocatable, "odd"));
    cr_expect(node->is_ready);
    cr_expect(node->is_schedulable);
    node_destroy(node);
}

Test(node, takes_nobody_while_cordoned_or_not_understood)
{
    static const struct {
        const char *spec;
        bool is_schedulable;
    } cases[] = {
        {"{}", true},
        {"{unschedulable: false}", true},
        {"{unschedulable: true}", false},
        {"{taints: [{key: a, effect: NoExecute}]}", true},
        {"{taints: [{key: a, effect: NoSuchEffect}]}", false},
        {"{taints: 7}", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml = text_format("{metadata: {name: n}, spec: %s}", cases[i].spec);
        struct node *node = decode(yaml);
        cr_expect_eq(node->is_schedulable, cases[i].is_schedulable, "%s", cases[i].spec);
        cr_expect_not(node->is_ready);
        node_destroy(node);
    }
}

Test(node, needs_a_name)
{
    json_auto_t *json = yaml_text("{metadata: {}}");
    struct node *node = NULL;

    cr_expect_not(node_decode(json, &node, NULL));
}
