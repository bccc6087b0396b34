/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/document.h"
#include "policy/objects/findings.h"

/* Something wrong in what a simulation was given, and where; without a file, in the command. */
struct mistake {
    char *file; /* NULL: none */
    struct document_position position;
    char *message;
};

/* Mistakes in the order in which they were met. Embedded in its owner and valid when zeroed. More
 * than MISTAKES_MAX are counted, not kept. */
struct mistakes {
    struct mistake *items;
    size_t count;
    size_t capacity;
    size_t dropped_count;
};

enum { MISTAKES_MAX = 100 };

void mistakes_release(struct mistakes *mistakes);

/* Returns false. `file` may be NULL. */
bool mistakes_add(struct mistakes *mistakes, const char *file, struct document_position position,
                  const char *message_format, ...) __attribute__((format(printf, 4, 5)));

/* Adds what was found in an object at `prefix` of the document ("items[2]"; mostly empty). */
void mistakes_add_findings(struct mistakes *mistakes, const char *file,
                           const struct document *document, const char *prefix,
                           const struct findings *findings);

MEMORY_DEFINE_AUTO_RELEASE(mistakes)
#define auto_mistakes __attribute__((cleanup(mistakes_auto_release)))
