/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/objects/admission.h"
#include "tests/unit/policy/yaml_text.h"

static const char annotation[] =
    "{workload: uid-1, clusterQueue: main, localQueue: team, podSets: [{name: driver, count: 1, "
    "flavors: {cpu: [small, 500]}}, {name: worker, count: 3, flavors: {cpu: [l4, 4000], "
    "nvidia.com/gpu: [l4, 2]}}]}";

static struct admission *decode(const char *yaml)
{
    struct admission *admission = NULL;
    struct error error = {0};
    json_auto_t *value = yaml_text(yaml);

    cr_assert(admission_decode(value, &admission, &error), "%s", error.message);
    return admission;
}

Test(admission, survives_its_encoding)
{
    struct admission *admission = decode(annotation);
    json_auto_t *expected = yaml_text(annotation);
    json_auto_t *encoded = admission_encode(admission);

    cr_assert(json_equal(encoded, expected));
    const struct pod_set_admission *set = admission_find_pod_set(admission, "worker");
    cr_assert_eq(set->count, 3);
    cr_assert_eq(set->assignments.count, 2);
    cr_assert_null(admission_find_pod_set(admission, "other"));
    admission_destroy(admission);
    admission_destroy(NULL);
}

Test(admission, is_copied_whole_or_for_one_pod)
{
    struct admission *admission = decode(annotation);
    struct admission *copy = admission_copy(admission);
    struct admission *one =
        admission_copy_for_pod(admission, admission_find_pod_set(admission, "worker"));
    json_auto_t *expected = yaml_text(annotation);
    json_auto_t *encoded = admission_encode(copy);

    admission_destroy(admission);
    cr_assert(json_equal(encoded, expected));
    cr_assert_eq(one->pod_sets.count, 1);
    cr_assert_eq(one->pod_sets.items[0].count, 1);
    cr_assert_eq(one->pod_sets.items[0].assignments.items[1].amount, 2);
    admission_destroy(copy);
    admission_destroy(one);
}

Test(admission, refuses_a_damaged_annotation)
{
    static const char *const texts[] = {
        "[]",
        "{}",
        "{workload: 5, clusterQueue: a, localQueue: b, podSets: []}",
        "{workload: u, clusterQueue: a, localQueue: b}",
        "{workload: u, clusterQueue: a, localQueue: b, podSets: [5]}",
        "{workload: u, clusterQueue: a, localQueue: b, podSets: [{name: x, count: -1, flavors: "
        "{}}]}",
        "{workload: u, clusterQueue: a, localQueue: b, podSets: [{name: x, count: 1, flavors: "
        "{cpu: [f, -1]}}]}",
        "{workload: u, clusterQueue: a, localQueue: b, podSets: [{name: x, count: 1, flavors: "
        "{cpu: [f]}}]}",
        "{workload: u, clusterQueue: a, localQueue: b, podSets: [{name: x, count: 1.5, flavors: "
        "{}}]}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct admission *admission = NULL;
        struct error error = {0};
        json_auto_t *value = yaml_text(texts[i]);
        cr_assert_not(admission_decode(value, &admission, &error), "%s", texts[i]);
        cr_assert_eq(error.code, ERROR_INVALID);
        cr_assert_null(admission);
    }
}

Test(admission, writes_totals_into_the_status_and_reads_them_back)
{
    struct admission *admission = decode(annotation);
    struct admission *decoded = NULL;
    json_auto_t *status = admission_encode_status(admission);
    json_auto_t *expected = yaml_text(
        "{clusterQueue: main, podSetAssignments: [{name: driver, count: 1, flavors: {cpu: small}, "
        "resourceUsage: {cpu: 500m}}, {name: worker, count: 3, flavors: {cpu: l4, nvidia.com/gpu: "
        "l4}, resourceUsage: {cpu: '12', nvidia.com/gpu: '6'}}]}");

    cr_assert(json_equal(status, expected));
    cr_assert(admission_decode_status(status, &decoded, NULL));
    const struct pod_set_admission *set = admission_find_pod_set(decoded, "worker");
    cr_assert_eq(set->assignments.items[0].amount, 4000);
    cr_assert_eq(set->assignments.items[1].amount, 2);
    cr_assert_str_eq(decoded->workload_uid, "");
    admission_destroy(admission);
    admission_destroy(decoded);
}

Test(admission, saturates_a_total_that_is_too_large)
{
    struct admission *admission =
        decode("{workload: u, clusterQueue: a, localQueue: b, podSets: [{name: x, count: 3, "
               "flavors: {nvidia.com/gpu: [f, 9223372036854775807]}}]}");
    json_auto_t *status = admission_encode_status(admission);
    const json_t *set = json_array_get(json_object_get(status, "podSetAssignments"), 0);
    const json_t *usage = json_object_get(set, "resourceUsage");

    cr_assert_str_eq(json_string_value(json_object_get(usage, "nvidia.com/gpu")),
                     "9223372036854775807");
    admission_destroy(admission);
}

Test(admission, rounds_up_what_a_status_gives_to_each_pod)
{
    static const struct {
        const char *count;
        const char *total;
        int64_t amount;
    } cases[] = {
        {"3", "'7'", 3},
        {"0", "'7'", 7},
        {"-5", "'7'", 7},
        {"9223372036854775807", "'9223372036854775807'", 1},
        {"2", "'9223372036854775807'", INT64_MAX / 2 + 1},
        {"~", "4", 4},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *text = text_format(
            "{clusterQueue: q, podSetAssignments: [{count: %s, flavors: {nvidia.com/gpu: f}, "
            "resourceUsage: {nvidia.com/gpu: %s}}]}",
            cases[i].count, cases[i].total);
        json_auto_t *value = yaml_text(text);
        struct admission *admission = NULL;
        cr_assert(admission_decode_status(value, &admission, NULL));
        cr_assert_str_eq(admission->pod_sets.items[0].name, "main");
        cr_assert_eq(admission->pod_sets.items[0].assignments.items[0].amount, cases[i].amount,
                     "case %zu", i);
        admission_destroy(admission);
    }
}

Test(admission, refuses_a_damaged_status)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{clusterQueue: q, podSetAssignments: [{flavors: {a: 5}}]}",
        "{clusterQueue: q, podSetAssignments: [{flavors: {a: f}, resourceUsage: {a: '-1'}}]}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        json_auto_t *value = yaml_text(texts[i]);
        struct admission *admission = NULL;
        struct error error = {0};
        cr_assert_not(admission_decode_status(value, &admission, &error), "%s", texts[i]);
        cr_assert_null(admission);
    }
}
