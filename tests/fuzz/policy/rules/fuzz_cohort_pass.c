/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Admission of random states: the bytes make a cluster in which some hold and others wait. Each
 * tree of quota is passed once, and what comes of it must keep the promises. FUZZ_DESCRIBE=1 prints
 * all of it.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/describe_trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    struct byte_source source = {bytes, size_bytes};
    struct random_state state;

    random_state_init(&state, &source);
    for (size_t tree = 0; tree < state.cluster.forest->trees.count; tree++) {
        struct pass_trial trial;
        pass_trial_run(&trial, &state, tree);
        if (getenv("FUZZ_DESCRIBE") != NULL) {
            describe_trial(&trial);
        }
        check_answers(&trial);
        check_quota(&trial);
        check_places(&trial);
        check_order(&trial);
        check_waiting(&trial);
        check_victims(&trial);
        pass_trial_release(&trial);
    }
    random_state_release(&state);
    return 0;
}
