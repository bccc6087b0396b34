/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/pass_trial.h"

/* No ClusterQueue and no Cohort uses more than its quota and limits allow, unless it did before:
 * then it uses no more than it did. */
static void check_limits(const struct pass_trial *trial, int node, int cell)
{
    wide_amount before = quota_law_used(&trial->before, node, cell);
    wide_amount after = quota_law_used(&trial->after, node, cell);
    const struct quota_cell *names = &trial->after.tree->cells.items[cell];

    fuzz_expect(after <= before || quota_law_allows(&trial->after, node, cell, after),
                "'%s' uses %lld of %s on %s, before %lld",
                trial->after.tree->nodes.items[node].name, (long long)after, names->resource,
                names->flavor, (long long)before);
}

/* The books of the pass say the same. */
static void check_books(const struct pass_trial *trial, int node, int cell)
{
    wide_amount used = quota_law_used(&trial->after, node, cell);
    int64_t booked = quota_usage_get(&trial->tree->usage, node, cell);

    fuzz_expect(used == booked, "'%s' uses %lld and is booked with %lld",
                trial->after.tree->nodes.items[node].name, (long long)used, (long long)booked);
}

void check_quota(const struct pass_trial *trial)
{
    const struct quota_tree *tree = trial->after.tree;

    fuzz_expect(!tree->is_cyclic || !trial->has_starts, "somebody starts below a circle");
    for (int node = 0; node < (int)tree->nodes.count; node++) {
        for (int cell = 0; cell < (int)tree->cells.count; cell++) {
            check_limits(trial, node, cell);
            check_books(trial, node, cell);
        }
    }
}
