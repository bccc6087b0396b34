/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/simulate/agenda.h"

Test(agenda, gives_the_soonest_first)
{
    struct agenda agenda = {0};
    uint32_t state = 1;

    for (size_t i = 0; i < 1000; i++) {
        state = state * 1103515245u + 12345u;
        agenda_add(&agenda, &(struct appointment){.at_us = state >> 20, .workload = i});
    }
    struct appointment last = {.at_us = -1};
    for (size_t i = 0; i < 1000; i++) {
        struct appointment next = *agenda_find_next(&agenda);
        cr_assert(next.at_us > last.at_us ||
                  (next.at_us == last.at_us && next.workload > last.workload));
        agenda_drop_next(&agenda);
        last = next;
    }
    cr_assert_null(agenda_find_next(&agenda));
    agenda_release(&agenda);
}
