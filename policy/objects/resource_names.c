/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/resource_names.h"

#include <string.h>

#include "base/text.h"

void resource_names_release(struct resource_names *names)
{
    array_for_each(name, names) {
        free(*name);
    }
    array_release(names);
}

bool resource_names_has(const struct resource_names *names, const char *name)
{
    array_for_each(candidate, names) {
        if (strcmp(*candidate, name) == 0) {
            return true;
        }
    }
    return false;
}

void resource_names_add(struct resource_names *names, const char *name)
{
    if (!resource_names_has(names, name)) {
        array_append(names, memory_copy_text(name));
    }
}

char *resource_names_format(const struct resource_names *names)
{
    struct text text = {0};

    text_append(&text, "[");
    array_for_each(name, names) {
        text_append_format(&text, "%s\"%s\"", name != names->items ? ", " : "", *name);
    }
    text_append(&text, "]");
    return text_take(&text);
}
