/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Takes the Nodes of a document of the last file: one, or a List. What is no Node is a mistake. */
void inspection_nodes_add(struct inspection *inspection, const struct document *document);
