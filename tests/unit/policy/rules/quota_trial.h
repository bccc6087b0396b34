/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/quota_case.h"

/* How much is compared after each step. */
enum trial_depth { TRIAL_SOMEWHERE, TRIAL_EVERYWHERE };

struct trial_outcome {
    size_t states;    /* that were compared */
    char *difference; /* where the two differ first; NULL: nowhere */
};

/* Plays the case with quota_tree, fair_share and the oracle side by side. */
struct trial_outcome quota_trial_run(const struct quota_case *played, enum trial_depth depth);
