/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_places.h"

#include "policy/rules/placement_node.h"

/* A candidate on a node. */
struct seat {
    int node;
    struct preemption_candidate *candidate;
};

struct seats ARRAY_OF(struct seat);

/* What is lost if some candidates go. */
struct loss {
    bool has_own;     /* somebody of the preemptor's own queue */
    int64_t priority; /* the highest */
    size_t count;
};

/* Pods of the preemptor that have a place; they are in the way of those that come after them. */
struct settled {
    struct placement_picks picks;
    const struct resources *requests;
};

struct work {
    struct preemption_search *search;
    struct seats seats; /* by node, then who goes first */
    struct settled_list ARRAY_OF(struct settled) settled;
};

static int compare_seats(const void *left_item, const void *right_item)
{
    const struct seat *left = left_item;
    const struct seat *right = right_item;

    if (left->node != right->node) {
        return left->node < right->node ? -1 : 1;
    }
    return (left->candidate > right->candidate) - (left->candidate < right->candidate);
}

static void find_seats(struct work *work)
{
    array_for_each(candidate, &work->search->candidates) {
        array_for_each(place, &candidate->holder->places) {
            array_for_each(pick, &place->picks) {
                array_append(&work->seats, ((struct seat){pick->node, candidate}));
            }
        }
    }
    if (work->seats.count > 0) {
        qsort(work->seats.items, work->seats.count, sizeof *work->seats.items, compare_seats);
    }
}

static bool is_smaller(const struct loss *left, const struct loss *right)
{
    if (left->has_own != right->has_own) {
        return right->has_own;
    }
    if (left->priority != right->priority) {
        return left->priority < right->priority;
    }
    return left->count < right->count;
}

static struct loss measure_loss(const struct taken_candidates *taken, size_t from)
{
    struct loss loss = {.priority = INT64_MIN, .count = taken->count - from};

    for (size_t i = from; i < taken->count; i++) {
        int64_t priority = taken->items[i]->holder->order.priority;
        loss.has_own = loss.has_own || preemption_candidate_is_own(taken->items[i]);
        loss.priority = priority > loss.priority ? priority : loss.priority;
    }
    return loss;
}

/* Takes from the seats of the goal's node, which begin at `seat`, until one pod more has room. */
static bool free_node(struct work *work, size_t seat, const struct preemption_goal *goal)
{
    struct preemption_search *search = work->search;
    size_t count = search->taken.count;
    bool is_free = false;

    for (; !is_free && seat < work->seats.count && work->seats.items[seat].node == goal->node;
         seat++) {
        struct preemption_candidate *candidate = work->seats.items[seat].candidate;
        if (preemption_search_may_take(search, candidate)) {
            preemption_search_take(search, candidate);
            is_free = preemption_search_reaches(search, goal);
        }
    }
    if (is_free) {
        preemption_search_spare(search, count, goal);
    } else {
        preemption_search_undo(search, count);
    }
    return is_free;
}

static bool is_first_of_node(const struct seats *seats, size_t seat)
{
    return seat == 0 || seats->items[seat].node != seats->items[seat - 1].node;
}

/* The first seat of the node where the least is lost for one pod; the count of all if there is no
 * such node. */
static size_t find_cheapest_node(struct work *work, const struct preemption_place *place)
{
    const struct placement_node *nodes = work->search->trial.placement.nodes.items;
    size_t cheapest = work->seats.count;
    struct loss least = {0};

    for (size_t i = 0; i < work->seats.count; i++) {
        const struct preemption_goal goal = {work->seats.items[i].node, place->set};
        size_t count = work->search->taken.count;
        if (!is_first_of_node(&work->seats, i) ||
            !placement_node_admits(&nodes[goal.node], place->flavor, place->set) ||
            !free_node(work, i, &goal)) {
            continue;
        }
        struct loss loss = measure_loss(&work->search->taken, count);
        preemption_search_undo(work->search, count);
        if (cheapest == work->seats.count || is_smaller(&loss, &least)) {
            cheapest = i;
            least = loss;
        }
    }
    return cheapest;
}

static void settle_take(struct work *work, const struct preemption_place *place,
                        struct placement_picks *picks)
{
    const struct resources *requests = &place->set->requests;

    placement_take(&work->search->trial.placement, picks, requests);
    array_append(&work->settled, ((struct settled){*picks, requests}));
    memset(picks, 0, sizeof *picks);
}

static int64_t count_room(const struct placement *placement, const struct preemption_place *place)
{
    int64_t room = 0;

    array_for_each(node, &placement->nodes) {
        int64_t pods = placement_node_room(node, &place->set->requests, PLACEMENT_AS_LOADED);
        if (pods > 0 && placement_node_admits(node, place->flavor, place->set)) {
            room += pods;
        }
    }
    return room;
}

/* Gives those pods a place for which there is room as it is, and returns how many are left. */
static int64_t settle_first(struct work *work, const struct preemption_place *place)
{
    struct placement *placement = &work->search->trial.placement;
    struct placement_picks picks;
    struct placement_shortage shortage;
    int64_t room = count_room(placement, place);
    int64_t count = room < place->count ? room : place->count;

    placement_try(placement, place->flavor, place->set, count, &picks, &shortage);
    settle_take(work, place, &picks);
    return place->count - count;
}

static bool make_room(struct work *work, const struct preemption_place *place)
{
    for (int64_t left = settle_first(work, place); left > 0; left--) {
        size_t seat = find_cheapest_node(work, place);
        if (seat == work->seats.count) {
            return false;
        }
        const struct preemption_goal goal = {work->seats.items[seat].node, place->set};
        struct placement_picks picks = {0};
        free_node(work, seat, &goal);
        array_append(&picks, ((struct placement_pick){goal.node, 1}));
        settle_take(work, place, &picks);
    }
    return true;
}

void preemption_places_make_room(struct preemption_search *search)
{
    struct work work = {.search = search};

    find_seats(&work);
    array_for_each(place, search->preemptor->places) {
        if (!make_room(&work, place)) {
            break;
        }
    }
    array_for_each(settled, &work.settled) {
        placement_give_back(&search->trial.placement, &settled->picks, settled->requests);
        array_release(&settled->picks);
    }
    array_release(&work.settled);
    array_release(&work.seats);
}
