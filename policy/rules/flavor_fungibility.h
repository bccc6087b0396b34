/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavor_fit.h"

/* spec.flavorFungibility: which flavor is taken where several would do (kueue-api.md §4.4). */

/* True if the search ends at this flavor, whatever the ones after it have. */
bool flavor_fungibility_stops(const struct flavor_fungibility *rules, const struct flavor_fit *fit);

/* True if the later flavor is better than the best one so far. */
bool flavor_fungibility_prefers(const struct flavor_fungibility *rules,
                                const struct flavor_fit *later, const struct flavor_fit *best);
