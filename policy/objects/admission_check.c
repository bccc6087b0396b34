/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/admission_check.h"

#include "base/text.h"
#include "policy/objects/metadata.h"

static const char *const spec_fields[] = {"controllerName", "parameters", "retryDelayMinutes",
                                          NULL};
static const char *const parameter_fields[] = {"apiGroup", "kind", "name", NULL};

static void check_parameters(const struct field *spec)
{
    auto_field struct field parameters = field_get(spec, "parameters");

    field_expect_names(&parameters, parameter_fields);
    for (size_t i = 0; json_is_object(parameters.value) && parameter_fields[i] != NULL; i++) {
        auto_field struct field field = field_get(&parameters, parameter_fields[i]);
        field_required_text(&field);
    }
}

static void read_spec(const struct field *root, struct admission_check *check)
{
    auto_field struct field spec = field_get(root, "spec");
    auto_field struct field controller = field_get(&spec, "controllerName");

    field_expect_names(&spec, spec_fields);
    if (controller.value == NULL) {
        field_fault(&controller, "is missing: name the controller that answers, such as "
                                 "'kueue.x-k8s.io/provisioning-request'");
    } else {
        check->controller_name = memory_copy_text(field_required_text(&controller));
    }
    check_parameters(&spec);
}

/* Status is somebody else's writing: what is odd there is no mistake of the manifest. */
static bool has_active_condition(const json_t *object)
{
    const json_t *conditions = json_object_get(json_object_get(object, "status"), "conditions");
    size_t index;
    const json_t *condition;

    json_array_foreach(conditions, index, condition) {
        if (text_equal(json_string_value(json_object_get(condition, "type")), "Active")) {
            return text_equal(json_string_value(json_object_get(condition, "status")), "True");
        }
    }
    return false;
}

bool admission_check_decode(const json_t *object, struct findings *findings,
                            struct admission_check **out_check)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_metadata struct metadata metadata = {0};
    struct admission_check *check = memory_allocate(sizeof *check);

    metadata_read(&root, &metadata);
    check->name = take_pointer(&metadata.name);
    read_spec(&root, check);
    check->is_active = has_active_condition(object);
    if (decoding.has_mistake) {
        admission_check_destroy(check);
        return false;
    }
    *out_check = check;
    return true;
}

void admission_check_destroy(struct admission_check *check)
{
    if (check == NULL) {
        return;
    }
    free(check->name);
    free(check->controller_name);
    free(check);
}
