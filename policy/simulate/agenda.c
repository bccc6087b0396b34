/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/agenda.h"

void agenda_release(struct agenda *agenda)
{
    array_release(agenda);
}

static bool is_sooner(const struct appointment *left, const struct appointment *right)
{
    if (left->at_us != right->at_us) {
        return left->at_us < right->at_us;
    }
    return left->workload < right->workload;
}

static void swap(struct agenda *agenda, size_t left, size_t right)
{
    struct appointment kept = agenda->items[left];

    agenda->items[left] = agenda->items[right];
    agenda->items[right] = kept;
}

void agenda_add(struct agenda *agenda, const struct appointment *appointment)
{
    size_t index = agenda->count;

    array_append(agenda, *appointment);
    while (index > 0 && is_sooner(&agenda->items[index], &agenda->items[(index - 1) / 2])) {
        swap(agenda, index, (index - 1) / 2);
        index = (index - 1) / 2;
    }
}

const struct appointment *agenda_find_next(const struct agenda *agenda)
{
    return agenda->count > 0 ? &agenda->items[0] : NULL;
}

static size_t find_sooner_child(const struct agenda *agenda, size_t index)
{
    size_t left = 2 * index + 1;
    size_t right = left + 1;

    if (right < agenda->count && is_sooner(&agenda->items[right], &agenda->items[left])) {
        return right;
    }
    return left;
}

void agenda_drop_next(struct agenda *agenda)
{
    size_t index = 0;

    agenda->count--;
    agenda->items[0] = agenda->items[agenda->count];
    while (2 * index + 1 < agenda->count) {
        size_t child = find_sooner_child(agenda, index);
        if (!is_sooner(&agenda->items[child], &agenda->items[index])) {
            return;
        }
        swap(agenda, index, child);
        index = child;
    }
}
