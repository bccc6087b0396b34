/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/lease.h"

#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/unit/policy/yaml_text.h"

static const struct lease held = {
    .namespace_name = (char *)"gpuaas-system",
    .name = (char *)"gpuaas",
    .resource_version = (char *)"17",
    .holder = (char *)"replica-1",
    .duration_seconds = 15,
    .transitions = 3,
    .acquired_us = 1700000000000001,
    .renewed_us = 1700000012345678,
    .grants = (char *)"{\"sequence\":1,\"grants\":[]}",
};

Test(lease, says_the_same_when_it_is_read_again)
{
    auto_free char *text = lease_encode(&held);
    json_auto_t *json = json_loads(text, 0, NULL);
    auto_lease struct lease lease = {0};
    struct error error;

    cr_assert(lease_decode(json, &lease, &error), "%s", error.message);
    cr_expect_str_eq(lease.namespace_name, held.namespace_name);
    cr_expect_str_eq(lease.name, held.name);
    cr_expect_str_eq(lease.resource_version, held.resource_version);
    cr_expect_str_eq(lease.holder, held.holder);
    cr_expect_eq(lease.duration_seconds, held.duration_seconds);
    cr_expect_eq(lease.transitions, held.transitions);
    cr_expect_eq(lease.acquired_us, held.acquired_us);
    cr_expect_eq(lease.renewed_us, held.renewed_us);
    cr_expect_str_eq(lease.grants, held.grants);
}

Test(lease, swaps_nothing_when_it_is_new)
{
    struct lease fresh = held;
    fresh.resource_version = NULL;
    fresh.grants = NULL;
    fresh.holder = NULL;
    auto_free char *text = lease_encode(&fresh);
    json_auto_t *json = json_loads(text, 0, NULL);
    const json_t *metadata = json_object_get(json, "metadata");

    cr_assert_not_null(json);
    cr_expect_null(json_object_get(metadata, "resourceVersion"));
    cr_expect_null(json_object_get(metadata, "annotations"));
    cr_expect_str_eq(
        json_string_value(json_object_get(json_object_get(json, "spec"), "holderIdentity")), "");
}

Test(lease, reads_what_other_clients_leave_out)
{
    static const struct {
        const char *yaml;
        bool is_read;
    } cases[] = {
        {"{metadata: {name: gpuaas, resourceVersion: \"1\"}}", true},
        {"{metadata: {name: gpuaas, resourceVersion: \"1\"}, spec: {renewTime: never, "
         "holderIdentity: null}}",
         true},
        {"{metadata: {name: gpuaas}}", false},
        {"{metadata: {name: gpuaas, resourceVersion: 1}}", false},
        {"{kind: Status}", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *json = yaml_text(cases[i].yaml);
        auto_lease struct lease lease = {0};
        struct error error = {0};
        cr_expect_eq(lease_decode(json, &lease, &error), cases[i].is_read, "%s", cases[i].yaml);
        cr_expect_null(lease.holder);
        cr_expect_null(lease.grants);
        cr_expect_eq(lease.renewed_us, 0);
        cr_expect_eq(error.message[0] == '\0', cases[i].is_read);
    }
}
