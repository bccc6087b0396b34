/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YAML from anywhere: every document has a root, every field a place, and what cannot be read is a
 * mistake with a place and a word.
 */
#include "base/array.h"
#include "base/text.h"
#include "policy/objects/document.h"
#include "policy/objects/field.h"
#include "tests/fuzz/fuzz.h"

static void check_position(const struct document *document, const char *path)
{
    struct document_position position = document_find_position(document, path);

    fuzz_expect(position.line >= 1 && position.column >= 1, "'%s' is at line %d, column %d", path,
                position.line, position.column);
}

static void check_values(const struct document *document, const json_t *value, const char *path)
{
    const char *name;
    const json_t *member;
    size_t index;

    check_position(document, path);
    json_object_foreach((json_t *)value, name, member) {
        auto_free char *member_path = field_path(path, name);
        check_values(document, member, member_path);
    }
    json_array_foreach(value, index, member) {
        auto_free char *item_path = field_item_path(path, index);
        check_values(document, member, item_path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    struct document_list documents = {0};
    struct document_mistake mistake = {0};

    if (document_scan_all((const char *)bytes, size_bytes, &documents, &mistake)) {
        array_for_each(document, &documents) {
            fuzz_expect(document_root(*document) != NULL, "a document without a root");
            check_values(*document, document_root(*document), "");
        }
        document_list_release(&documents);
        return 0;
    }
    fuzz_expect(documents.count == 0, "%zu documents beside a mistake", documents.count);
    fuzz_expect(mistake.message[0] != '\0' && mistake.position.line >= 1, "line %d: '%s'",
                mistake.position.line, mistake.message);
    return 0;
}
