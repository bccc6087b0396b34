/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/configuration.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "policy/objects/duration.h"
#include "policy/objects/field.h"
#include "policy/objects/pods_ready_rules.h"
#include "policy/objects/queue_options.h"
#include "policy/objects/syntax.h"

enum { NAMES_MAX = 256 };

static const char *const root_fields[] = {
    "apiVersion",
    "kind",
    "metadata",
    "managedResources",
    "controllers",
    "breakGlassGroups",
    "profileSelectsFlavor",
    "successorReservationSeconds",
    "relistSeconds",
    "leaseDurationSeconds",
    "nodePlaces",
    "backfill",
    "fairSharing",
    "minimumRuntime",
    "maxGpusPerUser",
    "suspendMode",
    "waitForPodsReady",
    "httpThreads",
    "logLevel",
    NULL,
};
static const char *const controller_fields[] = {"statefulSet", "replicaSet", "job", NULL};
static const char *const sharing_fields[] = {"enable", NULL};
static const char *const suspend_modes[] = {"Gate", "Stop", NULL};
static const char *const log_levels[] = {"debug", "info", "warning", "error", NULL};

static const char *const default_resources[] = {"nvidia.com/gpu", "nvidia.com/mig-*", "amd.com/gpu",
                                                NULL};
static const char *const default_groups[] = {"system:masters", "system:cluster-admins", NULL};

/* A controller runs as its own service account, or all of them as one user, depending on
 * --use-service-account-credentials. */
#define CONTROLLER_MANAGER "system:kube-controller-manager"
#define CONTROLLER_ACCOUNT "system:serviceaccount:kube-system:"
static const char *const default_statefulset_controllers[] = {
    CONTROLLER_ACCOUNT "statefulset-controller", CONTROLLER_MANAGER, NULL};
static const char *const default_replicaset_controllers[] = {
    CONTROLLER_ACCOUNT "replicaset-controller", CONTROLLER_MANAGER, NULL};
static const char *const default_job_controllers[] = {CONTROLLER_ACCOUNT "job-controller",
                                                      CONTROLLER_MANAGER, NULL};

static const struct number_field {
    const char *name;
    size_t offset;
    int fallback;
    int least;
    int most;
} number_fields[] = {
    {"successorReservationSeconds", offsetof(struct configuration, successor_reservation_seconds),
     30, 0, 3600},
    {"relistSeconds", offsetof(struct configuration, relist_seconds), 300, 1, 86400},
    {"leaseDurationSeconds", offsetof(struct configuration, lease_duration_seconds), 15, 1, 300},
    {"httpThreads", offsetof(struct configuration, http_threads), 0, 0, 64},
};

static void read_names(const struct field *parent, const char *name, const char *const *defaults,
                       struct name_list *out_list)
{
    auto_field struct field field = field_get(parent, name);
    size_t count = field_count(&field, NAMES_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        const char *text = field_required_text(&item);
        if (text != NULL) {
            array_append(out_list, memory_copy_text(text));
        }
    }
    for (; field.value == NULL && *defaults != NULL; defaults++) {
        array_append(out_list, memory_copy_text(*defaults));
    }
}

/* "nvidia.com/gpu", or "nvidia.com/mig-*" with a star for any ending. */
static void check_pattern(const struct field *item, const char *pattern)
{
    auto_free char *sample = memory_copy_text(pattern);
    size_t last = strlen(sample) - 1;

    if (strchr(pattern, '/') == NULL) {
        field_fault(item,
                    "'%.80s' has no '/': only extended resources such as 'nvidia.com/gpu' reach "
                    "the webhook, anything else would slip by its matchConditions",
                    pattern);
        return;
    }
    if (sample[last] == '*') {
        sample[last] = 'x';
    }
    if (!syntax_is_qualified_name(sample)) {
        field_fault(item,
                    "'%.80s' is no resource name such as 'nvidia.com/gpu' or 'nvidia.com/mig-*'",
                    pattern);
    }
}

static void check_resources(const struct field *root)
{
    auto_field struct field field = field_get(root, "managedResources");
    size_t count = json_array_size(field.value);

    if (json_is_array(field.value) && count == 0) {
        field_fault(&field, "is empty: nothing would be under quota");
    }
    for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
        auto_field struct field item = field_item(&field, i);
        const char *pattern = json_string_value(item.value);
        if (pattern != NULL && pattern[0] != '\0') {
            check_pattern(&item, pattern);
        }
    }
}

static void read_controllers(const struct field *root, struct configuration *configuration)
{
    auto_field struct field field = field_get(root, "controllers");

    field_expect_names(&field, controller_fields);
    read_names(&field, "statefulSet", default_statefulset_controllers,
               &configuration->statefulset_controllers);
    read_names(&field, "replicaSet", default_replicaset_controllers,
               &configuration->replicaset_controllers);
    read_names(&field, "job", default_job_controllers, &configuration->job_controllers);
}

static void read_numbers(const struct field *root, struct configuration *configuration)
{
    for (size_t i = 0; i < ARRAY_LENGTH(number_fields); i++) {
        const struct number_field *number = &number_fields[i];
        auto_field struct field field = field_get(root, number->name);
        int *target = (int *)((char *)configuration + number->offset);
        *target = (int)field_integer(&field, number->fallback, number->least, number->most);
    }
}

static void check_word(const struct field *root, const char *name, const char *expected)
{
    auto_field struct field field = field_get(root, name);
    const char *word = field_text(&field);

    if (word != NULL && strcmp(word, expected) != 0) {
        field_fault(&field, "must be '%s', not '%.80s'", expected, word);
    } else if (field.value == NULL) {
        field_fault(&field, "is missing: add the line '%s: %s'", name, expected);
    }
}

static bool read_bool(const struct field *parent, const char *name, bool fallback)
{
    auto_field struct field field = field_get(parent, name);

    return field_bool(&field, fallback);
}

/* How it is decided who starts. */
static void read_rules(const struct field *root, struct configuration *configuration)
{
    auto_field struct field sharing = field_get(root, "fairSharing");
    auto_field struct field minimum = field_get(root, "minimumRuntime");
    auto_field struct field cap = field_get(root, "maxGpusPerUser");
    auto_field struct field suspend_mode = field_get(root, "suspendMode");

    configuration->profile_selects_flavor = read_bool(root, "profileSelectsFlavor", true);
    configuration->node_places = read_bool(root, "nodePlaces", true);
    configuration->backfill = read_bool(root, "backfill", false);
    field_expect_names(&sharing, sharing_fields);
    configuration->fair_sharing = read_bool(&sharing, "enable", false);
    configuration->minimum_runtime_seconds = duration_read(&minimum, 0, 0);
    configuration->max_gpus_per_user = field_integer(&cap, 0, 0, OPTION_GPUS_MAX);
    configuration->suspend_mode = (enum configuration_suspend_mode)field_choice(
        &suspend_mode, suspend_modes, SUSPEND_MODE_GATE);
    pods_ready_rules_read(root, &configuration->pods_ready);
}

static void read_root(const struct field *root, struct configuration *configuration)
{
    auto_field struct field log_level = field_get(root, "logLevel");

    field_expect_names(root, root_fields);
    read_names(root, "managedResources", default_resources, &configuration->managed_resources);
    check_resources(root);
    read_controllers(root, configuration);
    read_names(root, "breakGlassGroups", default_groups, &configuration->break_glass_groups);
    read_rules(root, configuration);
    read_numbers(root, configuration);
    configuration->log_level =
        (enum configuration_log_level)field_choice(&log_level, log_levels, CONFIGURATION_LOG_INFO);
}

bool configuration_decode(const json_t *object, struct findings *findings,
                          struct configuration **out_configuration)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    struct configuration *configuration = memory_allocate(sizeof *configuration);

    if (root.value != NULL) {
        check_word(&root, "apiVersion", CONFIGURATION_API_VERSION);
        check_word(&root, "kind", CONFIGURATION_KIND);
    }
    read_root(&root, configuration);
    if (decoding.has_mistake) {
        configuration_destroy(configuration);
        return false;
    }
    *out_configuration = configuration;
    return true;
}

static void release_names(struct name_list *list)
{
    array_for_each(name, list) {
        free(*name);
    }
    array_release(list);
}

void configuration_destroy(struct configuration *configuration)
{
    if (configuration == NULL) {
        return;
    }
    release_names(&configuration->managed_resources);
    release_names(&configuration->statefulset_controllers);
    release_names(&configuration->replicaset_controllers);
    release_names(&configuration->job_controllers);
    release_names(&configuration->break_glass_groups);
    free(configuration);
}

static bool matches_pattern(const char *pattern, const char *resource)
{
    size_t last = strlen(pattern) - 1;

    return pattern[last] == '*' ? strncmp(resource, pattern, last) == 0
                                : strcmp(resource, pattern) == 0;
}

bool configuration_manages(const struct configuration *configuration, const char *resource)
{
    array_for_each(pattern, &configuration->managed_resources) {
        if (matches_pattern(*pattern, resource)) {
            return true;
        }
    }
    return false;
}

bool name_list_has(const struct name_list *list, const char *name)
{
    array_for_each(candidate, list) {
        if (text_equal(*candidate, name)) {
            return true;
        }
    }
    return false;
}
