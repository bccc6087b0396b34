/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption.h"
#include "tests/unit/policy/rules/quota_case.h"

enum { DRAW_HOLDERS_MAX = 7 };

/* A small state, drawn at random, and somebody who asks for room in it. Embedded in its owner. */
struct preemption_draw {
    struct quota_draft draft;
    struct quota_forest *forest;
    struct quota_usage usage;
    struct placement placement;
    struct holder_list holders;
    struct quota_amounts amounts; /* of the preemptor */
    struct resource_flavor flavor;
    struct pod_set set;
    struct preemption_places places;
    struct preemptor preemptor; /* in the first ClusterQueue */
    bool counts_places;
    bool is_fair_sharing;
    bool has_units; /* each holds one of one resource, and it asks for one pod */
};

void preemption_draw_init(struct preemption_draw *draw, uint64_t seed);
void preemption_draw_release(struct preemption_draw *draw);

/* For a person to read. Owned. */
char *preemption_draw_format(const struct preemption_draw *draw);

MEMORY_DEFINE_AUTO_RELEASE(preemption_draw)
#define auto_preemption_draw __attribute__((cleanup(preemption_draw_auto_release)))
