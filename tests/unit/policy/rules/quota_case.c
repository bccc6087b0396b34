/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_case.h"

const char *const case_queues[6] = {"a", "b", "c", "d", "e", "f"};
const char *const case_cohorts[6] = {"A", "B", "C", "D", "E", "F"};
const char *const case_flavors[2] = {"x", "y"};

static const char *const resources[] = {"cpu", "gpu"};
static const int64_t weights_milli[] = {1000, 1000, 500, 3000, 0};

enum { STEPS = 50, CYCLES_ONE_IN = 20, LARGE_ONE_IN = 16, GIVES_BACK_ONE_IN = 3 };

/* Far from where sums saturate, but not from where products overflow. */
static const int64_t large_unit = 10000000000000000;

/* splitmix64: any seed is a good one. */
uint64_t dice_roll(struct dice *dice, uint64_t sides)
{
    uint64_t mixed = dice->state += 0x9e3779b97f4a7c15;

    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return (mixed ^ (mixed >> 31)) % sides;
}

static bool is_lucky(struct dice *dice, uint64_t one_in)
{
    return dice_roll(dice, one_in) == 0;
}

static int64_t roll_limit(struct dice *dice, int64_t unit)
{
    return is_lucky(dice, 2) ? UNSET : (int64_t)dice_roll(dice, 6) * unit;
}

static void add_quotas(struct quota_case *random, struct dice *dice, const char *owner,
                       int64_t unit)
{
    for (size_t i = 0; i < ARRAY_LENGTH(case_flavors); i++) {
        for (size_t k = 0; k < ARRAY_LENGTH(resources); k++) {
            if (is_lucky(dice, 4)) {
                continue;
            }
            struct case_quota quota = {
                .owner = owner,
                .cell = {case_flavors[i], resources[k]},
                .nominal = (int64_t)dice_roll(dice, 7) * unit,
                .borrowing = roll_limit(dice, unit),
                .lending = roll_limit(dice, unit),
            };
            array_append(&random->quotas, quota);
        }
    }
}

static void add_owner(struct quota_case *random, struct dice *dice, struct case_owner owner,
                      int64_t unit)
{
    owner.weight_milli = weights_milli[dice_roll(dice, ARRAY_LENGTH(weights_milli))];
    array_append(&random->owners, owner);
    add_quotas(random, dice, owner.name, unit);
}

/* Each Cohort is below an earlier one, so that there are trees; now and then below any. */
static void add_cohorts(struct quota_case *random, struct dice *dice, int64_t unit)
{
    bool may_be_cyclic = is_lucky(dice, CYCLES_ONE_IN);

    for (size_t i = 0; i < ARRAY_LENGTH(case_cohorts); i++) {
        size_t above = dice_roll(dice, may_be_cyclic ? ARRAY_LENGTH(case_cohorts) : i + 1);
        struct case_owner cohort = {.name = case_cohorts[i]};
        if (is_lucky(dice, 4)) {
            continue;
        }
        cohort.above = above == i && !may_be_cyclic ? NULL : case_cohorts[above];
        add_owner(random, dice, cohort, unit);
    }
}

static void add_queues(struct quota_case *random, struct dice *dice, int64_t unit)
{
    size_t count = 1 + dice_roll(dice, ARRAY_LENGTH(case_queues));

    for (size_t i = 0; i < count; i++) {
        struct case_owner queue = {.name = case_queues[i], .is_queue = true};
        if (!is_lucky(dice, 8)) {
            queue.above = case_cohorts[dice_roll(dice, ARRAY_LENGTH(case_cohorts))];
        }
        add_owner(random, dice, queue, unit);
    }
}

static void add_steps(struct quota_case *random, struct dice *dice, int64_t unit)
{
    for (int number = 1; number <= STEPS; number++) {
        struct case_step step = {
            .number = number,
            .queue = case_queues[dice_roll(dice, ARRAY_LENGTH(case_queues))],
            .flavor = case_flavors[dice_roll(dice, ARRAY_LENGTH(case_flavors))],
            .cpu = (int64_t)dice_roll(dice, 4) * unit,
            .gpu = (int64_t)dice_roll(dice, 4) * unit,
        };
        if (number > 1 && is_lucky(dice, GIVES_BACK_ONE_IN)) {
            step.gives_back = 1 + (int)dice_roll(dice, (uint64_t)number - 1);
        }
        array_append(&random->steps, step);
    }
}

void quota_case_init(struct quota_case *random, uint64_t seed)
{
    struct dice dice = {seed};
    int64_t unit = is_lucky(&dice, LARGE_ONE_IN) ? large_unit : 1;

    memset(random, 0, sizeof *random);
    add_cohorts(random, &dice, unit);
    add_queues(random, &dice, unit);
    add_steps(random, &dice, unit);
}

void quota_case_release(struct quota_case *used)
{
    array_release(&used->owners);
    array_release(&used->quotas);
    array_release(&used->steps);
}

/* Drops single items of a list as long as the case fails without them; true if any was. */
#define shrink_list(failing, list, fails)                                                          \
    ({                                                                                             \
        size_t shrink_list_before = (list)->count;                                                 \
        for (size_t shrink_list_at = (list)->count; shrink_list_at-- > 0;) {                       \
            __auto_type shrink_list_item = (list)->items[shrink_list_at];                          \
            array_remove(list, shrink_list_at);                                                    \
            if (!(fails)(failing)) {                                                               \
                array_insert(list, shrink_list_at, shrink_list_item);                              \
            }                                                                                      \
        }                                                                                          \
        (list)->count < shrink_list_before;                                                        \
    })

void quota_case_shrink(struct quota_case *failing, bool (*fails)(const struct quota_case *))
{
    bool is_smaller = true;

    while (is_smaller) {
        is_smaller = shrink_list(failing, &failing->steps, fails);
        is_smaller = shrink_list(failing, &failing->owners, fails) || is_smaller;
        is_smaller = shrink_list(failing, &failing->quotas, fails) || is_smaller;
    }
}

static bool has_owner(const struct quota_case *searched, const char *name)
{
    array_for_each(owner, &searched->owners) {
        if (text_equal(owner->name, name)) {
            return true;
        }
    }
    return false;
}

static void format_limit(struct text *text, const char *name, int64_t limit)
{
    if (limit != UNSET) {
        text_append_format(text, ", %s %ld", name, limit);
    }
}

static void format_quotas(struct text *text, const struct quota_case *shown, const char *owner)
{
    array_for_each(quota, &shown->quotas) {
        if (text_equal(quota->owner, owner)) {
            text_append_format(text, "    %s/%s: nominal %ld", quota->cell.flavor,
                               quota->cell.resource, quota->nominal);
            format_limit(text, "borrowing limit", quota->borrowing);
            format_limit(text, "lending limit", quota->lending);
            text_append(text, "\n");
        }
    }
}

char *quota_case_format(const struct quota_case *shown)
{
    struct text text = {0};

    array_for_each(owner, &shown->owners) {
        text_append_format(&text, "  %s %s in %s, weight %ld/1000\n",
                           owner->is_queue ? "ClusterQueue" : "Cohort", owner->name,
                           owner->above != NULL ? owner->above : "nothing", owner->weight_milli);
        format_quotas(&text, shown, owner->name);
    }
    array_for_each(step, &shown->steps) {
        if (step->gives_back != 0) {
            text_append_format(&text, "  step %d gives back step %d\n", step->number,
                               step->gives_back);
        } else if (has_owner(shown, step->queue)) {
            text_append_format(&text, "  step %d: %s takes %ld cpu and %ld gpu of %s\n",
                               step->number, step->queue, step->cpu, step->gpu, step->flavor);
        }
    }
    return text_take(&text);
}

static void draft_quotas(const struct quota_case *drafted, const char *owner,
                         struct resource_group_list *groups)
{
    array_for_each(quota, &drafted->quotas) {
        if (text_equal(quota->owner, owner)) {
            draft_quota(groups, quota->cell.flavor, quota->cell.resource, quota->nominal,
                        quota->borrowing, quota->lending);
        }
    }
}

void quota_case_draft(const struct quota_case *drafted, struct quota_draft *out_draft)
{
    memset(out_draft, 0, sizeof *out_draft);
    array_for_each(owner, &drafted->owners) {
        if (owner->is_queue) {
            struct cluster_queue *queue = draft_queue(out_draft, owner->name, owner->above);
            queue->fair_weight_milli = owner->weight_milli;
            draft_quotas(drafted, owner->name, &queue->resource_groups);
        } else {
            struct cohort *cohort = draft_cohort(out_draft, owner->name, owner->above);
            cohort->fair_weight_milli = owner->weight_milli;
            draft_quotas(drafted, owner->name, &cohort->resource_groups);
        }
    }
}
