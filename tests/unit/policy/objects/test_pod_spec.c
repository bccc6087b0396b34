/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/pod_spec.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

static struct toleration read_toleration(const char *yaml)
{
    struct toleration_list list = {0};
    json_auto_t *value = json_pack("[o]", yaml_text(yaml));

    cr_assert(toleration_list_decode(value, "t", NULL, &list), "%s", yaml);
    struct toleration toleration = list.items[0];
    array_release(&list);
    return toleration;
}

static void release_toleration(struct toleration *toleration)
{
    free(toleration->key);
    free(toleration->value);
}

Test(pod_spec, tolerates_taints_as_the_scheduler_does)
{
    static const struct {
        const char *toleration;
        const char *taint;
        bool is_covered;
    } cases[] = {
        {"{key: a, operator: Exists}", "{key: a, value: x, effect: NoSchedule}", true},
        {"{key: a, operator: Exists}", "{key: b, value: x, effect: NoSchedule}", false},
        {"{operator: Exists}", "{key: b, value: x, effect: NoExecute}", true},
        {"{key: a, value: x}", "{key: a, value: x, effect: NoSchedule}", true},
        {"{key: a, value: y}", "{key: a, value: x, effect: NoSchedule}", false},
        {"{key: a}", "{key: a, effect: NoSchedule}", true},
        {"{key: a, operator: Exists, effect: NoSchedule}", "{key: a, effect: NoSchedule}", true},
        {"{key: a, operator: Exists, effect: NoExecute}", "{key: a, effect: NoSchedule}", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct taint_list taints = {0};
        json_auto_t *array = json_pack("[o]", yaml_text(cases[i].taint));
        struct toleration toleration = read_toleration(cases[i].toleration);
        cr_assert(taint_list_decode(array, "t", NULL, &taints));
        cr_assert_eq(toleration_covers_taint(&toleration, &taints.items[0]), cases[i].is_covered,
                     "%s over %s", cases[i].toleration, cases[i].taint);
        release_toleration(&toleration);
        taint_list_release(&taints);
    }
}

Test(pod_spec, knows_which_toleration_makes_another_needless)
{
    static const struct {
        const char *wide;
        const char *narrow;
        bool is_covered;
    } cases[] = {
        {"{operator: Exists}", "{key: a, value: x, effect: NoSchedule}", true},
        {"{key: a, operator: Exists}", "{key: a, operator: Exists, effect: NoSchedule}", true},
        {"{key: a, operator: Exists, effect: NoSchedule}", "{key: a, operator: Exists}", false},
        {"{key: a, value: x}", "{key: a, operator: Exists}", false},
        {"{key: a, value: x}", "{key: a, value: x, effect: NoSchedule}", true},
        {"{key: a, value: x}", "{key: a, value: y}", false},
        {"{key: a, operator: Exists}", "{operator: Exists}", false},
        {"{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 60}",
         "{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 30}", true},
        {"{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 60}",
         "{key: a, operator: Exists, effect: NoExecute}", false},
        {"{key: a, operator: Exists, effect: NoExecute}",
         "{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 30}", true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct toleration wide = read_toleration(cases[i].wide);
        struct toleration narrow = read_toleration(cases[i].narrow);
        cr_assert_eq(toleration_covers(&wide, &narrow), cases[i].is_covered, "%s over %s",
                     cases[i].wide, cases[i].narrow);
        release_toleration(&wide);
        release_toleration(&narrow);
    }
}

Test(pod_spec, encodes_a_toleration_as_it_was)
{
    static const char *const texts[] = {
        "{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}",
        "{key: a, operator: Equal, value: x}",
        "{operator: Exists}",
        "{key: a, operator: Equal, value: x, effect: NoExecute, tolerationSeconds: 30}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct toleration toleration = read_toleration(texts[i]);
        json_auto_t *encoded = toleration_encode(&toleration);
        json_auto_t *expected = yaml_text(texts[i]);
        cr_assert(json_equal(encoded, expected), "%s", texts[i]);
        release_toleration(&toleration);
    }
}

Test(pod_spec, tells_of_wrong_tolerations)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"[{value: x}]", "t[0].operator", "must be Exists where the key is empty"},
        {"[{key: a, operator: Exists, value: x}]", "t[0].value", "must be empty"},
        {"[{key: a, operator: exists}]", "t[0].operator", "did you mean 'Exists'"},
        {"[{key: a, effect: noschedule}]", "t[0].effect", "did you mean 'NoSchedule'"},
        {"[{key: a, tolerationSeconds: 5}]", "t[0].tolerationSeconds", "NoExecute only"},
        {"[{key: a b}]", "t[0].key", "'a b' is no key"},
        {"[{key: a, value: true}]", "t[0].value", "put it in quotes"},
        {"[x]", "t[0]", "must be an object"},
        {"{key: a}", "t", "must be a list"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct toleration_list list = {0};
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(toleration_list_decode(value, "t", &findings, &list), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
        cr_assert_null(list.items);
    }
}

Test(pod_spec, tells_of_wrong_taints)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"[{key: a}]", "t[0].effect", "is missing"},
        {"[{effect: NoSchedule}]", "t[0].key", "is missing"},
        {"[{key: a, effect: Never}]", "t[0].effect", "must be NoSchedule, PreferNoSchedule or"},
        {"[{key: a, effect: NoSchedule}, {key: a, value: x, effect: NoSchedule}]", "t[1]",
         "there already is a taint 'a'"},
        {"[{key: a, value: 'x y', effect: NoSchedule}]", "t[0].value", "is no label value"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct taint_list list = {0};
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(taint_list_decode(value, "t", &findings, &list), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
    }
}

Test(pod_spec, decodes_what_it_understands_and_leaves_out_the_rest)
{
    json_auto_t *value = yaml_text(
        "nodeSelector: {a: x, b: 5}\n"
        "tolerations: [{key: a, effect: Bogus}, {key: b, operator: Exists}, 7,\n"
        "  {key: c, operator: Gt}]\n"
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {\n"
        "  nodeSelectorTerms: [{matchExpressions: [\n"
        "    {key: gpu, operator: In, values: [l4, 5, a100]}, {key: x, operator: Odd}]},\n"
        "    {matchFields: [{key: metadata.name, operator: In, values: [n]}]}]}}}\n");
    auto_pod_spec struct pod_spec spec = {0};

    pod_spec_decode(value, &spec);
    cr_assert_eq(spec.node_selector.count, 1);
    cr_assert_eq(spec.tolerations.count, 1);
    cr_assert_str_eq(spec.tolerations.items[0].key, "b");
    cr_assert_eq(spec.required_affinity.count, 2);
    cr_assert_eq(spec.required_affinity.items[0].count, 1);
    cr_assert_eq(spec.required_affinity.items[0].items[0].values.count, 2);
    cr_assert_eq(spec.required_affinity.items[1].count, 0);
}

Test(pod_spec, decodes_whatever_it_is_given)
{
    static const char odd_terms[] =
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "{nodeSelectorTerms: [5, {matchExpressions: {}}, {matchExpressions: [~]}]}}}}";
    static const char *const texts[] = {"[]", "{nodeSelector: [], tolerations: {}, affinity: []}",
                                        odd_terms};
    auto_pod_spec struct pod_spec nothing = {0};

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        json_auto_t *value = yaml_text(texts[i]);
        auto_pod_spec struct pod_spec spec = {0};
        pod_spec_decode(value, &spec);
        cr_assert_eq(spec.tolerations.count, 0);
    }
    pod_spec_decode(NULL, &nothing);
    cr_assert_eq(nothing.required_affinity.count, 0);
}

Test(pod_spec, matches_labels_by_every_operator)
{
    static const struct {
        const char *expression;
        bool is_match;
    } cases[] = {
        {"{key: gpu, operator: In, values: [l4, a100]}", true},
        {"{key: gpu, operator: In, values: [a100]}", false},
        {"{key: none, operator: In, values: [l4]}", false},
        {"{key: gpu, operator: NotIn, values: [a100]}", true},
        {"{key: gpu, operator: NotIn, values: [l4]}", false},
        {"{key: none, operator: NotIn, values: [l4]}", true},
        {"{key: gpu, operator: Exists}", true},
        {"{key: none, operator: Exists}", false},
        {"{key: none, operator: DoesNotExist}", true},
        {"{key: gpu, operator: DoesNotExist}", false},
        {"{key: count, operator: Gt, values: ['3']}", true},
        {"{key: count, operator: Gt, values: ['4']}", false},
        {"{key: count, operator: Lt, values: ['5']}", true},
        {"{key: count, operator: Lt, values: ['4']}", false},
        {"{key: gpu, operator: Gt, values: ['4']}", false},
        {"{key: count, operator: Gt, values: ['x']}", false},
        {"{key: count, operator: Gt, values: ['1', '2']}", false},
        {"{key: count, operator: Lt, values: ['99999999999999999999']}", false},
        {"{key: none, operator: Lt, values: ['5']}", false},
    };
    auto_string_map struct string_map labels = {0};

    string_map_set(&labels, "gpu", "l4");
    string_map_set(&labels, "count", "4");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_pod_spec struct pod_spec spec = {0};
        json_auto_t *value =
            json_pack("{s:{s:{s:{s:[{s:[o]}]}}}}", "affinity", "nodeAffinity",
                      "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms",
                      "matchExpressions", yaml_text(cases[i].expression));
        pod_spec_decode(value, &spec);
        cr_assert_eq(label_requirements_match(&spec.required_affinity.items[0], &labels),
                     cases[i].is_match, "%s", cases[i].expression);
    }
}
