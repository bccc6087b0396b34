/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/required_checks.h"

#include "tests/unit/companion/record_text.h"

static struct cluster_queue *decode_queue(const char *checks)
{
    auto_free char *yaml = text_format(
        "{apiVersion: kueue.x-k8s.io/v1beta1, kind: ClusterQueue, metadata: {name: main}, spec: "
        "{namespaceSelector: {}, admissionChecksStrategy: {admissionChecks: %s}, resourceGroups: "
        "[{coveredResources: [nvidia.com/gpu], flavors: [{name: a100, resources: [{name: "
        "nvidia.com/gpu, nominalQuota: 1}]}, {name: h100, resources: [{name: nvidia.com/gpu, "
        "nominalQuota: 1}]}]}]}}",
        checks);
    json_auto_t *json = yaml_text(yaml);
    struct cluster_queue *queue = NULL;

    cr_assert(cluster_queue_decode(json, NULL, &queue), "%s", yaml);
    return queue;
}

Test(required_checks, are_those_of_every_flavor_and_of_the_one_that_is_given)
{
    static const struct {
        const char *checks;
        const char *flavor;
        const char *expected;
    } cases[] = {
        {"[]", "a100", ""},
        {"[{name: all}]", "a100", "all"},
        {"[{name: one, onFlavors: [a100]}, {name: other, onFlavors: [h100]}]", "a100", "one"},
        {"[{name: one, onFlavors: [a100]}, {name: other, onFlavors: [h100]}]", "h100", "other"},
        {"[{name: all}, {name: both, onFlavors: [a100, h100]}]", "h100", "all both"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct cluster_queue *queue = decode_queue(cases[i].checks);
        auto_admission struct admission *admission = make_admission("pod", cases[i].flavor, 1, 1);
        struct name_list names = {0};
        auto_text struct text text = {0};
        required_checks_find(queue, admission, &names);
        text_append(&text, "");
        array_for_each(name, &names) {
            text_append_format(&text, "%s%s", text.size_bytes > 0 ? " " : "", *name);
        }
        cr_expect_str_eq(text.bytes != NULL ? text.bytes : "", cases[i].expected);
        array_release(&names);
        cluster_queue_unref(queue);
    }
}
