/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/fuzz/policy/rules/pass_trial.h"

/* For the person who looks at a reproducer: the tree before the pass, and what came of it. */
void describe_trial(const struct pass_trial *trial);
