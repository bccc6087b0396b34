/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

/* How one flavor suits one pod set, for the resources of one group. */
struct flavor_fit {
    const struct flavor_quota *quota; /* NULL: none was tried */
    enum assignment_mode mode;
    bool is_reclaim;     /* it preempts, and nobody of its own queue goes */
    int borrowing_level; /* once the victims are gone */
    struct quota_amounts amounts;
    struct placement_picks picks;
    struct victim_list victims;
};

void flavor_fit_release(struct flavor_fit *fit);

/* What is asked of the flavors of a group, and what the workload has been given before. */
struct flavor_wish {
    const struct flavor_state *state;
    const struct flavor_request *request;
    const struct resource_group *group;
    const struct pod_set *set;
    int64_t count;                     /* pods */
    const struct placement *placement; /* NULL: this group does not place the pods */
    const struct assignment *given;    /* to the pod sets and groups before */
};

/* Appends to `shortages` all that stands in the way of the flavor. */
void flavor_fit_evaluate(const struct flavor_wish *wish, const struct flavor_quota *quota,
                         struct shortages *shortages, struct flavor_fit *out_fit);

MEMORY_DEFINE_AUTO_RELEASE(flavor_fit)
#define auto_flavor_fit __attribute__((cleanup(flavor_fit_auto_release)))
