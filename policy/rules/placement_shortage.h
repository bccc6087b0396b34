/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/placement.h"

/* Says why there is no place for the pods, of which placement_try has not found one. */
enum placement_answer placement_shortage_explain(const struct placement *placement,
                                                 const struct resource_flavor *flavor,
                                                 const struct pod_set *set, int64_t count,
                                                 struct placement_shortage *out_shortage);
