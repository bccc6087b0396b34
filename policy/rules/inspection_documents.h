/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Finds the objects in a document of the last file, and tells of each what is wrong with it alone.
 * A `v1` List is looked into. */
void inspection_documents_add(struct inspection *inspection, const struct document *document);
