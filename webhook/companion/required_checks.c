/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/required_checks.h"

#include "base/text.h"

static bool assigns(const struct admission *admission, const char *flavor)
{
    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            if (text_equal(assignment->flavor, flavor)) {
                return true;
            }
        }
    }
    return false;
}

static bool applies(const struct admission_check_rule *rule, const struct admission *admission)
{
    array_for_each(flavor, &rule->on_flavors) {
        if (assigns(admission, *flavor)) {
            return true;
        }
    }
    return rule->on_flavors.count == 0;
}

void required_checks_find(const struct cluster_queue *queue, const struct admission *admission,
                          struct name_list *out_names)
{
    array_for_each(rule, &queue->admission_checks) {
        if (applies(rule, admission)) {
            array_append(out_names, rule->name);
        }
    }
}
