/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/legend.h"

enum { SWATCH = 10, GAP = 6, DISTANCE = 18 };

/* Of a letter in the middle; how wide a text really is, is the viewer's business. */
static const double letter_width = 6.2;

void legend_add_take(struct legend *legend, const char *class_name, char *words)
{
    array_append(legend, ((struct legend_entry){class_name, words}));
}

void legend_release(struct legend *legend)
{
    array_for_each(entry, legend) {
        free(entry->words);
    }
    array_release(legend);
}

static double entry_width(const struct legend_entry *entry)
{
    return SWATCH + GAP + letter_width * (double)strlen(entry->words);
}

/* How many of the entries fit into the width, and what they take of it. */
static size_t fit(const struct legend *legend, double width, double *out_width)
{
    size_t count = 0;

    for (*out_width = 0; count < legend->count; count++) {
        double more = entry_width(&legend->items[count]) + (count > 0 ? DISTANCE : 0);
        if (*out_width + more > width) {
            break;
        }
        *out_width += more;
    }
    return count;
}

void legend_draw(const struct legend *legend, double left, double right, double y, struct svg *svg)
{
    const struct svg_font font = {"legend", SVG_START};
    double width;
    size_t count = fit(legend, right - left, &width);
    double x = right - width;

    for (size_t i = 0; i < count; i++) {
        const struct legend_entry *entry = &legend->items[i];
        svg_rectangle(svg, entry->class_name, x, y - SWATCH + 1, SWATCH, SWATCH, NULL);
        svg_text(svg, &font, x + SWATCH + GAP, y, entry->words);
        x += entry_width(entry) + DISTANCE;
    }
}
