/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"
#define ASKS(amounts) "containers: [{resources: {requests: {" amounts "}}}]"

static struct world world;
static struct usage used;
static struct pod_set_list pod_sets;
static struct verdict verdict;
static struct admission *admission;

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
    admission_destroy(admission);
    verdict_release(&verdict);
    pod_set_list_release(&pod_sets);
    usage_release(&used);
    world_release(&world);
}

TestSuite(flavors, .init = make_world, .fini = unmake_world);

static enum verdict_kind assign(const char *only_flavor)
{
    admission_destroy(admission);
    admission = NULL;
    flavors_assign(&world.rules, &used, &pod_sets, only_flavor, &admission, &verdict);
    cr_assert_eq(admission != NULL, verdict.kind == VERDICT_FITS);
    return verdict.kind;
}

static enum verdict_kind assign_one(const char *spec)
{
    pod_set_list_release(&pod_sets);
    add_pod_set(&pod_sets, "main", 1, spec);
    return assign(NULL);
}

static void expect_flavor(const char *pod_set, const char *flavor)
{
    const struct pod_set_admission *set = admission_find_pod_set(admission, pod_set);

    cr_assert_not_null(set);
    cr_assert_gt(set->assignments.count, 0);
    array_for_each(assignment, &set->assignments) {
        cr_assert_str_eq(assignment->flavor, flavor);
    }
}

Test(flavors, gives_the_first_that_fits_for_all_resources)
{
    cr_assert_eq(assign_one("{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-1gpu");
    cr_assert_str_eq(admission->cluster_queue, "main");
    cr_assert_eq(admission->pod_sets.items[0].assignments.count, 2);
    cr_assert_null(verdict.message);
    cr_assert_null(verdict.advice);
    usage_add(&used, "l4-1gpu", GPU, 1);
    cr_assert_eq(assign_one("{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-4gpu");
}

Test(flavors, tells_what_is_missing_where)
{
    usage_add(&used, "l4-1gpu", GPU, 1);
    usage_add(&used, "l4-4gpu", GPU, 3);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 2") "}"), VERDICT_WAITS);
    cr_assert_str_eq(verdict.message,
                     "couldn't assign flavors to pod set main: insufficient quota for "
                     "nvidia.com/gpu in flavor l4-1gpu, request > maximum capacity (2 > 1), "
                     "insufficient unused quota for nvidia.com/gpu in flavor l4-4gpu, 1 more "
                     "needed");
    cr_assert_str_eq(verdict.advice, "2 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu, 1 of 4 free "
                                     "in l4-4gpu");
}

Test(flavors, tells_the_need_of_each_resource)
{
    usage_add(&used, "l4-1gpu", "cpu", 14000);
    usage_add(&used, "l4-1gpu", GPU, 1);
    pod_set_list_release(&pod_sets);
    add_pod_set(&pod_sets, "main", 1, "{" ASKS("cpu: 4, nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_WAITS);
    cr_assert_str_eq(verdict.advice, "4 cpu needed, 2 of 16 free in l4-1gpu; 1 nvidia.com/gpu "
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
    flavors_count(admission, &count);
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
    cr_assert_eq(assign(NULL), VERDICT_WAITS);
    cr_assert_str_eq(verdict.advice,
                     "1 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu, 0 of 4 free in l4-4gpu");
    cr_assert_null(strstr(verdict.message, "pod set a"), "%s", verdict.message);
    cr_assert_not_null(strstr(verdict.message, "pod set c: insufficient unused quota"));
}

Test(flavors, join_the_reasons_of_pod_sets)
{
    add_pod_set(&pod_sets, "a", 1, "{" ASKS("nvidia.com/gpu: 9") "}");
    add_pod_set(&pod_sets, "b", 1, "{" ASKS("amd.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_INADMISSIBLE);
    cr_assert_str_eq(verdict.message,
                     "couldn't assign flavors to pod set a: insufficient quota for nvidia.com/gpu "
                     "in flavor l4-1gpu, request > maximum capacity (9 > 1); couldn't assign "
                     "flavors to pod set b: resource amd.com/gpu unavailable in ClusterQueue");
}

Test(flavors, leave_uncovered_resources_out_unless_managed)
{
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, memory: 1Ti, rdma/hca: 1") "}"),
                 VERDICT_FITS);
    cr_assert_eq(admission->pod_sets.items[0].assignments.count, 1);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, amd.com/gpu: 1") "}"),
                 VERDICT_INADMISSIBLE);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1, amd.com/gpu: 0") "}"), VERDICT_FITS);
}

Test(flavors, are_bound_by_the_hardware_profile)
{
    usage_add(&used, "l4-1gpu", GPU, 1);
    add_pod_set(&pod_sets, "main", 1, "{" ASKS("nvidia.com/gpu: 1") "}");
    cr_assert_eq(assign("l4-1gpu"), VERDICT_WAITS);
    cr_assert_str_eq(verdict.advice, "1 nvidia.com/gpu needed, 0 of 1 free in l4-1gpu");
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
                strstr(verdict.message, "flavor l4-1gpu doesn't match node affinity"));
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
    cr_assert_str_eq(verdict.message, "couldn't assign flavors to pod set main: untolerated taint "
                                      "{gpu l4} in flavor tainted");
    cr_assert_null(verdict.advice);
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
    cr_assert_str_eq(verdict.message,
                     "couldn't assign flavors to pod set main: flavor gone not found");
}

Test(flavors, with_accelerators_are_kept_for_those_who_ask)
{
    cr_assert_eq(assign_one("{" ASKS("cpu: 1") "}"), VERDICT_INADMISSIBLE);
    cr_assert_not_null(
        strstr(verdict.message, "flavor l4-1gpu is kept for pods that ask for its accelerators"));
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
    const struct pod_set_admission *set = &admission->pod_sets.items[0];
    cr_assert_eq(set->assignments.count, 2);
    cr_assert_str_eq(set->assignments.items[0].flavor, "plain");
    cr_assert_str_eq(set->assignments.items[1].flavor, "l4-4gpu");
    usage_add(&used, "l4-4gpu", GPU, 4);
    cr_assert_eq(assign_one("{" ASKS("cpu: 1, nvidia.com/gpu: 1") "}"), VERDICT_WAITS);
    cr_assert_eq(assign_one("{" ASKS("cpu: 9, nvidia.com/gpu: 1") "}"), VERDICT_INADMISSIBLE,
                 "the worst of the groups");
}

Test(flavors, give_nothing_to_whom_asks_nothing_even_above_quota)
{
    usage_add(&used, "l4-1gpu", "cpu", 99000);
    cr_assert_eq(assign_one("{" ASKS("cpu: 0, nvidia.com/gpu: 1") "}"), VERDICT_FITS);
    expect_flavor("main", "l4-1gpu");
    usage_add(&used, "l4-1gpu", GPU, INT64_MAX);
    usage_add(&used, "l4-4gpu", GPU, INT64_MAX);
    cr_assert_eq(assign_one("{" ASKS("nvidia.com/gpu: 1") "}"), VERDICT_WAITS);
}

Test(flavors, are_found_by_name)
{
    cr_assert_null(flavor_list_find(&world.flavors, "gone"));
}
