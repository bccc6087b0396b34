/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Warns, if the nodes are known, of quota of a flavor that its nodes cannot give. */
void inspection_capacity_check(struct inspection *inspection);
