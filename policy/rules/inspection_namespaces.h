/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Warns of what would surprise the users of a namespace: workbenches that may be preempted, several
 * LocalQueues of which none is the default. */
void inspection_namespaces_check(struct inspection *inspection);
