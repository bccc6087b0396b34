/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The candidate that `word` was probably meant to be, or NULL if none is near. `candidates` ends
 * with NULL; the answer is one of them. */
const char *suggestion_find(const char *word, const char *const *candidates);
