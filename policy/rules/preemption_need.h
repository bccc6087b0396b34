/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption_trial.h"

/* What a preemptor lacks, and so what a victim must have. Embedded in its owner. */
struct preemption_need {
    struct needed_cells ARRAY_OF(struct needed_cell {
        int cell;
        bool is_short; /* false: there is quota enough of it, and only no place */
    }) cells;
    bool *nodes; /* those that let its pods in, by number; NULL: it does not lack places */
};

void preemption_need_init(struct preemption_need *need, struct preemption_trial *trial);
void preemption_need_release(struct preemption_need *need);

/* True if it would help that the holder went. */
bool preemption_need_is_met_by(const struct preemption_need *need, const struct holder *holder);

/* What the holder has of the cell. */
int64_t preemption_need_count(const struct holder *holder, int cell);
