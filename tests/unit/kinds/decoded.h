/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "tests/unit/policy/yaml_text.h"
#include "webhook/kinds/kind.h"

#define METADATA "name: one, namespace: team, uid: uid-1, resourceVersion: \"7\""

/* An object of the kind, from YAML. */
static inline struct object *decode_object(const struct kind *kind, const char *yaml)
{
    struct configuration *configuration = NULL;
    struct object *object = NULL;
    struct error error;
    json_auto_t *json = yaml_text(yaml);

    cr_assert(configuration_decode(NULL, NULL, &configuration));
    cr_assert(object_decode(kind, configuration, json, &object, &error), "%s", error.message);
    configuration_unref(configuration);
    return object;
}

static inline void expect_json(const char *text, const char *expected_yaml)
{
    json_auto_t *json = json_loads(text, 0, NULL);
    json_auto_t *expected = yaml_text(expected_yaml);

    cr_expect(json_equal(json, expected), "%s", text);
}
