/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "policy/objects/document.h"

static struct document_list parse(const char *text)
{
    struct document_list documents = {0};
    struct error error = {0};

    cr_assert(document_parse_all(text, strlen(text), &documents, &error), "%s", error.message);
    return documents;
}

static void expect_json(const char *text, const char *json)
{
    struct document_list documents = parse(text);

    cr_assert_eq(documents.count, 1);
    char *found = json_dumps(document_root(documents.items[0]),
                             JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    cr_assert_str_eq(found, json);
    free(found);
    document_list_release(&documents);
}

static void expect_error(const char *text, const char *message)
{
    struct document_list documents = {0};
    struct error error = {0};

    cr_assert_not(document_parse_all(text, strlen(text), &documents, &error), "%s", text);
    cr_assert_str_eq(error.message, message);
    cr_assert_null(documents.items, "untouched");
}

Test(document, turns_yaml_into_json)
{
    expect_json("a: 1\nb: [x, 2.5, ~, yes]\nc: {d: '5', e: \"6\", f: '7 8'}\ng: |\n  9\n",
                "{\"a\":1,\"b\":[\"x\",2.5,null,true],\"c\":{\"d\":\"5\",\"e\":\"6\",\"f\":\"7 "
                "8\"},\"g\":\"9\\n\"}");
    expect_json("{\"a\": [true, null, \"x\"]}", "{\"a\":[true,null,\"x\"]}");
    expect_json("- a\n-\n- - b\n", "[\"a\",null,[\"b\"]]");
    expect_json("just a text", "\"just a text\"");
}

Test(document, keeps_what_is_quoted_or_tagged_a_text)
{
    expect_json("['1', \"true\", !!str 2, ! 3, '', !!int '4', !!float 5, !!null ~]",
                "[\"1\",\"true\",\"2\",\"3\",\"\",4,5,null]");
}

Test(document, reads_all_documents_but_empty_ones)
{
    struct document_list documents = parse("---\n# nothing\n---\na: 1\n---\n~\n---\nb: 2\n...\n");

    cr_assert_eq(documents.count, 2);
    cr_assert_not_null(json_object_get(document_root(documents.items[0]), "a"));
    cr_assert_not_null(json_object_get(document_root(documents.items[1]), "b"));
    document_list_release(&documents);
    documents = parse("");
    cr_assert_eq(documents.count, 0);
    document_list_release(&documents);
}

Test(document, copies_aliases)
{
    expect_json("a: &x {b: [1]}\nc: *x\nd: [*x, &x 2, *x]",
                "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[{\"b\":[1]},2,2]}");
}

Test(document, tells_where_a_mistake_is)
{
    expect_error("a: 1\nb: 2\na: 3\n", "line 3, column 1: duplicate key 'a'");
    expect_error("a:\n  - [1, {b: 1, b: 2}]\n", "line 2, column 16: duplicate key 'b'");
    expect_error("a: [1,\nb: {", "line 3, column 1: did not find expected node content while "
                                 "parsing a flow node");
    expect_error("a: \xff", "line 1, column 4: invalid leading UTF-8 octet");
    expect_error("a: 1\nb: \x01", "line 2, column 4: control characters are not allowed");
    expect_error("a: *b", "line 1, column 4: unknown alias 'b'");
    expect_error("a: &b [*b]", "line 1, column 8: unknown alias 'b'");
    expect_error("&a x: 1\n--- \nb: *a", "line 3, column 4: unknown alias 'a'");
    expect_error("? [a]\n: 1", "line 1, column 3: a key must be a plain text");
    expect_error("a: &x {}\nb:\n  <<: *x",
                 "line 3, column 3: merge keys are not supported: write the fields out");
    expect_error("\"a\\0\": 1", "line 1, column 1: a key with a NUL character");
    expect_error("a: .inf", "line 1, column 4: '.inf' is no value of JSON");
    expect_error("a: !!int x",
                 "line 1, column 4: 'x' does not go with the tag tag:yaml.org,2002:int");
    expect_error("a: !!binary aGk=",
                 "line 1, column 4: 'aGk=' does not go with the tag tag:yaml.org,2002:binary");
    expect_error("a: !mine {}", "line 1, column 4: unknown tag '!mine'");
    expect_error("a: 1\n--- \nb: [", "line 4, column 1: did not find expected node content while "
                                     "parsing a flow node");
}

static char *nest(size_t depth)
{
    struct text text = {0};

    for (size_t i = 0; i < depth; i++) {
        text_append(&text, "[");
    }
    for (size_t i = 0; i < depth; i++) {
        text_append(&text, "]");
    }
    return text_take(&text);
}

Test(document, bounds_the_depth)
{
    auto_free char *deepest = nest(DOCUMENT_DEPTH_MAX);
    auto_free char *too_deep = nest(DOCUMENT_DEPTH_MAX + 1);
    struct document_list documents = parse(deepest);

    document_list_release(&documents);
    expect_error(too_deep, "line 1, column 101: nested more than 100 deep");
}

Test(document, bounds_the_depth_of_aliases)
{
    auto_text struct text text = {0};

    text_append(&text, "- &a0 [x]\n");
    for (int i = 1; i < 99; i++) {
        text_append_format(&text, "- &a%d [*a%d]\n", i, i - 1);
    }
    expect_error(text.bytes, "line 99, column 9: nested more than 100 deep");
}

Test(document, refuses_a_billion_laughs)
{
    auto_text struct text text = {0};
    struct document_list documents = {0};
    struct error error = {0};

    text_append(&text, "a0: &a0 x\n");
    for (int i = 1; i < 20; i++) {
        text_append_format(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1,
                           i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    cr_assert_not(document_parse_all(text.bytes, text.size_bytes, &documents, &error));
    cr_assert_not_null(strstr(error.message, "more than 500000 values"), "%s", error.message);
}

Test(document, bounds_the_size)
{
    size_t size_bytes = (size_t)DOCUMENT_BYTES_MAX + 1;
    auto_free char *text = memory_allocate(size_bytes + 1);
    struct document_list documents = {0};
    struct error error = {0};

    memset(text, ' ', size_bytes);
    cr_assert_not(document_parse_all(text, size_bytes, &documents, &error));
    cr_assert_str_eq(error.message, "line 1, column 1: larger than 16777216 bytes");
}

static const char manifest[] = "# a comment\n"
                               "metadata:\n"
                               "  labels: {app: x, nvidia.com/gpu: \"true\"}\n"
                               "spec:\n"
                               "- name: a\n"
                               "  limits:\n"
                               "    nvidia.com/gpu: 1\n"
                               "- name: b\n"
                               "  list: [p, [q, r]]\n";

Test(document, finds_the_place_of_every_path)
{
    static const struct {
        const char *path;
        int line;
        int column;
    } cases[] = {
        {"", 2, 1},
        {"metadata", 2, 1},
        {"metadata.labels", 3, 3},
        {"metadata.labels.app", 3, 12},
        {"metadata.labels[nvidia.com/gpu]", 3, 20},
        {"spec[0]", 5, 3},
        {"spec[0].limits[nvidia.com/gpu]", 7, 5},
        {"spec[1].list[1][1]", 9, 17},
        {"spec[1].absent.deeper[3]", 8, 3},
        {"spec[7].name", 4, 1},
        {"absent", 2, 1},
        {"spec[1].name.deeper", 8, 3},
        {"[", 2, 1},
        {"]", 2, 1},
        {"...[[]].", 2, 1},
        {"spec[", 4, 1},
        {"spec[0", 4, 1},
    };
    struct document_list documents = parse(manifest);

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct document_position position =
            document_find_position(documents.items[0], cases[i].path);
        cr_assert_eq(position.line, cases[i].line, "'%s' in line %d", cases[i].path, position.line);
        cr_assert_eq(position.column, cases[i].column, "'%s' in column %d", cases[i].path,
                     position.column);
    }
    document_list_release(&documents);
}

Test(document, loads_a_file_and_names_it_in_errors)
{
    char path[] = P_tmpdir "/test-document-XXXXXX";
    struct document_list documents = {0};
    struct error error = {0};
    int descriptor = mkstemp(path);

    cr_assert_geq(descriptor, 0);
    close(descriptor);
    cr_assert(file_replace(path, "a: 1\n", 5, 0600, NULL));
    cr_assert(document_load_all(path, &documents, &error), "%s", error.message);
    cr_assert_eq(documents.count, 1);
    document_list_release(&documents);
    cr_assert(file_replace(path, "a: [", 4, 0600, NULL));
    cr_assert_not(document_load_all(path, &documents, &error));
    auto_free char *beginning = text_format("'%s': line 2, column 1: ", path);
    cr_assert(text_starts_with(error.message, beginning), "%s", error.message);
    unlink(path);
    cr_assert_not(document_load_all(path, &documents, &error));
    cr_assert_eq(error.code, ERROR_NOT_FOUND);
}

/* Whatever is cut off or altered, the parser answers and leaks nothing. */
Test(document, takes_any_damaged_text)
{
    static const char damage[] = "\0[]{}:,-&*!|>'\"%@`#\n\t \xc3\xff";
    char text[sizeof manifest];

    for (size_t cut = 0; cut < sizeof manifest; cut++) {
        for (size_t i = 0; i < sizeof damage; i++) {
            struct document_list documents = {0};
            memcpy(text, manifest, sizeof manifest);
            text[cut] = damage[i];
            size_t size_bytes = i % 2 == 0 ? sizeof manifest - 1 : cut + 1;
            if (document_parse_all(text, size_bytes, &documents, NULL)) {
                document_list_release(&documents);
            }
        }
    }
}
