/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/stage.h"

/*
 * Who must be shown to a pass so that it decides as if it saw everybody. A year has thousands of
 * releases, and thousands may be waiting at each:
 *
 *   - Behind the first of a StrictFIFO line that cannot start, nobody is tried.
 *   - What did not fit does not fit until somebody lets go: until then newcomers are enough.
 *   - No more of one shape can start than there is room for; a pass tries no shape twice in vain.
 *
 * With preemption, fair sharing or caps this does not hold, and everybody is shown.
 */
enum selection_step {
    SELECTION_ALL,    /* everybody: what the others are measured by */
    SELECTION_FIRST,  /* who could start */
    SELECTION_BEHIND, /* after that, in the only line: who could start behind its blocked head */
};

struct selection {
    enum selection_step step;
    const struct simulated_workload *workloads;
    const struct flavor_rules *rules; /* its queue is filled in */
    const struct placement *placement;
    int64_t now_us;
};

/* The numbers of the chosen, line by line, each in its order; NULL for a line that is left out. */
struct selected_line {
    size_t line;
    struct workload_numbers numbers;
};

struct selected_lines ARRAY_OF(struct selected_line);

void selected_lines_release(struct selected_lines *selected);

/* Empty if nobody need be tried. */
void selection_choose(const struct selection *selection, const struct stage *stage,
                      struct selected_lines *out_selected);
