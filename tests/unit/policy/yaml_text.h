/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "policy/objects/document.h"

/* The JSON of the only YAML document of a text; a new reference. */
static inline json_t *yaml_text(const char *text)
{
    struct document_list documents = {0};
    struct error error = {0};

    cr_assert(document_parse_all(text, strlen(text), &documents, &error), "%s", error.message);
    cr_assert_eq(documents.count, 1);
    json_t *root = json_incref((json_t *)document_root(documents.items[0]));
    document_list_release(&documents);
    return root;
}
