/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/waiting_line.h"

#include <criterion/criterion.h>

static struct workload *arrive(struct waiting_line *line, const char *uid, int64_t arrival_us)
{
    struct workload *workload = workload_create(uid);

    workload->order = (struct order_key){.arrival_us = arrival_us, .uid = workload->uid};
    waiting_line_insert(line, workload);
    return workload;
}

static void settle(struct waiting_line *line)
{
    line->settled_count = line->workloads.count;
    line->is_blocked = true;
    line->is_dirty = false;
}

static void destroy(struct waiting_line *line)
{
    array_for_each(workload, &line->workloads) {
        workload_destroy(*workload);
    }
    waiting_line_destroy(line);
}

Test(waiting_line, orders_by_arrival_and_then_by_uid)
{
    struct waiting_line *line = waiting_line_create("main");
    struct workload *late = arrive(line, "a", 3);
    struct workload *early = arrive(line, "z", 1);
    struct workload *tied = arrive(line, "b", 3);

    cr_expect_eq(waiting_line_position(line, early), 1);
    cr_expect_eq(waiting_line_position(line, late), 2);
    cr_expect_eq(waiting_line_position(line, tied), 3);
    destroy(line);
}

Test(waiting_line, gives_no_position_to_who_is_not_in_it)
{
    struct waiting_line *line = waiting_line_create("main");
    struct workload *gone = arrive(line, "gone", 1);
    struct workload *next = arrive(line, "next", 2);

    waiting_line_remove(line, gone);
    cr_expect_null(gone->line);
    cr_expect_eq(waiting_line_position(line, gone), 0);
    cr_expect_eq(waiting_line_position(line, next), 1);
    workload_destroy(gone);
    destroy(line);
}

Test(waiting_line, stays_settled_when_one_comes_behind)
{
    struct waiting_line *line = waiting_line_create("main");

    arrive(line, "first", 1);
    settle(line);
    arrive(line, "second", 2);
    cr_expect(line->is_dirty);
    cr_expect(line->is_blocked);
    cr_expect_eq(line->settled_count, 1);
    destroy(line);
}

Test(waiting_line, is_tried_anew_when_one_comes_in_front)
{
    struct waiting_line *line = waiting_line_create("main");

    arrive(line, "second", 2);
    settle(line);
    arrive(line, "first", 1);
    cr_expect(line->is_dirty);
    cr_expect_not(line->is_blocked);
    cr_expect_eq(line->settled_count, 0);
    destroy(line);
}

Test(waiting_line, is_tried_anew_when_a_settled_one_leaves)
{
    struct waiting_line *line = waiting_line_create("main");
    struct workload *head = arrive(line, "head", 1);

    arrive(line, "next", 2);
    settle(line);
    waiting_line_remove(line, head);
    cr_expect(line->is_dirty);
    cr_expect_not(line->is_blocked);
    cr_expect_eq(line->settled_count, 0);
    workload_destroy(head);
    destroy(line);
}
