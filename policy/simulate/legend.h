/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/array.h"
#include "policy/simulate/svg.h"

/* What a colour stands for. */
struct legend_entry {
    const char *class_name; /* of the colour */
    char *words;
};

/* Colours with their words. Embedded in its owner and valid when zeroed. */
struct legend ARRAY_OF(struct legend_entry);

/* Takes the words. */
void legend_add_take(struct legend *legend, const char *class_name, char *words);
void legend_release(struct legend *legend);

/* In one row that ends at `right`; what does not fit between is left out. */
void legend_draw(const struct legend *legend, double left, double right, double y, struct svg *svg);
