/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_need.h"

#include "policy/rules/placement_node.h"

static bool *find_nodes(const struct preemption_trial *trial)
{
    const struct placement_node_list *nodes = &trial->placement.nodes;
    bool *admits = memory_allocate(nodes->count * sizeof *admits);

    array_for_each(place, trial->preemptor->places) {
        for (size_t i = 0; i < nodes->count; i++) {
            admits[i] =
                admits[i] || placement_node_admits(&nodes->items[i], place->flavor, place->set);
        }
    }
    return admits;
}

/* Where places are short, room on the nodes is taken back from those who borrow any of what is
 * asked. */
void preemption_need_init(struct preemption_need *need, struct preemption_trial *trial)
{
    const struct preemptor *preemptor = trial->preemptor;
    bool is_short_of_places = !preemption_trial_has_places(trial);

    *need = (struct preemption_need){.nodes = is_short_of_places ? find_nodes(trial) : NULL};
    array_for_each(item, preemptor->amounts) {
        bool is_short =
            item->amount > quota_usage_available(&trial->usage, preemptor->node, item->cell);
        if (item->amount > 0 && (is_short || is_short_of_places)) {
            array_append(&need->cells, ((struct needed_cell){item->cell, is_short}));
        }
    }
}

void preemption_need_release(struct preemption_need *need)
{
    array_release(&need->cells);
    free(need->nodes);
}

int64_t preemption_need_count(const struct holder *holder, int cell)
{
    array_for_each(item, &holder->amounts) {
        if (item->cell == cell) {
            return item->amount;
        }
    }
    return 0;
}

static bool is_on_needed_node(const struct preemption_need *need, const struct holder *holder)
{
    array_for_each(place, &holder->places) {
        array_for_each(pick, &place->picks) {
            if (need->nodes[pick->node]) {
                return true;
            }
        }
    }
    return false;
}

bool preemption_need_is_met_by(const struct preemption_need *need, const struct holder *holder)
{
    array_for_each(needed, &need->cells) {
        if (needed->is_short && preemption_need_count(holder, needed->cell) > 0) {
            return true;
        }
    }
    return need->nodes != NULL && is_on_needed_node(need, holder);
}
