/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/svg.h"

/* XML has no way to write most control characters. */
static void append_escaped(struct text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        switch (*text) {
        case '&':
            text_append(out, "&amp;");
            break;
        case '<':
            text_append(out, "&lt;");
            break;
        case '>':
            text_append(out, "&gt;");
            break;
        case '"':
            text_append(out, "&quot;");
            break;
        default:
            text_append_bytes(out, byte < 0x20 || byte == 0x7f ? " " : text, 1);
        }
    }
}

void svg_begin(struct svg *svg, double width, double height, const char *title, const char *style)
{
    text_append_format(&svg->text,
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                       "viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>",
                       width, height, width, height);
    append_escaped(&svg->text, title);
    text_append_format(&svg->text, "</title>\n<style>%s</style>\n", style);
}

char *svg_end_take(struct svg *svg)
{
    text_append(&svg->text, "</svg>\n");
    return text_take(&svg->text);
}

void svg_rectangle(struct svg *svg, const char *class_name, double x, double y, double width,
                   double height, const char *tooltip)
{
    text_append_format(&svg->text,
                       "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"",
                       class_name, x, y, width, height);
    if (tooltip == NULL) {
        text_append(&svg->text, "/>\n");
        return;
    }
    text_append(&svg->text, "><title>");
    append_escaped(&svg->text, tooltip);
    text_append(&svg->text, "</title></rect>\n");
}

void svg_line(struct svg *svg, const char *class_name, double x1, double y1, double x2, double y2)
{
    text_append_format(&svg->text,
                       "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>\n",
                       class_name, x1, y1, x2, y2);
}

void svg_text(struct svg *svg, const struct svg_font *font, double x, double y, const char *text)
{
    static const char *const anchors[] = {
        [SVG_START] = "start", [SVG_MIDDLE] = "middle", [SVG_END] = "end"};

    text_append_format(&svg->text, "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">",
                       font->class_name, x, y, anchors[font->anchor]);
    append_escaped(&svg->text, text);
    text_append(&svg->text, "</text>\n");
}

void svg_area_begin(struct svg *svg, const char *class_name)
{
    text_append_format(&svg->text, "<polygon class=\"%s\" points=\"", class_name);
}

void svg_area_point(struct svg *svg, double x, double y)
{
    text_append_format(&svg->text, "%.2f,%.2f ", x, y);
}

void svg_area_end(struct svg *svg)
{
    text_append(&svg->text, "\"/>\n");
}
