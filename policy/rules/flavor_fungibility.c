/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavor_fungibility.h"

/* Never, waits, preempts in its own queue, reclaims from others, fits. */
static int rank_of(const struct flavor_fit *fit)
{
    return 2 * (int)fit->mode + (fit->is_reclaim ? 1 : 0);
}

static bool is_possible(const struct flavor_fit *fit)
{
    return fit->mode == ASSIGNMENT_FITS || fit->mode == ASSIGNMENT_PREEMPTS;
}

bool flavor_fungibility_stops(const struct flavor_fungibility *rules, const struct flavor_fit *fit)
{
    if (fit->mode == ASSIGNMENT_FITS) {
        return fit->borrowing_level == 0 || rules->may_stop_when_borrowing;
    }
    return fit->mode == ASSIGNMENT_PREEMPTS && rules->may_stop_when_preempting;
}

/* What can go is always better than what only waits; the preference is about the rest. */
bool flavor_fungibility_prefers(const struct flavor_fungibility *rules,
                                const struct flavor_fit *later, const struct flavor_fit *best)
{
    int rank = rank_of(later) - rank_of(best);
    int less_borrowing = best->borrowing_level - later->borrowing_level;

    if (rules->prefers_preemption && is_possible(later) && is_possible(best)) {
        return less_borrowing != 0 ? less_borrowing > 0 : rank > 0;
    }
    return rank != 0 ? rank > 0 : less_borrowing > 0;
}
