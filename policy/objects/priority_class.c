/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/priority_class.h"

#include "base/text.h"
#include "policy/objects/metadata.h"

static const char *const class_fields[] = {
    "apiVersion",    "kind",        "metadata",         "value",
    "globalDefault", "description", "preemptionPolicy", NULL};
static const char *const workload_class_fields[] = {"apiVersion", "kind",        "metadata",
                                                    "value",      "description", NULL};
static const char *const preemption_policies[] = {"PreemptLowerPriority", "Never", NULL};

/* Values above this are for Kubernetes' own classes. */
static const int64_t user_value_max = 1000000000;

static void read_value(const struct field *root, bool is_limited, struct priority_class *class)
{
    auto_field struct field value = field_get(root, "value");

    if (value.value == NULL) {
        field_fault(&value, "is missing: add the line 'value: 0' with your number");
        return;
    }
    class->value = (int32_t)field_integer(&value, 0, INT32_MIN, INT32_MAX);
    if (is_limited && class->value > user_value_max && !text_starts_with(class->name, "system-")) {
        field_fault(&value, "must be at most 1000000000: more is kept for system classes");
    }
}

/* A PriorityClass has more to say than a WorkloadPriorityClass. */
static void read_class(const struct field *root, struct priority_class *class)
{
    bool is_of_workloads = text_equal(json_string_value(json_object_get(root->value, "kind")),
                                      "WorkloadPriorityClass");
    auto_field struct field is_default = field_get(root, "globalDefault");
    auto_field struct field policy = field_get(root, "preemptionPolicy");
    auto_field struct field description = field_get(root, "description");

    field_expect_names(root, is_of_workloads ? workload_class_fields : class_fields);
    read_value(root, !is_of_workloads, class);
    field_text(&description);
    if (!is_of_workloads) {
        class->is_global_default = field_bool(&is_default, false);
        field_choice(&policy, preemption_policies, 0);
    }
}

bool priority_class_decode(const json_t *object, struct findings *findings,
                           struct priority_class **out_class)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_metadata struct metadata metadata = {0};
    struct priority_class *class = memory_allocate(sizeof *class);

    metadata_read_only(&root, &metadata);
    class->name = take_pointer(&metadata.name);
    read_class(&root, class);
    if (decoding.has_mistake) {
        priority_class_destroy(class);
        return false;
    }
    *out_class = class;
    return true;
}

void priority_class_destroy(struct priority_class *class)
{
    if (class == NULL) {
        return;
    }
    free(class->name);
    free(class);
}
