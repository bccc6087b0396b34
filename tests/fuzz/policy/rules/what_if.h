/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/fuzz/policy/rules/pass_trial.h"

/* The tree after a pass, and then changed: somebody gone, somebody come. Embedded in its owner. */
struct what_if {
    const struct pass_trial *trial;
    struct quota_usage usage;
    struct placement placement;
};

/* As the pass left it; and with nobody in it. */
void what_if_init(struct what_if *what_if, const struct pass_trial *trial);
void what_if_init_empty(struct what_if *what_if, const struct pass_trial *trial);
void what_if_release(struct what_if *what_if);

/* Without somebody who started in the pass, and without a holder. */
void what_if_remove_start(struct what_if *what_if, const struct candidate_line *line,
                          const struct candidate *candidate);
void what_if_remove_holder(struct what_if *what_if, const struct holder *holder);

/* With all that could be kept for those who wait, but for one: each of them on every flavor at
 * once, and nobody gone. Whatever the pass has promised, it is no more than this. */
void what_if_add_promises(struct what_if *what_if, const struct candidate *except);

MEMORY_DEFINE_AUTO_RELEASE(what_if)
#define auto_what_if __attribute__((cleanup(what_if_auto_release)))
