/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/placement.h"

#include "tests/unit/policy/rules/nodes.h"
#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"
#define GPUS(number) "containers: [{resources: {requests: {" GPU ": " #number "}}}]"
#define ASKS(amounts) "containers: [{resources: {requests: {" amounts "}}}]"

static struct world world;
static struct placement placement;
static struct pod_set_list pod_sets;

static void clear(void)
{
    placement_release(&placement);
    pod_set_list_release(&pod_sets);
    world_release(&world);
    world = (struct world){0};
}

TestSuite(placement, .fini = clear);

/* One try. `picks` are the nodes in the order of filling; `shortage` is "asked resource: free on
 * nodes, most". */
struct attempt {
    const char *title;
    const char *nodes;
    const char *flavor; /* NULL: one without labels */
    const char *pods;
    int64_t count;
    enum placement_answer answer;
    const char *picks;
    const char *shortage;
};

static char *format_shortage(const struct placement_shortage *shortage)
{
    return text_format("%lld %s: %lld on %lld, most %lld", (long long)shortage->needed_per_pod,
                       shortage->resource, (long long)shortage->free_in_all,
                       (long long)shortage->node_count, (long long)shortage->most_on_one_node);
}

static void check(const struct attempt *attempt)
{
    struct placement_picks picks = {0};
    struct placement_shortage shortage = {0};

    clear();
    world_add_flavor(&world, "flavor", attempt->flavor != NULL ? attempt->flavor : "{}");
    add_nodes(&placement, attempt->nodes);
    add_pod_set(&pod_sets, "main", attempt->count, attempt->pods);
    enum placement_answer answer = placement_try(
        &placement, world.flavors.items[0], &pod_sets.items[0], attempt->count, &picks, &shortage);
    auto_free char *picked = format_picks(&placement, &picks);
    auto_free char *short_of = format_shortage(&shortage);
    cr_expect_eq(answer, attempt->answer, "%s: %d", attempt->title, answer);
    cr_expect_eq(placement_suffices_when_empty(&placement, world.flavors.items[0],
                                               &pod_sets.items[0], attempt->count),
                 attempt->answer == PLACEMENT_FITS || attempt->answer == PLACEMENT_FULL, "%s",
                 attempt->title);
    cr_expect_str_eq(picked, attempt->picks != NULL ? attempt->picks : "", "%s", attempt->title);
    if (attempt->shortage != NULL) {
        cr_expect_str_eq(short_of, attempt->shortage, "%s", attempt->title);
    }
    array_release(&picks);
}

static void check_all(const struct attempt *attempts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&attempts[i]);
    }
}

Test(placement, counts_node_by_node)
{
    static const struct attempt attempts[] = {
        {.title = "what a node has is enough",
         .nodes = "[{name: a, has: {" GPU ": 4}}]",
         .pods = "{" GPUS(4) "}",
         .count = 1,
         .answer = PLACEMENT_FITS,
         .picks = "a 1"},
        {.title = "four free on four nodes are not four on one",
         .nodes = "[{name: a, has: {" GPU ": 4}, uses: {" GPU ": 3}},"
                  " {name: b, has: {" GPU ": 4}, uses: {" GPU ": 3}},"
                  " {name: c, has: {" GPU ": 4}, uses: {" GPU ": 3}},"
                  " {name: d, has: {" GPU ": 4}, uses: {" GPU ": 3}}]",
         .pods = "{" GPUS(4) "}",
         .count = 1,
         .answer = PLACEMENT_FULL,
         .shortage = "4 " GPU ": 4 on 4, most 1"},
        {.title = "they are for four pods",
         .nodes = "[{name: a, has: {" GPU ": 4}, uses: {" GPU ": 3}},"
                  " {name: b, has: {" GPU ": 4}, uses: {" GPU ": 3}}]",
         .pods = "{" GPUS(1) "}",
         .count = 2,
         .answer = PLACEMENT_FITS,
         .picks = "a 1, b 1"},
        {.title = "what is left over on each node counts for nothing",
         .nodes = "[{name: a, has: {" GPU ": 3}}, {name: b, has: {" GPU ": 3}}]",
         .pods = "{" GPUS(2) "}",
         .count = 3,
         .answer = PLACEMENT_TOO_LARGE,
         .shortage = "2 " GPU ": 6 on 2, most 3"},
        {.title = "no pods need no place",
         .nodes = "[]",
         .pods = "{" GPUS(1) "}",
         .count = 0,
         .answer = PLACEMENT_FITS},
        {.title = "more pods than there are numbers",
         .nodes = "[{name: a, has: {" GPU ": 4}}]",
         .pods = "{" GPUS(1) "}",
         .count = INT64_MAX,
         .answer = PLACEMENT_TOO_LARGE,
         .shortage = "1 " GPU ": 4 on 1, most 4"},
        {.title = "pods that ask for nothing, and no end of them",
         .nodes = "[{name: a}, {name: b}]",
         .pods = "{containers: [{}]}",
         .count = INT64_MAX,
         .answer = PLACEMENT_TOO_LARGE,
         .shortage = "0 : 0 on 2, most 0"},
        {.title = "a node on which more is used than it has",
         .nodes = "[{name: a, has: {" GPU ": 4}, uses: {" GPU ": 6}},"
                  " {name: b, has: {" GPU ": 4}, uses: {" GPU ": 2}}]",
         .pods = "{" GPUS(3) "}",
         .count = 1,
         .answer = PLACEMENT_FULL,
         .shortage = "3 " GPU ": 2 on 2, most 2"},
    };

    check_all(attempts, ARRAY_LENGTH(attempts));
}

Test(placement, fills_the_fullest_first)
{
    static const char nodes[] = "[{name: a, has: {" GPU ": 8}},"
                                " {name: b, has: {" GPU ": 8}, uses: {" GPU ": 6}},"
                                " {name: c, has: {" GPU ": 8}, uses: {" GPU ": 3}},"
                                " {name: d, has: {" GPU ": 8}, uses: {" GPU ": 8}},"
                                " {name: e, has: {" GPU ": 8}, uses: {" GPU ": 5}}]";
    static const struct attempt attempts[] = {
        {"a small pod", nodes, NULL, "{" GPUS(1) "}", 1, PLACEMENT_FITS, "b 1", NULL},
        {"where it just fits", nodes, NULL, "{" GPUS(3) "}", 1, PLACEMENT_FITS, "e 1", NULL},
        {"a whole node", nodes, NULL, "{" GPUS(8) "}", 1, PLACEMENT_FITS, "a 1", NULL},
        {"several small ones", nodes, NULL, "{" GPUS(1) "}", 4, PLACEMENT_FITS, "b 2, e 2", NULL},
        {"the emptiest only if need be", nodes, NULL, "{" GPUS(2) "}", 5, PLACEMENT_FITS,
         "b 1, e 1, c 2, a 1", NULL},
        {"all there is", nodes, NULL, "{" GPUS(1) "}", 18, PLACEMENT_FITS, "b 2, e 3, c 5, a 8",
         NULL},
        {"one more", nodes, NULL, "{" GPUS(1) "}", 19, PLACEMENT_FULL, NULL,
         "1 " GPU ": 18 on 5, most 8"},
        {"equal ones in their order",
         "[{name: a, has: {" GPU ": 2}}, {name: b, has: {" GPU ": 2}}]", NULL, "{" GPUS(1) "}", 3,
         PLACEMENT_FITS, "a 2, b 1", NULL},
        {"by GPUs, not by cores",
         "[{name: a, has: {cpu: 2, " GPU ": 8}}, {name: b, has: {cpu: 64, " GPU ": 2}}]", NULL,
         "{" ASKS("cpu: 1, " GPU ": 1") "}", 1, PLACEMENT_FITS, "b 1", NULL},
        {"by cores if no GPU is asked for", "[{name: a, has: {cpu: 8}}, {name: b, has: {cpu: 4}}]",
         NULL, "{" ASKS("cpu: 1, memory: 1Gi") "}", 1, PLACEMENT_FITS, "b 1", NULL},
    };

    check_all(attempts, ARRAY_LENGTH(attempts));
}

Test(placement, needs_room_for_every_resource)
{
    static const struct attempt attempts[] = {
        {"too little memory",
         "[{name: a, has: {cpu: 8, memory: 8Gi, " GPU ": 4}, uses: {memory: 6Gi}}]", NULL,
         "{" ASKS("cpu: 1, memory: 4Gi, " GPU ": 1") "}", 1, PLACEMENT_FULL, NULL,
         "4294967296 memory: 2147483648 on 1, most 2147483648"},
        {"the least decides how many fit",
         "[{name: a, has: {cpu: 5, " GPU ": 4}}, {name: b, has: {cpu: 50, " GPU ": 8}}]", NULL,
         "{" ASKS("cpu: 2, " GPU ": 1") "}", 4, PLACEMENT_FITS, "a 2, b 2", NULL},
        {"GPUs are told before cores, if they are short",
         "[{name: a, has: {cpu: 8, " GPU ": 4}, uses: {cpu: 8, " GPU ": 3}}]", NULL,
         "{" ASKS("cpu: 1, " GPU ": 2") "}", 1, PLACEMENT_FULL, NULL, "2 " GPU ": 1 on 1, most 1"},
        {"cores, if only they are short",
         "[{name: a, has: {cpu: 8, " GPU ": 4}, uses: {cpu: 8, " GPU ": 2}}]", NULL,
         "{" ASKS("cpu: 1, " GPU ": 2") "}", 1, PLACEMENT_FULL, NULL, "1000 cpu: 0 on 1, most 0"},
        {"the scarcest of several extended resources",
         "[{name: a, has: {" GPU ": 4, rdma/hca: 4}, uses: {" GPU ": 3, rdma/hca: 4}}]", NULL,
         "{" ASKS(GPU ": 2, rdma/hca: 1") "}", 3, PLACEMENT_TOO_LARGE, NULL,
         "2 " GPU ": 4 on 1, most 4"},
        {"a node that does not name the GPU has none",
         "[{name: a, has: {cpu: 8}}, {name: b, has: {cpu: 8}}]", NULL, "{" GPUS(1) "}", 1,
         PLACEMENT_TOO_LARGE, NULL, "1 " GPU ": 0 on 2, most 0"},
        {"nobody asked how many cores it has", "[{name: a, has: {" GPU ": 1}}]", NULL,
         "{" ASKS("cpu: 8, memory: 1Ti, ephemeral-storage: 1Ti, " GPU ": 1") "}", 1, PLACEMENT_FITS,
         "a 1", NULL},
        {"a quantity of zero", "[{name: a, has: {cpu: 8}}]", NULL,
         "{" ASKS("cpu: 1, " GPU ": 0") "}", 1, PLACEMENT_FITS, "a 1", NULL},
        {"too large on any node, though some are full",
         "[{name: a, has: {" GPU ": 4}, uses: {" GPU ": 4}}, {name: b, has: {" GPU ": 2}}]", NULL,
         "{" GPUS(5) "}", 1, PLACEMENT_TOO_LARGE, NULL, "5 " GPU ": 6 on 2, most 4"},
    };

    check_all(attempts, ARRAY_LENGTH(attempts));
}

Test(placement, asks_who_may_run_where)
{
#define TAINTED(effect) "[{name: a, has: {" GPU ": 1}, taints: [{key: gpu, effect: " effect "}]}]"
    static const char pools[] = "[{name: a, has: {" GPU ": 1}, labels: {pool: small}},"
                                " {name: b, has: {" GPU ": 1}, labels: {pool: big, zone: z1}},"
                                " {name: c, has: {" GPU ": 1}, labels: {pool: big, zone: z2}}]";
    static const char in_z2[] =
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "{nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [z0]}]}, "
        "{matchExpressions: [{key: zone, operator: In, values: [z2]}]}]}}}, " GPUS(1) "}";
    static const struct attempt attempts[] = {
        {"labels of the flavor", pools, "{nodeLabels: {pool: big}}", "{" GPUS(1) "}", 1,
         PLACEMENT_FITS, "b 1", NULL},
        {"node selector beside them", pools, "{nodeLabels: {pool: big}}",
         "{nodeSelector: {zone: z2}, " GPUS(1) "}", 1, PLACEMENT_FITS, "c 1", NULL},
        {"required affinity", pools, NULL, in_z2, 1, PLACEMENT_FITS, "c 1", NULL},
        {"as many as there are", pools, "{nodeLabels: {pool: big}}", "{" GPUS(1) "}", 3,
         PLACEMENT_TOO_LARGE, NULL, "1 " GPU ": 2 on 2, most 1"},
        {"labels that no node has", pools, "{nodeLabels: {pool: huge}}", "{" GPUS(1) "}", 1,
         PLACEMENT_NO_NODES, NULL, "0 : 0 on 0, most 0"},
        {"an affinity that none satisfies", pools, "{nodeLabels: {pool: small}}", in_z2, 1,
         PLACEMENT_NO_NODES, NULL, NULL},
        {"no nodes at all", "[]", NULL, "{" GPUS(1) "}", 1, PLACEMENT_NO_NODES, NULL, NULL},
        {"not ready", "[{name: a, has: {" GPU ": 1}, ready: false}]", NULL, "{" GPUS(1) "}", 1,
         PLACEMENT_NO_NODES, NULL, NULL},
        {"one that is not ready is not what makes it fit one day",
         "[{name: a, has: {" GPU ": 8}, ready: false}, {name: b, has: {" GPU ": 1}}]", NULL,
         "{" GPUS(2) "}", 1, PLACEMENT_TOO_LARGE, NULL, "2 " GPU ": 1 on 1, most 1"},
        {"a taint", TAINTED("NoSchedule"), NULL, "{" GPUS(1) "}", 1, PLACEMENT_NO_NODES, NULL,
         NULL},
        {"one that drives out", TAINTED("NoExecute"), NULL, "{" GPUS(1) "}", 1, PLACEMENT_NO_NODES,
         NULL, NULL},
        {"one that only asks", TAINTED("PreferNoSchedule"), NULL, "{" GPUS(1) "}", 1,
         PLACEMENT_FITS, "a 1", NULL},
        {"tolerated by the pods", TAINTED("NoSchedule"), NULL,
         "{tolerations: [{key: gpu, operator: Exists}], " GPUS(1) "}", 1, PLACEMENT_FITS, "a 1",
         NULL},
        {"tolerated by the flavor", TAINTED("NoSchedule"),
         "{tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]}", "{" GPUS(1) "}", 1,
         PLACEMENT_FITS, "a 1", NULL},
        {"another effect tolerated", TAINTED("NoExecute"),
         "{tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]}", "{" GPUS(1) "}", 1,
         PLACEMENT_NO_NODES, NULL, NULL},
    };

    check_all(attempts, ARRAY_LENGTH(attempts));
}

static int64_t used_on(const struct placement *nodes, int node)
{
    return resources_get(&nodes->nodes.items[node].used, GPU);
}

Test(placement, gives_back_what_was_taken)
{
    struct placement_picks picks = {0};

    add_nodes(&placement, "[{name: a}, {name: b, uses: {" GPU ": 1}}]");
    add_pod_set(&pod_sets, "main", 1, "{" GPUS(2) "}");
    array_append(&picks, ((struct placement_pick){.node = 0, .count = 3}));
    array_append(&picks, ((struct placement_pick){.node = 1, .count = 1}));
    placement_take(&placement, &picks, &pod_sets.items[0].requests);
    cr_assert_eq(used_on(&placement, 0), 6);
    cr_assert_eq(used_on(&placement, 1), 3);
    placement_give_back(&placement, &picks, &pod_sets.items[0].requests);
    cr_assert_eq(used_on(&placement, 0), 0);
    cr_assert_eq(used_on(&placement, 1), 1);
    array_release(&picks);
}

Test(placement, stays_at_the_end_of_the_range)
{
    struct placement_picks picks = {0};
    auto_resources struct resources requests = {0};

    add_nodes(&placement, "[{name: a, uses: {" GPU ": 1}}]");
    resources_set(&requests, GPU, INT64_MAX / 2);
    array_append(&picks, ((struct placement_pick){.node = 0, .count = 5}));
    placement_take(&placement, &picks, &requests);
    cr_assert_eq(used_on(&placement, 0), INT64_MAX);
    array_release(&picks);
}

Test(placement, copies_are_values_of_their_own)
{
    struct placement copy;

    add_nodes(&placement,
              "[{name: a, has: {" GPU ": 4}, uses: {" GPU ": 1}, labels: {pool: big}}]");
    placement_copy(&placement, &copy);
    resources_set(&copy.nodes.items[0].used, GPU, 3);
    add_nodes(&copy, "[{name: b}]");
    cr_assert_eq(used_on(&placement, 0), 1);
    cr_assert_eq(placement_find_node(&placement, "b"), -1);
    placement_release(&placement);
    cr_assert_eq(placement_find_node(&copy, "a"), 0);
    cr_assert_eq(placement_find_node(&copy, "b"), 1);
    cr_assert_eq(used_on(&copy, 0), 3);
    cr_assert_eq(resources_get(&copy.nodes.items[0].allocatable, GPU), 4);
    cr_assert_str_eq(string_map_find(&copy.nodes.items[0].labels, "pool"), "big");
    placement_release(&copy);
}
