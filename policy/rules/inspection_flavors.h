/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Warns of flavors that no node has, if the nodes are known, and of a GPU flavor that stands for
 * every node where the nodes are not all the same. */
void inspection_flavors_check(struct inspection *inspection);
