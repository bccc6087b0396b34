/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/shortage.h"

#define GPU "nvidia.com/gpu"

static struct shortages shortages;

static void release(void)
{
    shortages_release(&shortages);
}

TestSuite(shortage, .fini = release);

/* A shortage with borrowed texts. */
struct part {
    enum shortage_kind kind;
    const char *pod_set;
    const char *flavor;
    const char *resource;
    int64_t asked;
    int64_t taken;
    int64_t available;
    int64_t maximum;
    int64_t nodes;
    const char *detail;
};

static void append(struct part part)
{
    array_append(&shortages, ((struct shortage){
                                 .kind = part.kind,
                                 .pod_set = memory_copy_text(part.pod_set),
                                 .flavor = memory_copy_text(part.flavor),
                                 .resource = memory_copy_text(part.resource),
                                 .asked = part.asked,
                                 .taken = part.taken,
                                 .available = part.available,
                                 .maximum = part.maximum,
                                 .nodes = part.nodes,
                                 .detail = memory_copy_text(part.detail),
                             }));
}

static void expect(const char *message, const char *advice)
{
    auto_free char *told_message = shortages_format_message(&shortages);
    auto_free char *told_advice = shortages_format_advice(&shortages);

    cr_assert(text_equal(told_message, message), "%s", told_message);
    cr_assert(text_equal(told_advice, advice), "%s", told_advice);
}

Test(shortage, is_told_in_the_words_of_its_kind)
{
    static const struct {
        struct part part;
        const char *message; /* of the pod set */
        const char *advice;  /* NULL: none */
    } cases[] = {
        {{.kind = SHORTAGE_QUOTA, .asked = 4, .available = 1, .maximum = 8},
         "insufficient unused quota for nvidia.com/gpu in flavor f, 3 more needed",
         "4 nvidia.com/gpu needed, 1 of 8 free in f"},
        {{.kind = SHORTAGE_QUOTA, .asked = 4, .available = -5, .maximum = 8},
         "insufficient unused quota for nvidia.com/gpu in flavor f, 4 more needed",
         "4 nvidia.com/gpu needed, 0 of 8 free in f"},
        {{.kind = SHORTAGE_MAXIMUM, .asked = 9, .available = 1, .maximum = 8},
         "insufficient quota for nvidia.com/gpu in flavor f, request > maximum capacity (9 > 8)",
         "9 nvidia.com/gpu needed, 1 of 8 free in f"},
        {{.kind = SHORTAGE_MAXIMUM, .asked = 2, .taken = 7, .available = 1, .maximum = 8},
         "insufficient quota for nvidia.com/gpu in flavor f, request > maximum capacity (9 > 8)",
         "2 nvidia.com/gpu needed, 1 of 8 free in f"},
        {{.kind = SHORTAGE_MISMATCH, .detail = "flavor f not found"}, "flavor f not found", NULL},
        {{.kind = SHORTAGE_UNCOVERED, .asked = 1},
         "resource nvidia.com/gpu unavailable in ClusterQueue",
         NULL},
        {{.kind = SHORTAGE_PLACE, .asked = 4, .available = 4, .maximum = 1, .nodes = 4},
         "no node of flavor f has room for a pod that asks 4 nvidia.com/gpu: 4 free on 4 nodes, at "
         "most 1 on one",
         "no node of flavor f has room for a pod that asks 4 nvidia.com/gpu: 4 free on 4 nodes, at "
         "most 1 on one"},
        {{.kind = SHORTAGE_PLACE, .asked = 2, .available = 3, .maximum = 3, .nodes = 1},
         "the nodes of flavor f have no room for all pods, which ask 2 nvidia.com/gpu each: 3 free "
         "on 1 node, at most 3 on one",
         "the nodes of flavor f have no room for all pods, which ask 2 nvidia.com/gpu each: 3 free "
         "on 1 node, at most 3 on one"},
        {{.kind = SHORTAGE_TOO_LARGE, .asked = 8, .available = 8, .maximum = 4, .nodes = 2},
         "no node of flavor f is large enough for a pod that asks 8 nvidia.com/gpu: 8 on 2 nodes, "
         "at most 4 on one",
         "no node of flavor f is large enough for a pod that asks 8 nvidia.com/gpu: 8 on 2 nodes, "
         "at most 4 on one"},
        {{.kind = SHORTAGE_TOO_LARGE, .asked = 4, .available = 8, .maximum = 4, .nodes = 2},
         "the nodes of flavor f are too small, even when empty, for all pods, which ask 4 "
         "nvidia.com/gpu each: 8 on 2 nodes, at most 4 on one",
         "the nodes of flavor f are too small, even when empty, for all pods, which ask 4 "
         "nvidia.com/gpu each: 8 on 2 nodes, at most 4 on one"},
        {{.kind = SHORTAGE_NO_NODES},
         "flavor f has no ready node for the pods",
         "flavor f has no ready node for the pods"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *message =
            text_format("couldn't assign flavors to pod set main: %s", cases[i].message);
        struct part part = cases[i].part;
        part.pod_set = "main";
        part.flavor = "f";
        part.resource = GPU;
        append(part);
        expect(message, cases[i].advice);
        release();
    }
}

Test(shortage, of_a_cap_concerns_the_whole_workload)
{
    append((struct part){
        .kind = SHORTAGE_CAP, .asked = 3, .available = 1, .maximum = 4, .detail = "user alice"});
    expect("user alice may hold 4 GPUs in the ClusterQueue: 1 free, 3 asked",
           "user alice may hold 4 GPUs in the ClusterQueue: 1 free, 3 asked");
}

Test(shortage, is_told_pod_set_by_pod_set)
{
    static const struct part parts[] = {
        {.kind = SHORTAGE_QUOTA,
         .pod_set = "a",
         .flavor = "f",
         .resource = "cpu",
         .asked = 1500,
         .available = 1000,
         .maximum = 4000},
        {.kind = SHORTAGE_QUOTA,
         .pod_set = "a",
         .flavor = "f",
         .resource = GPU,
         .asked = 2,
         .maximum = 4},
        {.kind = SHORTAGE_MISMATCH, .pod_set = "a", .flavor = "g", .detail = "flavor g not found"},
        {.kind = SHORTAGE_QUOTA,
         .pod_set = "a",
         .flavor = "h",
         .resource = GPU,
         .asked = 2,
         .available = 1,
         .maximum = 2},
        {.kind = SHORTAGE_QUOTA,
         .pod_set = "b",
         .flavor = "f",
         .resource = GPU,
         .asked = 1,
         .maximum = 4},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        append(parts[i]);
    }
    expect("couldn't assign flavors to pod set a: insufficient unused quota for cpu in flavor f, "
           "500m more needed, insufficient unused quota for nvidia.com/gpu in flavor f, 2 more "
           "needed, flavor g not found, insufficient unused quota for nvidia.com/gpu in flavor h, "
           "1 more needed; couldn't assign flavors to pod set b: insufficient unused quota for "
           "nvidia.com/gpu in flavor f, 1 more needed",
           "1500m cpu needed, 1 of 4 free in f; 2 nvidia.com/gpu needed, 0 of 4 free in f, 1 of 2 "
           "free in h; 1 nvidia.com/gpu needed, 0 of 4 free in f");
}

Test(shortage, is_forgotten_from_the_end)
{
    append((struct part){.kind = SHORTAGE_MISMATCH, .detail = "first"});
    append((struct part){.kind = SHORTAGE_MISMATCH, .detail = "second"});
    shortages_truncate(&shortages, 1);
    expect("first", NULL);
    shortages_truncate(&shortages, 0);
    expect(NULL, NULL);
}
