/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "policy/simulate/csv.h"

/* The cells of a text, each in brackets, each line with its number before and '.' behind it. */
static char *read_all(const char *text)
{
    struct text out = {0};
    struct csv csv;
    const char *cell;

    csv_init(&csv, text, strlen(text));
    while (csv_next_line(&csv)) {
        text_append_format(&out, "%d", csv.position.line);
        while ((cell = csv_next_cell(&csv)) != NULL) {
            text_append_format(&out, "[%s]", cell);
        }
        text_append(&out, csv.fault != NULL ? "!" : ".");
    }
    csv_release(&csv);
    return text_take(&out);
}

Test(csv, reads_cells_line_by_line)
{
    static const struct {
        const char *text;
        const char *cells;
    } cases[] = {
        {"", ""},
        {"a,b\n1,2\n", "1[a][b].2[1][2]."},
        {"a,b\r\n1,2", "1[a][b].2[1][2]."},
        {"\xef\xbb\xbf"
         "a,b",
         "1[a][b]."},
        {"a,,\n", "1[a][][]."},
        {",", "1[][]."},
        {"\n\na\n\nb\n\n", "3[a].5[b]."},
        {"\"x,y\",\"say \"\"hi\"\"\",z", "1[x,y][say \"hi\"][z]."},
        {"\"\",a", "1[][a]."},
        {"\"open,b\nc", "1!2[c]."},
        {"a b , c", "1[a b ][ c]."},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *cells = read_all(cases[i].text);
        cr_expect_str_eq(cells, cases[i].cells);
    }
}

Test(csv, bounds_a_cell)
{
    auto_free char *long_cell = memory_allocate(4097);
    memset(long_cell, 'x', 4096);
    auto_free char *cells = read_all(long_cell);

    cr_expect_str_eq(cells, "1!");
}
