/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/occupant.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

static struct occupant *decode(const char *yaml)
{
    json_auto_t *json = yaml_text(yaml);
    struct occupant *occupant = NULL;

    return occupant_decode(json, &occupant) ? occupant : NULL;
}

Test(occupant, is_what_a_bound_pod_takes_of_its_node)
{
    struct occupant *occupant =
        decode("{metadata: {" METADATA "}, spec: {nodeName: n, containers: [{name: a, resources: "
               "{requests: {cpu: 500m, memory: 1Gi}}}]}, status: {phase: Running}}");

    cr_assert_not_null(occupant);
    cr_expect_str_eq(occupant->uid, "uid-1");
    cr_expect_str_eq(occupant->node_name, "n");
    cr_expect_eq(occupant->resource_version, 7);
    cr_expect_eq(resources_get(&occupant->requests, "cpu"), 500);
    cr_expect_eq(resources_get(&occupant->requests, "memory"), 1 << 30);
    cr_expect_not(occupant->is_finished);
    occupant_destroy(occupant);
}

Test(occupant, takes_no_room_at_its_end)
{
    static const struct {
        const char *phase;
        bool is_finished;
    } cases[] = {{"Pending", false}, {"Running", false}, {"Succeeded", true}, {"Failed", true}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml = text_format(
            "{metadata: {" METADATA "}, spec: {nodeName: n}, status: {phase: %s}}", cases[i].phase);
        struct occupant *occupant = decode(yaml);
        cr_assert_not_null(occupant);
        cr_expect_eq(occupant->is_finished, cases[i].is_finished, "%s", cases[i].phase);
        occupant_destroy(occupant);
    }
}

Test(occupant, is_none_without_a_node_or_uid)
{
    cr_expect_null(decode("{metadata: {" METADATA "}, spec: {}}"));
    cr_expect_null(decode("{metadata: {" METADATA "}, spec: {nodeName: \"\"}}"));
    cr_expect_null(decode("{metadata: {name: a}, spec: {nodeName: n}}"));
}

Test(occupant, counts_nothing_of_what_it_cannot_read)
{
    struct occupant *occupant =
        decode("{metadata: {" METADATA "}, spec: {nodeName: n, containers: [{name: a, resources: "
               "{requests: {cpu: \"-5\"}}}]}}");

    cr_assert_not_null(occupant);
    cr_expect_eq(occupant->requests.count, 0);
    occupant_destroy(occupant);
    occupant_destroy(NULL);
}
