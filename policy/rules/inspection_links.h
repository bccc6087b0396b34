/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Tells what the inspected objects say wrongly of each other: references to what is not there,
 * Cohorts in a circle, two default LocalQueues in a namespace, the same object twice in a file. */
void inspection_links_check(struct inspection *inspection);
