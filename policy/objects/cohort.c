/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/cohort.h"

#include "base/text.h"
#include "policy/objects/fair_weight.h"
#include "policy/objects/metadata.h"
#include "policy/objects/resource_group.h"

static const char *const spec_fields[] = {"parentName", "resourceGroups", "fairSharing", NULL};

/* NULL if it is absent or empty. */
static char *read_parent(const struct field *spec)
{
    auto_field struct field parent = field_get(spec, "parentName");

    if (parent.value == NULL || text_equal(json_string_value(parent.value), "")) {
        return NULL;
    }
    return memory_copy_text(field_required_name(&parent));
}

static void read_spec(const struct field *root, struct cohort *cohort)
{
    auto_field struct field spec = field_get(root, "spec");

    field_expect_names(&spec, spec_fields);
    cohort->parent_name = read_parent(&spec);
    resource_group_list_read(&spec,
                             cohort->parent_name != NULL ? LIMITS_BELOW_PARENT : LIMITS_OF_ROOT,
                             &cohort->resource_groups);
    cohort->fair_weight_milli = fair_weight_read(&spec);
}

bool cohort_decode(const json_t *object, struct findings *findings, struct cohort **out_cohort)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_metadata struct metadata metadata = {0};
    struct cohort *cohort = memory_allocate(sizeof *cohort);

    metadata_read(&root, &metadata);
    cohort->name = take_pointer(&metadata.name);
    read_spec(&root, cohort);
    if (decoding.has_mistake) {
        cohort_destroy(cohort);
        return false;
    }
    *out_cohort = cohort;
    return true;
}

void cohort_destroy(struct cohort *cohort)
{
    if (cohort == NULL) {
        return;
    }
    free(cohort->name);
    free(cohort->parent_name);
    resource_group_list_release(&cohort->resource_groups);
    free(cohort);
}
