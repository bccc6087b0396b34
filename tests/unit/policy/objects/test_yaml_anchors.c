/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/yaml_anchors.h"

Test(yaml_anchors, finds_the_latest_of_a_name)
{
    struct yaml_anchors anchors = {0};
    json_auto_t *first = json_integer(1);
    json_auto_t *second = json_integer(2);

    cr_assert_null(yaml_anchors_find(&anchors, "a"));
    yaml_anchors_add(&anchors, "a", first);
    yaml_anchors_add(&anchors, "b", first);
    yaml_anchors_add(&anchors, "a", second);
    cr_assert_eq(yaml_anchors_find(&anchors, "a")->value, second);
    cr_assert_eq(yaml_anchors_find(&anchors, "b")->value, first);
    yaml_anchors_release(&anchors);
}

Test(yaml_anchors, measures_what_a_copy_costs)
{
    struct yaml_anchors anchors = {0};
    json_auto_t *value = json_pack("{s:[i, i, {s:i}], s:i}", "a", 1, 2, "b", 3, "c", 4);
    json_auto_t *scalar = json_null();

    yaml_anchors_add(&anchors, "tree", value);
    yaml_anchors_add(&anchors, "leaf", scalar);
    cr_assert_eq(yaml_anchors_find(&anchors, "tree")->node_count, 7);
    cr_assert_eq(yaml_anchors_find(&anchors, "tree")->height, 4);
    cr_assert_eq(yaml_anchors_find(&anchors, "leaf")->node_count, 1);
    cr_assert_eq(yaml_anchors_find(&anchors, "leaf")->height, 1);
    yaml_anchors_release(&anchors);
}
