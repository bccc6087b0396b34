/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/adoption.h"
#include "tests/unit/policy/rules/world.h"

static struct world world;
static struct pod_set_list pod_sets;
static struct flavor_names names;

static void make_world(void)
{
    world_add_flavor(&world, "small", "{nodeLabels: {pool: small}}");
    world_add_flavor(&world, "big", "{nodeLabels: {pool: big}}");
    world_add_flavor(&world, "plain", "{}");
    world_set_queue(&world,
                    "resourceGroups:\n"
                    "- coveredResources: [nvidia.com/gpu]\n"
                    "  flavors: [{name: small, resources: [{name: nvidia.com/gpu, nominalQuota: "
                    "1}]}, {name: big, resources: [{name: nvidia.com/gpu, nominalQuota: 4}]}]\n"
                    "- coveredResources: [cpu]\n"
                    "  flavors: [{name: plain, resources: [{name: cpu, nominalQuota: 8}]}]\n");
}

static void unmake_world(void)
{
    array_release(&names);
    pod_set_list_release(&pod_sets);
    world_release(&world);
}

TestSuite(adoption, .init = make_world, .fini = unmake_world);

static void add_gpu_pod(const char *fields)
{
    auto_free char *spec = text_format(
        "{%scontainers: [{resources: {requests: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 1}}}]}",
        fields);

    add_pod_set(&pod_sets, "main", 2, spec);
}

Test(adoption, finds_the_flavor_of_the_node)
{
    auto_string_map struct string_map labels = {0};

    add_gpu_pod("nodeSelector: {pool: small}, ");
    string_map_set(&labels, "pool", "big");
    string_map_set(&labels, "zone", "eu");
    adoption_find_flavors(&world.rules, &pod_sets.items[0], &labels, &names);
    cr_assert_eq(names.count, 1);
    cr_assert_str_eq(names.items[0], "big");
}

Test(adoption, finds_no_flavor_for_a_node_without_its_labels)
{
    auto_string_map struct string_map labels = {0};

    add_gpu_pod("");
    adoption_find_flavors(&world.rules, &pod_sets.items[0], &labels, &names);
    cr_assert_eq(names.count, 0);
}

Test(adoption, finds_all_that_the_spec_allows_while_the_node_is_unknown)
{
    add_gpu_pod("");
    add_gpu_pod("nodeSelector: {pool: small}, ");
    adoption_find_flavors(&world.rules, &pod_sets.items[0], NULL, &names);
    cr_assert_eq(names.count, 2);
    array_release(&names);
    adoption_find_flavors(&world.rules, &pod_sets.items[1], NULL, &names);
    cr_assert_eq(names.count, 1);
    cr_assert_str_eq(names.items[0], "small");
}

Test(adoption, finds_nothing_for_pods_without_managed_resource)
{
    add_pod_set(&pod_sets, "main", 1, "{containers: [{resources: {requests: {cpu: 1}}}]}");
    adoption_find_flavors(&world.rules, &pod_sets.items[0], NULL, &names);
    cr_assert_eq(names.count, 0);
}

Test(adoption, assigns_all_that_is_covered)
{
    add_gpu_pod("");
    struct admission *admission = adoption_assign(&world.rules, &pod_sets, "big");
    const struct pod_set_admission *set = admission_find_pod_set(admission, "main");

    cr_assert_str_eq(admission->cluster_queue, "main");
    cr_assert_eq(set->count, 2);
    cr_assert_eq(set->assignments.count, 2, "memory is not covered");
    array_for_each(assignment, &set->assignments) {
        bool is_cpu = strcmp(assignment->resource, "cpu") == 0;
        cr_assert_str_eq(assignment->flavor, is_cpu ? "plain" : "big");
        cr_assert_eq(assignment->amount, is_cpu ? 1000 : 1);
    }
    admission_destroy(admission);
}
