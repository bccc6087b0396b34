/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"

/* A picture that is being written: elements are appended in the order in which they are painted.
 * Texts are escaped here and nowhere else. Coordinates are in pixels, from the top left. */
struct svg {
    struct text text;
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* How a text looks; the rest is in the picture's style. */
struct svg_font {
    const char *class_name;
    enum svg_anchor anchor;
};

/* Begins a picture; `style` is its CSS, and the title is what is read out. */
void svg_begin(struct svg *svg, double width, double height, const char *title, const char *style);

/* Ends it; the text is owned by the caller and the picture is empty afterwards. */
char *svg_end_take(struct svg *svg);

/* `tooltip` may be NULL. */
void svg_rectangle(struct svg *svg, const char *class_name, double x, double y, double width,
                   double height, const char *tooltip);
void svg_line(struct svg *svg, const char *class_name, double x1, double y1, double x2, double y2);
void svg_text(struct svg *svg, const struct svg_font *font, double x, double y, const char *text);

/* A filled area: begin, then points, then end. */
void svg_area_begin(struct svg *svg, const char *class_name);
void svg_area_point(struct svg *svg, double x, double y);
void svg_area_end(struct svg *svg);
