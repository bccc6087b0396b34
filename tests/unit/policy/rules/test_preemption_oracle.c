/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/preemption_oracle.h"

#if defined(__SANITIZE_ADDRESS__)
enum { STATES = 1500 };
#else
enum { STATES = 100000 };
#endif

static const uint64_t fixed_seed = 20260401;

static uint64_t first_seed(void)
{
    const char *text = getenv("SEED");

    return text != NULL ? strtoull(text, NULL, 10) : fixed_seed;
}

static bool find_victims(const struct preemption_draw *draw, struct victim_list *out_victims)
{
    const struct preemption_state state = {
        .usage = &draw->usage,
        .placement = draw->counts_places ? &draw->placement : NULL,
        .holders = &draw->holders,
        .is_fair_sharing = draw->is_fair_sharing,
    };

    return preemption_find_victims(&state, &draw->preemptor, out_victims);
}

static unsigned set_of(const struct victim_list *victims)
{
    unsigned set = 0;

    array_for_each(victim, victims) {
        set |= 1U << victim->holder;
    }
    return set;
}

/* True if any of them may be taken only by a preemptor that borrows nothing. */
static bool may_borrow(const struct preemption_oracle *oracle, const struct victim_list *victims)
{
    array_for_each(victim, victims) {
        if (preemption_oracle_is_reclaimable(oracle, (unsigned)victim->holder)) {
            return false;
        }
    }
    return true;
}

static const char *judge_reason(const struct preemption_draw *draw, const struct victim *victim)
{
    enum preemption_reason of_others = draw->is_fair_sharing ? PREEMPTION_IN_COHORT_FAIR_SHARING
                                                             : PREEMPTION_IN_COHORT_RECLAMATION;
    bool is_own = draw->holders.items[victim->holder].node == draw->preemptor.node;

    return victim->reason == (is_own ? PREEMPTION_IN_CLUSTER_QUEUE : of_others)
               ? NULL
               : "a victim goes for the wrong reason";
}

static const char *judge_victims(const struct preemption_oracle *oracle,
                                 const struct victim_list *victims)
{
    bool is_allowed[ORACLE_SETS];
    bool borrows = may_borrow(oracle, victims);
    unsigned set = set_of(victims);

    preemption_oracle_find_allowed(oracle, borrows, is_allowed);
    if (!preemption_oracle_suffices(oracle, set, borrows)) {
        return "the victims are not enough";
    }
    if (!is_allowed[set | oracle->leaving]) {
        return "the victims may not be asked";
    }
    array_for_each(victim, victims) {
        if (preemption_oracle_suffices(oracle, set & ~(1U << victim->holder), borrows)) {
            return "a victim is not needed";
        }
        const char *fault = judge_reason(oracle->draw, victim);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

/* What is lent may be given back in amounts larger than were borrowed. By taking one after the
 * other one may miss that; only so is the search of the rule not complete. */
static bool is_exact(const struct preemption_oracle *oracle)
{
    return !oracle->draw->is_fair_sharing &&
           (oracle->draw->has_units || preemption_oracle_is_within_queue(oracle));
}

static const char *judge(const struct preemption_draw *draw, struct victim_list *victims,
                         bool *out_is_found)
{
    auto_preemption_oracle struct preemption_oracle oracle;

    preemption_oracle_init(&oracle, draw);
    *out_is_found = find_victims(draw, victims);
    if (*out_is_found) {
        return judge_victims(&oracle, victims);
    }
    return is_exact(&oracle) && preemption_oracle_finds_any(&oracle) ? "victims were not found"
                                                                     : NULL;
}

Test(preemption_oracle, agrees_in_random_states)
{
    uint64_t first = first_seed();
    size_t found_count = 0;

    for (uint64_t seed = first; seed < first + STATES; seed++) {
        auto_preemption_draw struct preemption_draw draw = {0};
        struct victim_list victims = {0};
        bool is_found;

        preemption_draw_init(&draw, seed);
        const char *fault = judge(&draw, &victims, &is_found);
        if (fault != NULL) {
            auto_free char *shown = preemption_draw_format(&draw);
            cr_assert_fail("SEED=%lu: %s (victims: %#x)\n%s", seed, fault, set_of(&victims), shown);
        }
        found_count += victims.count > 0 ? 1 : 0;
        array_release(&victims);
    }
    cr_assert_gt(found_count, STATES / 20, "only %zu states with victims", found_count);
}
