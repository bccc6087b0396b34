/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

#define LABELLED(name) FLAVOR(name) "spec: {nodeLabels: {gpu: " name "}}\n"
#define NODE(name, label, allocatable)                                                             \
    "kind: Node\nmetadata: {name: " name ", labels: {gpu: " label "}}\n"                           \
    "status: {conditions: [{type: Ready, status: \"True\"}], allocatable: {" allocatable "}}\n"
#define GIVES(name, flavor, gpus, memory)                                                          \
    HEAD("ClusterQueue")                                                                           \
    "metadata: {name: " name "}\n"                                                                 \
    "spec:\n"                                                                                      \
    "  resourceGroups:\n"                                                                          \
    "  - coveredResources: [nvidia.com/gpu, memory]\n"                                             \
    "    flavors:\n"                                                                               \
    "    - name: " flavor "\n"                                                                     \
    "      resources:\n"                                                                           \
    "      - {name: nvidia.com/gpu, nominalQuota: " gpus "}\n"                                     \
    "      - {name: memory, nominalQuota: " memory "}\n"
#define NODES                                                                                      \
    NODE("a", "l4", "nvidia.com/gpu: 4, memory: 64Gi")                                             \
    NEXT NODE("b", "l4", "nvidia.com/gpu: 4, memory: 64Gi")                                        \
        NEXT NODE("c", "a100", "nvidia.com/gpu: 8, memory: 1Ti")

Test(inspection_capacity, warns_of_quota_that_the_nodes_cannot_give)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {LABELLED("l4") NEXT GIVES("q", "l4", "8", "128Gi"), ""},
        {LABELLED("l4") NEXT GIVES("q", "l4", "9", "128Gi"),
         "a.yaml:15:32: warning: spec.resourceGroups[0].flavors[0].resources[0].nominalQuota: the "
         "nodes of flavor 'l4' have 8 of nvidia.com/gpu, and the quotas up to here promise 9: what "
         "is above can never run at once\n"},
        {LABELLED("l4") NEXT GIVES("q", "l4", "8", "200Gi"),
         "a.yaml:16:24: warning: spec.resourceGroups[0].flavors[0].resources[1].nominalQuota: the "
         "nodes of flavor 'l4' have 128Gi of memory, and the quotas up to here promise 200Gi: what "
         "is above can never run at once\n"},
        {LABELLED("l4") NEXT GIVES("q", "l4", "6", "1Gi") NEXT GIVES("r", "l4", "6", "1Gi")
             NEXT GIVES("s", "l4", "6", "1Gi"),
         "a.yaml:27:32: warning: spec.resourceGroups[0].flavors[0].resources[0].nominalQuota: the "
         "nodes of flavor 'l4' have 8 of nvidia.com/gpu, and the quotas up to here promise 12: "
         "what is above can never run at once\n"},
        {LABELLED("l4") NEXT COHORT(
             "c", "resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: l4, "
                  "resources: [{name: nvidia.com/gpu, nominalQuota: 7}]}]}]")
             NEXT GIVES("q", "l4", "2", "1Gi"),
         "a.yaml:20:32: warning: spec.resourceGroups[0].flavors[0].resources[0].nominalQuota: the "
         "nodes of flavor 'l4' have 8 of nvidia.com/gpu, and the quotas up to here promise 9: what "
         "is above can never run at once\n"},
        {GIVES("q", "l4", "9", "1Gi"), ""}, /* the flavor is elsewhere */
        {FLAVOR("every") NEXT GIVES("q", "every", "16", "1Gi"), ""},
        {FLAVOR("every") NEXT GIVES("q", "every", "9223372036854775807", "1Gi")
             NEXT GIVES("r", "every", "9223372036854775807", "1Gi"),
         "a.yaml:14:32: warning: spec.resourceGroups[0].flavors[0].resources[0].nominalQuota: the "
         "nodes of flavor 'every' have 16 of nvidia.com/gpu, and the quotas up to here promise "
         "9223372036854775807: what is above can never run at once\n"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_on_nodes(cases[i].text, NODES, cases[i].expected);
        expect_of_file(cases[i].text, "");
    }
}

Test(inspection_capacity, leaves_a_flavor_without_nodes_to_its_own_warning)
{
    auto_inspection struct inspection inspection = {0};
    static const char nodes[] = NODES;

    add_text(&inspection, "a.yaml", LABELLED("h200") NEXT GIVES("q", "h200", "9", "1Gi"));
    inspection_add_nodes(&inspection, "nodes.yaml", nodes, sizeof nodes - 1);
    inspection_finish(&inspection);
    cr_assert_eq(inspection.warning_count, 1);
    cr_assert_not_null(strstr(inspection.remarks.items[0].message, "nodes say 'l4', 'a100'"));
}
