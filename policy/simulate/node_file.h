/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/placement.h"
#include "policy/simulate/mistakes.h"

/* Adds the nodes of a YAML text, as `kubectl get nodes -o yaml` prints them, with nothing on them.
 * What is wrong in it goes to the mistakes. */
void node_file_add_text(struct placement *placement, const char *file, const char *text,
                        size_t size_bytes, struct mistakes *mistakes);
