/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/configuration.h"
#include "policy/objects/field.h"

/* Reads `waitForPodsReady` of a Configuration, with Kueue's names and defaults. */
void pods_ready_rules_read(const struct field *root, struct pods_ready_rules *out_rules);
