/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/simulate/svg.h"

Test(svg, escapes_texts)
{
    const struct svg_font font = {"name", SVG_END};
    struct svg svg = {0};

    svg_begin(&svg, 10, 20, "a & b", "text{}");
    svg_text(&svg, &font, 1, 2, "<b>\"x\"\x01 ä</b>");
    svg_rectangle(&svg, "bar", 0, 0, 1, 1, "1 < 2");
    auto_free char *text = svg_end_take(&svg);
    cr_expect_not_null(strstr(text, "<title>a &amp; b</title>"));
    cr_expect_not_null(strstr(text, ">&lt;b&gt;&quot;x&quot;  ä&lt;/b&gt;</text>"));
    cr_expect_not_null(strstr(text, "<title>1 &lt; 2</title></rect>"));
    cr_expect_str_eq(text + strlen(text) - 7, "</svg>\n");
}
