/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "webhook/kube/json_bytes.h"

static struct text_view view(const char *text)
{
    return (struct text_view){text, strlen(text)};
}

static bool equals(struct text_view value, const char *text)
{
    return value.size_bytes == strlen(text) && memcmp(value.bytes, text, value.size_bytes) == 0;
}

Test(json_bytes, finds_the_value_of_a_member)
{
    static const struct {
        const char *object;
        const char *value; /* NULL: not found */
    } cases[] = {
        {"{\"a\":1}", "1"},
        {"{ \"b\" : {\"a\":2} , \"a\" :\t-1.5e3 }", "-1.5e3"},
        {"{\"b\":[1,{\"a\":2}],\"a\":[{}]}", "[{}]"},
        {"{\"b\":\"\\\"a\\\":1\",\"a\":\"x\\\\\"}", "\"x\\\\\""},
        {"{\"b\":\"}\",\"a\":\"]\"}", "\"]\""},
        {"{\"\\u0061\":1}", NULL},
        {"{\"b\":{\"a\":1}}", NULL},
        {"{}", NULL},
        {"", NULL},
        {"[\"a\",1]", NULL},
        {"{\"a\"", NULL},
        {"{\"a\":", NULL},
        {"{\"a\":\"1", NULL},
        {"{\"a\":[1", NULL},
        {"{\"a\":}", NULL},
        {"{\"b\" 1,\"a\":1}", NULL},
        {"{\"b\":\"x\\\",\"a\":1}", NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text_view value = {0};
        bool is_found = json_bytes_find(view(cases[i].object), "a", &value);
        cr_assert_eq(is_found, cases[i].value != NULL, "%s", cases[i].object);
        cr_assert(!is_found || equals(value, cases[i].value), "%s", cases[i].object);
    }
}

Test(json_bytes, gives_the_items_of_an_array)
{
    struct text_view rest = view(" [ {\"a\":[1,2]} , \"x,]\" ,3]  ");
    struct text_view item;

    cr_assert(json_bytes_next(&rest, &item) && equals(item, "{\"a\":[1,2]}"));
    cr_assert(json_bytes_next(&rest, &item) && equals(item, "\"x,]\""));
    cr_assert(json_bytes_next(&rest, &item) && equals(item, "3"));
    cr_assert_not(json_bytes_next(&rest, &item));
    cr_assert_null(rest.bytes);
}

Test(json_bytes, tells_an_array_that_ends_from_one_that_breaks_off)
{
    static const struct {
        const char *array;
        bool is_whole;
    } cases[] = {
        {"[]", true},  {"[ ]", true}, {"[1]", true},  {"", false},
        {"[", false},  {"[1", false}, {"[1,", false}, {"[1,{\"a\":\"]", false},
        {"{}", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text_view rest = view(cases[i].array);
        struct text_view item;
        while (json_bytes_next(&rest, &item)) {
        }
        cr_assert_eq(rest.bytes == NULL, cases[i].is_whole, "%s", cases[i].array);
    }
}

/* Each prefix is put at the very end of its memory, where the address sanitizer sees. */
Test(json_bytes, never_reads_beyond_the_view)
{
    static const char text[] = "{\"a\\\\\":[\"\\\"\",{\"b\":null}],\"c\":12}";

    for (size_t size = 1; size < sizeof text; size++) {
        auto_free char *copy = memory_resize(NULL, size, 1);
        struct text_view value;
        memcpy(copy, text, size);
        struct text_view rest = {copy, size};
        cr_assert_eq(json_bytes_find(rest, "c", &value), size >= sizeof text - 3);
        while (json_bytes_next(&rest, &value)) {
        }
    }
}
