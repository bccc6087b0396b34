/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"
#define ASKS(amounts) "containers: [{resources: {requests: {" amounts "}}}]"

static struct world world;
static struct pod_set_list pod_sets;
static struct assignment assignment;

/* The seed's queue: one node with one GPU, one with four. */
static void make_world(void)
{
    world_add_flavor(&world, "l4-1gpu",
                     "{nodeLabels: {type: g6.4xlarge}, nodeTaints: [{key: nvidia.com/gpu, effect: "
                     "NoSchedule}], tolerations: [{key: nvidia.com/gpu, operator: Exists}]}");
    world_add_flavor(&world, "l4-4gpu", "{nodeLabels: {type: g6.12xlarge, pool: big}}");
    world_add_flavor(&world, "plain", "{nodeLabels: {type: m5.large}}");
    world_set_queue(&world, "resourceGroups:\n"
                            "- coveredResources: [cpu, nvidia.com/gpu]\n"
                            "  flavors:\n"
                            "  - {name: l4-1gpu, resources: [{name: cpu, nominalQuota: 16}, {name: "
                            "nvidia.com/gpu, nominalQuota: 1}]}\n"
                            "  - {name: l4-4gpu, resources: [{name: cpu, nominalQuota: 48}, {name: "
                            "nvidia.com/gpu, nominalQuota: 4}]}\n");
}

static void unmake_world(void)
{
    assignment_release(&assignment);
    pod_set_list_release(&pod_sets);
    world_release(&world);
}

TestSuite(flavors, .init = make_world, .fini = unmake_world);

static enum verdict_kind assign(const char *only_flavor)
{
    const struct flavor_state state = {
        .rules = world.rules,
        .node = world_node(&world, "main"),
        .usage = &world.usage,
    };
    const struct flavor_request request = {.pod_sets = &pod_sets, .only_flavor = only_flavor};

    assignment_release(&assignment);
    flavors_assign(&state, &request, &assignment);
    cr_assert_eq(assignment.admission != NULL, assignment.mode == ASSIGNMENT_FITS);
    cr_assert_eq(assignment.verdict.kind == VERDICT_FITS, assignment.mode == ASSIGNMENT_FITS);
    cr_assert_eq(assignment.verdict.reason == NULL, assignment.mode == ASSIGNMENT_FITS);
    return assignment.verdict.kind;
}

static enum verdict_kind assign_one(const char *spec)
{
    pod_set_list_release(&pod_sets);
    add_pod_set(&pod_sets, "main", 1, spec);
    return assign(NULL);
}

static void expect_flavor(const char *pod_set, const char *flavor)
{
    const struct pod_set_admission *set = admission_find_pod_set(assignment.admission, pod_set);

    cr_assert_not_null(set);
    cr_assert_gt(set->assignments.count, 0);
    array_for_each(item, &set->assignments) {
        cr_assert_str_eq(item->flavor, flavor);
    }
}

Test(flavors, gives_the_first_that_fits_for_all_resources)
{
    cr_assert_eq(assign_one("{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-1gpu");
    cr_assert_str_eq(assignment.admission->cluster_queue, "main");
    cr_assert_eq(assignment.admission->pod_sets.items[0].assignments.count, 2);
    cr_assert_null(assignment.verdict.message);
    cr_assert_null(assignment.verdict.advice);
    world_use(&world, "main", "l4-1gpu", GPU, 1);
    cr_assert_eq(assign_one("{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-4gpu");
}

Test(flavors, tells_what_is_missing_where)
{
    world_use(&world, "main", "l4-1gpu", GPU, 1);
    world_use(&world, "main", "l4-4gpu", GPU, 3);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 2") "}"), VERDICT_WAITS);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set main: insufficient quota for "
                     "nvidia.com/gpu in flavor l4-1gpu, request > maximum capacity (2 > 1), "
                     "insufficient unused quota for nvidia.com/gpu in flavor l4-4gpu, 1 more "
                     "needed");
    cr_assert_str_eq(assignment.verdict.advice,
                     "2 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu, 1 of 4 free "
                     "in l4-4gpu");
}

Test(flavors, tells_the_need_of_each_resource)
{
    world_use(&world, "main", "l4-1gpu", "cpu", 14000);
    world_use(&world, "main", "l4-1gpu", GPU, 1);
    pod_set_list_release(&pod_sets);
    add_pod_set(&pod_sets, "main", 1, "{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_WAITS);
    cr_assert_str_eq(assignment.verdict.advice,
                     "4 cpu needed, 2 of 16 free in l4-1gpu; 1 nvidia.com/gpu "
                     "needed, 0 of 1 free in l4-1gpu");
}

Test(flavors, never_fit_what_is_more_than_any_quota)
{
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 5") "}"), VERDICT_INADMISSIBLE);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 9223372036854775807") "}"),
                 VERDICT_INADMISSIBLE);
    pod_set_list_release(&pod_sets);
    add_pod_set(&pod_sets, "main", INT64_MAX, "{" ASKS("nvidia.com/gpu: 2") "}");
    cr_assert_eq(assign(NULL), VERDICT_INADMISSIBLE);
}

Test(flavors, count_all_pods_of_a_set)
{
    add_pod_set(&pod_sets, "main", 4, "{" ASKS("nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign(NULL), VERDICT_FITS);
    expect_flavor("main", "l4-4gpu");
    auto_usage struct usage count = {0};
    flavors_count(assignment.admission, &count);
    cr_assert_eq(usage_get(&count, "l4-4gpu", GPU), 4);
}

Test(flavors, count_the_pod_sets_before)
{
    add_pod_set(&pod_sets, "a", 1, "{" ASKS("nvidia.com/gpu: 1") "}");
    add_pod_set(&pod_sets, "b", 2, "{" ASKS("nvidia.com/gpu: 2") "}");
    cr_assert_eq(assign(NULL), VERDICT_FITS);
    expect_flavor("a", "l4-1gpu");
    expect_flavor("b", "l4-4gpu");
    add_pod_set(&pod_sets, "c", 1, "{" ASKS("nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign(NULL), VERDICT_INADMISSIBLE, "more than the queue has, all together");
    cr_assert_str_eq(assignment.verdict.advice,
                     "1 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu, 0 of 4 free in l4-4gpu");
    cr_assert_str_eq(
        assignment.verdict.message,
        "couldn't assign flavors to pod set c: insufficient quota for nvidia.com/gpu "
        "in flavor l4-1gpu, request > maximum capacity (2 > 1), insufficient quota for "
        "nvidia.com/gpu in flavor l4-4gpu, request > maximum capacity (5 > 4)");
    cr_assert_str_eq(assignment.verdict.reason, "ExceedsMaxQuota");
}

Test(flavors, wait_for_all_pod_sets_together)
{
    world_use(&world, "main", "l4-1gpu", GPU, 1);
    world_use(&world, "main", "l4-4gpu", GPU, 1);
    add_pod_set(&pod_sets, "a", 1, "{" ASKS("nvidia.com/gpu: 2") "}");
    add_pod_set(&pod_sets, "b", 1, "{" ASKS("nvidia.com/gpu: 2") "}");
    cr_assert_eq(assign(NULL), VERDICT_WAITS);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set b: insufficient quota for nvidia.com/gpu "
                     "in flavor l4-1gpu, request > maximum capacity (2 > 1), insufficient unused "
                     "quota for nvidia.com/gpu in flavor l4-4gpu, 1 more needed");
    cr_assert_str_eq(assignment.verdict.reason, "WaitingForQuota");
}

Test(flavors, join_the_reasons_of_pod_sets)
{
    add_pod_set(&pod_sets, "a", 1, "{" ASKS("nvidia.com/gpu: 9") "}");
    add_pod_set(&pod_sets, "b", 1, "{" ASKS("amd.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_INADMISSIBLE);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set a: insufficient quota for nvidia.com/gpu "
                     "in flavor l4-1gpu, request > maximum capacity (9 > 1); couldn't assign "
                     "flavors to pod set b: resource amd.com/gpu unavailable in ClusterQueue");
}

Test(flavors, leave_uncovered_resources_out_unless_managed)
{
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, memory: 1Ti, rdma/hca: 1") "}"),
                 VERDICT_FITS);
    cr_assert_eq(assignment.admission->pod_sets.items[0].assignments.count, 1);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, amd.com/gpu: 1") "}"),
                 VERDICT_INADMISSIBLE);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, amd.com/gpu: 0") "}"), VERDICT_FITS);
}

Test(flavors, are_bound_by_the_hardware_profile)
{
    world_use(&world, "main", "l4-1gpu", GPU, 1);
    add_pod_set(&pod_sets, "main", 1, "{" ASKS("nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_WAITS);
    cr_assert_str_eq(assignment.verdict.advice, "1 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu");
    cr_assert_eq(assign("no-flavor-of-this-queue"), VERDICT_FITS);
    expect_flavor("main", "l4-4gpu");
}

Test(flavors, honour_selectors_affinity_and_taints)
{
    static const struct {
        const char *spec;
        const char *flavor; /* NULL: none */
    } cases[] = {
        {"{nodeSelector: {type: g6.12xlarge}, ", "l4-4gpu"},
        {"{nodeSelector: {type: g5}, ", NULL},
        {"{nodeSelector: {zone: eu}, ", "l4-1gpu"},
        {"{nodeSelector: {pool: big}, ", "l4-4gpu"},
        {"{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
         "{nodeSelectorTerms: [{matchExpressions: [{key: type, operator: In, values: [x]}]}, "
         "{matchExpressions: [{key: pool, operator: Exists}]}]}}}, ",
         "l4-4gpu"},
        {"{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
         "{nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [x]}]}]}}}, ",
         "l4-1gpu"},
        {"{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
         "{nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: DoesNotExist}]}]}}}, ",
         "l4-1gpu"},
        {"{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
         "{nodeSelectorTerms: [{matchExpressions: [{key: type, operator: In, values: [x]}]}]}}}, ",
         NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *spec = text_format("%s%s}", cases[i].spec, ASKS("nvidia.com/gpu: 1"));
        enum verdict_kind kind = assign_one(spec);
        cr_assert_eq(kind, cases[i].flavor != NULL ? VERDICT_FITS : VERDICT_INADMISSIBLE, "%zu", i);
        if (kind == VERDICT_FITS) {
            expect_flavor("main", cases[i].flavor);
        } else {
            cr_assert_not_null(
                strstr(assignment.verdict.message, "flavor l4-1gpu doesn't match node affinity"));
        }
    }
}

Test(flavors, need_a_toleration_for_a_taint)
{
    static const char queue[] = "resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
                                "[{name: tainted, resources: [{name: nvidia.com/gpu, nominalQuota: "
                                "1}]}]}]";

    world_add_flavor(&world, "tainted",
                     "{nodeTaints: [{key: soft, effect: PreferNoSchedule}, {key: "
                     "gpu, value: l4, effect: NoSchedule}]}");
    world_set_queue(&world, queue);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1") "}"), VERDICT_INADMISSIBLE);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set main: untolerated taint "
                     "{gpu l4} in flavor tainted");
    cr_assert_null(assignment.verdict.advice);
    cr_assert_eq(
        assign_one("{tolerations: [{key: gpu, value: l4}], " ASKS("nvidia.com/gpu: 1") "}"),
        VERDICT_FITS);
}

Test(flavors, that_do_not_exist_are_told)
{
    world_set_queue(&world,
                    "resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: "
                    "gone, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]}]");
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1") "}"), VERDICT_INADMISSIBLE);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set main: flavor gone not found");
}

Test(flavors, with_accelerators_are_kept_for_those_who_ask)
{
    cr_assert_eq(assign_one("{" ASKS("cpu: 1") "}"), VERDICT_INADMISSIBLE);
    cr_assert_not_null(strstr(assignment.verdict.message,
                              "flavor l4-1gpu is kept for pods that ask for its accelerators"));
    cr_assert_eq(assign_one("{" ASKS("cpu: 1, nvidia.com/gpu: 0") "}"), VERDICT_INADMISSIBLE);
    cr_assert_eq(assign_one("{" ASKS("memory: 1") "}"), VERDICT_FITS, "nothing that is counted");
}

Test(flavors, of_several_groups_are_chosen_for_each_group)
{
    world_set_queue(&world,
                    "resourceGroups:\n"
                    "- coveredResources: [cpu]\n"
                    "  flavors: [{name: plain, resources: [{name: cpu, nominalQuota: 8}]}]\n"
                    "- coveredResources: [nvidia.com/gpu]\n"
                    "  flavors: [{name: l4-4gpu, resources: [{name: nvidia.com/gpu, nominalQuota: "
                    "4}]}]\n");
    cr_assert_eq(assign_one("{" ASKS("cpu: 1, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    const struct pod_set_admission *set = &assignment.admission->pod_sets.items[0];
    cr_assert_eq(set->assignments.count, 2);
    cr_assert_str_eq(set->assignments.items[0].flavor, "plain");
    cr_assert_str_eq(set->assignments.items[1].flavor, "l4-4gpu");
    world_use(&world, "main", "l4-4gpu", GPU, 4);
    cr_assert_eq(assign_one("{" ASKS("cpu: 1, nvidia.com/gpu: 1") "}"), VERDICT_WAITS);
    cr_assert_eq(assign_one("{" ASKS("cpu: 9, nvidia.com/gpu: 1") "}"), VERDICT_INADMISSIBLE,
                 "the worst of the groups");
}

Test(flavors, give_nothing_to_whom_asks_nothing_even_above_quota)
{
    world_use(&world, "main", "l4-1gpu", "cpu", 99000);
    cr_assert_eq(assign_one("{" ASKS("cpu: 0, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-1gpu");
    world_use(&world, "main", "l4-1gpu", GPU, INT64_MAX);
    world_use(&world, "main", "l4-4gpu", GPU, INT64_MAX);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1") "}"), VERDICT_WAITS);
}

Test(flavors, tell_a_granular_reason)
{
    static const struct {
        const char *spec;
        const char *reason;
    } cases[] = {
        {"{" ASKS("nvidia.com/gpu: 5") "}", "ExceedsMaxQuota"},
        {"{" ASKS("nvidia.com/gpu: 4") "}", "WaitingForQuota"},
        {"{" ASKS("amd.com/gpu: 1") "}", "Misconfigured"},
        {"{nodeSelector: {type: g5}, " ASKS("nvidia.com/gpu: 1") "}", "NoMatchingFlavor"},
        {"{nodeSelector: {type: g6.12xlarge}, " ASKS("nvidia.com/gpu: 5") "}", "ExceedsMaxQuota"},
    };

    world_use(&world, "main", "l4-4gpu", GPU, 1);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assign_one(cases[i].spec);
        cr_assert_str_eq(assignment.verdict.reason, cases[i].reason, "%zu", i);
    }
}

Test(flavors, give_as_many_pods_as_fit_where_fewer_will_do)
{
    static const struct {
        int64_t count;
        int64_t min_count;
        int held; /* of the four */
        enum verdict_kind kind;
        int64_t given;
    } cases[] = {
        {4, 1, 0, VERDICT_FITS, 4},         {4, 1, 1, VERDICT_FITS, 3},
        {4, 1, 3, VERDICT_FITS, 1},         {4, 2, 3, VERDICT_WAITS, 0},
        {4, 4, 1, VERDICT_WAITS, 0},        {4, 0, 1, VERDICT_WAITS, 0},
        {9, 2, 0, VERDICT_FITS, 4},         {9, 2, 3, VERDICT_WAITS, 0},
        {9, 5, 0, VERDICT_INADMISSIBLE, 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        unmake_world();
        memset(&world, 0, sizeof world);
        make_world();
        world_use(&world, "main", "l4-4gpu", GPU, cases[i].held);
        add_pod_set(&pod_sets, "launcher", 1, "{" ASKS("cpu: 1, nvidia.com/gpu: 1") "}");
        add_pod_set(&pod_sets, "worker", cases[i].count,
                    "{nodeSelector: {pool: big}, " ASKS("nvidia.com/gpu: 1") "}");
        pod_sets.items[1].min_count = cases[i].min_count;
        cr_assert_eq(assign(NULL), cases[i].kind, "%zu", i);
        if (cases[i].kind == VERDICT_FITS) {
            const struct pod_set_admission *set =
                admission_find_pod_set(assignment.admission, "worker");
            cr_assert_eq(set->count, cases[i].given, "%zu: %lld", i, (long long)set->count);
            cr_assert_eq(assignment.admission->pod_sets.items[0].count, 1);
        }
    }
}

Test(flavors, tell_what_all_the_pods_lack)
{
    world_use(&world, "main", "l4-4gpu", GPU, 4);
    add_pod_set(&pod_sets, "main", 4, "{nodeSelector: {pool: big}, " ASKS("nvidia.com/gpu: 1") "}");
    pod_sets.items[0].min_count = 2;
    cr_assert_eq(assign(NULL), VERDICT_WAITS);
    cr_assert_str_eq(assignment.verdict.advice, "4 nvidia.com/gpu needed, 0 of 4 free in l4-4gpu");
}

Test(flavors, give_nothing_below_cohorts_that_are_their_own_parents)
{
    world_add_cohort(&world, "a", "{parentName: b}");
    world_add_cohort(&world, "b", "{parentName: a}");
    world_set_queue(&world,
                    "{cohortName: a, resourceGroups: [{coveredResources: [nvidia.com/gpu], "
                    "flavors: [{name: l4-1gpu, resources: [{name: nvidia.com/gpu, nominalQuota: "
                    "1}]}]}]}");
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1") "}"), VERDICT_INADMISSIBLE);
    cr_assert_str_eq(assignment.verdict.reason, "Misconfigured");
    cr_assert_str_eq(assignment.verdict.message,
                     "the Cohorts above ClusterQueue main name each other as parents");
}

Test(flavors, are_found_by_name)
{
    cr_assert_null(flavor_list_find(&world.flavors, "gone"));
}
