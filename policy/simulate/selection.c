/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/selection.h"

#include "policy/rules/backfill.h"

void selected_lines_release(struct selected_lines *selected)
{
    array_for_each(line, selected) {
        array_release(&line->numbers);
    }
    array_release(selected);
}

static const struct simulated_workload *get_workload(const struct selection *selection,
                                                     size_t number)
{
    return &selection->workloads[number];
}

/* For each group of the line, how many of it could start. Owned by the caller. */
static int64_t *count_rooms(const struct stage *stage, const struct stage_line *line)
{
    int64_t *rooms = memory_allocate((line->groups.count + 1) * sizeof *rooms);

    for (size_t i = 0; i < line->groups.count; i++) {
        rooms[i] = stage_count_room(stage, line, &line->groups.items[i]);
    }
    return rooms;
}

static void choose_all(const struct workload_numbers *from, struct workload_numbers *chosen)
{
    array_for_each(number, from) {
        array_append(chosen, *number);
    }
}

/* Up to the first that cannot start even if all others of its group before it do. */
static void choose_heads(const struct selection *selection, const struct stage *stage,
                         const struct stage_line *line, struct workload_numbers *chosen)
{
    auto_free int64_t *rooms = count_rooms(stage, line);

    array_for_each(number, &line->pending) {
        array_append(chosen, *number);
        if (--rooms[get_workload(selection, *number)->group] < 0) {
            return;
        }
    }
}

static bool is_newcomer(const struct stage_line *line, size_t next_newcomer, size_t number)
{
    return next_newcomer < line->newcomers.count && line->newcomers.items[next_newcomer] == number;
}

/* Who finds room, and the newcomers, who are to be told why they do not. Where other lines share
 * the quota, the first of each group that does not is seen as well: it has its turn, and what is
 * the queue's own is kept for it. */
static void choose_fitting(const struct selection *selection, const struct stage *stage,
                           const struct stage_line *line, bool is_alone,
                           struct workload_numbers *chosen)
{
    auto_free int64_t *rooms = count_rooms(stage, line);
    const int64_t last_room = is_alone ? 1 : 0;
    size_t next_newcomer = 0;

    array_for_each(number, &line->pending) {
        int64_t *room = &rooms[get_workload(selection, *number)->group];
        bool is_new = is_newcomer(line, next_newcomer, *number);
        if (*room >= last_room || is_new) {
            (*room)--;
            array_append(chosen, *number);
        }
        next_newcomer += is_new ? 1 : 0;
    }
}

/* The heads, and whoever could pass them. How long those may run is not known before the other
 * lines have had their turn. */
static void choose_passing(const struct selection *selection, const struct stage *stage,
                           const struct stage_line *line, struct workload_numbers *chosen)
{
    auto_free int64_t *rooms = count_rooms(stage, line);

    choose_heads(selection, stage, line, chosen);
    for (size_t i = chosen->count; i < line->pending.count; i++) {
        const struct simulated_workload *workload = get_workload(selection, line->pending.items[i]);
        if (rooms[workload->group] > 0 && workload->run_time_us > 0) {
            array_append(chosen, line->pending.items[i]);
        }
    }
}

static int64_t find_head_start(const struct selection *selection, const struct stage *stage,
                               const struct stage_line *line)
{
    const struct simulated_workload *head = get_workload(selection, line->pending.items[0]);
    struct flavor_state state;
    const struct flavor_request request = {
        .pod_sets = &head->entry->pod_sets,
        .only_flavor = line->groups.items[head->group].only_flavor,
        .order = head->order,
    };

    stage_describe(stage, line, selection->rules, selection->placement, &state);
    return backfill_find_start(&state, &request, selection->now_us);
}

/* The blocked head, and those who find room and end before it can start. */
static void choose_behind(const struct selection *selection, const struct stage *stage,
                          const struct stage_line *line, struct workload_numbers *chosen)
{
    auto_free int64_t *rooms = count_rooms(stage, line);
    int64_t start_us = find_head_start(selection, stage, line);

    if (start_us == BACKFILL_NEVER) {
        return;
    }
    array_append(chosen, line->pending.items[0]);
    for (size_t i = 1; i < line->pending.count; i++) {
        const struct simulated_workload *workload = get_workload(selection, line->pending.items[i]);
        if (rooms[workload->group] > 0 && workload->run_time_us > 0 &&
            workload->run_time_us <= start_us - selection->now_us) {
            rooms[workload->group]--;
            array_append(chosen, line->pending.items[i]);
        }
    }
    if (chosen->count == 1) {
        array_release(chosen);
    }
}

/* What came behind the blocked head since the last pass, and the head that they may not delay. */
static void choose_newcomers(const struct stage_line *line, struct workload_numbers *chosen)
{
    if (line->has_backfill && line->pending.items[0] != line->newcomers.items[0]) {
        array_append(chosen, line->pending.items[0]);
    }
    choose_all(&line->newcomers, chosen);
}

/* Nobody let go: only newcomers can start, unless one of them is the head of a strict line now. */
static void choose_after_arrivals(const struct selection *selection, const struct stage *stage,
                                  const struct stage_line *line, struct workload_numbers *chosen)
{
    if (line->newcomers.count == 0 || (line->is_blocked && !line->has_backfill)) {
        return;
    }
    if (line->is_strict && !line->is_blocked) {
        choose_heads(selection, stage, line, chosen);
    } else {
        choose_newcomers(line, chosen);
    }
}

static void choose_first(const struct selection *selection, const struct stage *stage,
                         const struct stage_line *line, struct workload_numbers *chosen)
{
    bool is_alone = stage_count_waiting_lines(stage) == 1;

    if (is_alone && !stage->has_freed) {
        choose_after_arrivals(selection, stage, line, chosen);
    } else if (!line->is_strict) {
        choose_fitting(selection, stage, line, is_alone, chosen);
    } else if (line->has_backfill && !is_alone) {
        choose_passing(selection, stage, line, chosen);
    } else {
        choose_heads(selection, stage, line, chosen);
    }
}

static void choose_in_line(const struct selection *selection, const struct stage *stage,
                           const struct stage_line *line, struct workload_numbers *chosen)
{
    switch (selection->step) {
    case SELECTION_ALL:
        choose_all(&line->pending, chosen);
        return;
    case SELECTION_FIRST:
        choose_first(selection, stage, line, chosen);
        return;
    case SELECTION_BEHIND:
        if (line->has_backfill && (stage->has_freed || !line->is_blocked)) {
            choose_behind(selection, stage, line, chosen);
        }
        return;
    }
}

void selection_choose(const struct selection *selection, const struct stage *stage,
                      struct selected_lines *out_selected)
{
    for (size_t i = 0; i < stage->lines.count; i++) {
        struct selected_line selected = {.line = i};
        if (stage->lines.items[i].pending.count == 0) {
            continue;
        }
        choose_in_line(selection, stage, &stage->lines.items[i], &selected.numbers);
        if (selected.numbers.count > 0) {
            array_append(out_selected, selected);
        }
    }
}
