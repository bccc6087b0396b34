/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/waiting_line.h"

struct waiting_line *waiting_line_create(const char *cluster_queue)
{
    struct waiting_line *line = memory_allocate(sizeof *line);

    line->cluster_queue = memory_copy_text(cluster_queue);
    return line;
}

void waiting_line_destroy(struct waiting_line *line)
{
    if (line == NULL) {
        return;
    }
    free(line->cluster_queue);
    array_release(&line->workloads);
    free(line);
}

/* Where the key is or belongs. */
static size_t find_place(const struct waiting_line *line, const struct order_key *key)
{
    size_t low = 0;
    size_t high = line->workloads.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order_compare(&line->workloads.items[middle]->order, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void waiting_line_unsettle(struct waiting_line *line)
{
    line->is_dirty = true;
    line->settled_count = 0;
    line->is_blocked = false;
}

/* Who comes in front of those that were tried, or leaves them, changes their lot. */
static void change_at(struct waiting_line *line, size_t place)
{
    line->is_dirty = true;
    if (place < line->settled_count) {
        waiting_line_unsettle(line);
    }
}

void waiting_line_insert(struct waiting_line *line, struct workload *workload)
{
    size_t place = find_place(line, &workload->order);

    array_insert(&line->workloads, place, workload);
    workload->line = line;
    change_at(line, place);
}

void waiting_line_remove(struct waiting_line *line, struct workload *workload)
{
    size_t place = find_place(line, &workload->order);

    if (place < line->workloads.count && line->workloads.items[place] == workload) {
        array_remove(&line->workloads, place);
    }
    workload->line = NULL;
    change_at(line, place);
}

size_t waiting_line_position(const struct waiting_line *line, const struct workload *workload)
{
    size_t place = find_place(line, &workload->order);

    return place < line->workloads.count && line->workloads.items[place] == workload ? place + 1
                                                                                     : 0;
}
