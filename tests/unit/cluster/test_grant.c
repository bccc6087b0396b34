/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/grant.h"

#include "tests/unit/cluster/scene.h"

static const struct object pod = {.kind = &kind_pod,
                                  .uid = (char *)"pod-uid",
                                  .namespace_name = (char *)"team",
                                  .name = (char *)"pod",
                                  .resource_version = UINT64_MAX};
static const struct object job = {.kind = &kind_job,
                                  .uid = (char *)"job-uid",
                                  .namespace_name = (char *)"team",
                                  .name = (char *)"job",
                                  .resource_version = 7};

Test(grant, says_the_same_to_the_process_that_inherits_it)
{
    struct grant_table table = {0};
    struct grant_table heir = {0};

    grant_table_add(&table, GRANT_START, &pod, make_admission("owner", "a100", 1, 2));
    grant_table_add(&table, GRANT_RELEASE, &job, NULL);
    auto_free char *text = grant_table_encode(&table, 42);
    cr_expect_eq(grant_text_sequence(text), 42);
    cr_expect_eq(grant_table_inherit(&heir, text), 0);

    const struct grant *start = grant_table_find(&heir, "pod-uid");
    cr_assert_not_null(start);
    cr_expect_eq(start->purpose, GRANT_START);
    cr_expect_eq(start->kind, &kind_pod);
    cr_expect_str_eq(start->name, "pod");
    cr_expect_eq(start->resource_version, UINT64_MAX);
    cr_expect_str_eq(start->admission->workload_uid, "owner");
    cr_expect_eq(start->admission->pod_sets.items[0].assignments.items[0].amount, 2);
    const struct grant *release = grant_table_find(&heir, "job-uid");
    cr_assert_not_null(release);
    cr_expect_eq(release->purpose, GRANT_RELEASE);
    cr_expect_null(release->admission);
    grant_table_release(&table);
    grant_table_release(&heir);
}

Test(grant, is_to_be_fenced_once_inherited)
{
    struct grant_table table = {0};
    struct grant_table heir = {0};

    grant_table_add(&table, GRANT_RELEASE, &job, NULL);
    auto_free char *text = grant_table_encode(&table, 1);
    cr_expect_eq(grant_table_inherit(&heir, text), 0);
    const struct grant *grant = grant_table_find(&heir, "job-uid");
    cr_expect(grant->must_be_fenced);
    cr_expect(grant->is_uncertain);
    cr_expect_eq(grant->stage, GRANT_COMMITTED);
    grant_table_release(&table);
    grant_table_release(&heir);
}

Test(grant, counts_what_cannot_be_read)
{
#define NAMES "\"group\":\"\",\"kind\":\"Pod\",\"uid\":\"u\",\"namespace\":\"n\",\"name\":\"p\""
    static const struct {
        const char *text;
        size_t unreadable;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"{", 1},
        {"{\"sequence\":1,\"grants\":[]}", 0},
        {"{\"grants\":[{\"do\":\"release\"," NAMES ",\"version\":\"1\"}]}", 0},
        {"{\"grants\":[{\"do\":\"start\"," NAMES ",\"version\":\"1\"}]}", 1},
        {"{\"grants\":[{\"do\":\"start\"," NAMES ",\"version\":\"1\",\"admission\":{}}]}", 1},
        {"{\"grants\":[{\"do\":\"release\",\"group\":\"\",\"kind\":\"Secret\",\"uid\":\"u\"}]}", 1},
        {"{\"grants\":[{}, 1, \"text\"]}", 3},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct grant_table table = {0};
        cr_expect_eq(grant_table_inherit(&table, cases[i].text), cases[i].unreadable, "%s",
                     cases[i].text);
        grant_table_release(&table);
    }
}

Test(grant, never_outgrows_the_lease)
{
    struct grant_table table = {0};
    size_t count = 0;

    while (grant_table_has_room(&table, 0)) {
        auto_free char *uid = text_format("uid-%zu", count++);
        struct object next = pod;
        next.uid = uid;
        grant_table_add(&table, GRANT_START, &next, make_admission("owner", "a100", 1, 1));
    }
    auto_free char *text = grant_table_encode(&table, UINT64_MAX);
    cr_expect_gt(count, 10);
    cr_expect_leq(strlen(text), GRANT_TABLE_BYTES_MAX);
    grant_table_remove(&table, grant_table_find(&table, "uid-0"));
    cr_expect(grant_table_has_room(&table, 0));
    grant_table_release(&table);
}
