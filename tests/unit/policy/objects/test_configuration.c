/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/configuration.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

#define HEAD "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n"

static struct configuration *decode(const json_t *value)
{
    auto_findings struct findings findings = {0};
    struct configuration *configuration = NULL;

    cr_assert(configuration_decode(value, &findings, &configuration), "%s",
              print_findings(&findings));
    cr_assert_eq(findings.count, 0);
    return configuration;
}

static void expect_defaults(const struct configuration *configuration)
{
    cr_assert(configuration_manages(configuration, "nvidia.com/gpu"));
    cr_assert(configuration_manages(configuration, "nvidia.com/mig-1g.5gb"));
    cr_assert(configuration_manages(configuration, "amd.com/gpu"));
    cr_assert_not(configuration_manages(configuration, "nvidia.com/gpu.shared"));
    cr_assert_not(configuration_manages(configuration, "nvidia.com/"));
    cr_assert_not(configuration_manages(configuration, "cpu"));
    cr_assert_not(configuration_manages(configuration, ""));
    cr_assert(name_list_has(&configuration->statefulset_controllers,
                            "system:serviceaccount:kube-system:statefulset-controller"));
    cr_assert(name_list_has(&configuration->replicaset_controllers,
                            "system:serviceaccount:kube-system:replicaset-controller"));
    cr_assert(name_list_has(&configuration->job_controllers,
                            "system:serviceaccount:kube-system:job-controller"));
    cr_assert(name_list_has(&configuration->job_controllers, "system:kube-controller-manager"));
    cr_assert_not(name_list_has(&configuration->job_controllers, "system:admin"));
    cr_assert(name_list_has(&configuration->break_glass_groups, "system:masters"));
    cr_assert(name_list_has(&configuration->break_glass_groups, "system:cluster-admins"));
    cr_assert(configuration->profile_selects_flavor);
    cr_assert_eq(configuration->successor_reservation_seconds, 30);
    cr_assert_eq(configuration->relist_seconds, 300);
    cr_assert_eq(configuration->lease_duration_seconds, 15);
    cr_assert(configuration->node_places);
    cr_assert_not(configuration->backfill);
    cr_assert_not(configuration->fair_sharing);
    cr_assert_eq(configuration->minimum_runtime_seconds, 0);
    cr_assert_eq(configuration->max_gpus_per_user, 0);
    cr_assert_eq(configuration->suspend_mode, SUSPEND_MODE_GATE);
    cr_assert_not(configuration->pods_ready.is_enabled);
    cr_assert_eq(configuration->pods_ready.timeout_seconds, 1800);
    cr_assert_eq(configuration->pods_ready.recovery_timeout_seconds, 0);
    cr_assert_not(configuration->pods_ready.blocks_admission);
    cr_assert(configuration->pods_ready.requeues_by_eviction);
    cr_assert_eq(configuration->pods_ready.backoff_base_seconds, 60);
    cr_assert_eq(configuration->pods_ready.backoff_max_seconds, 3600);
    cr_assert_eq(configuration->pods_ready.backoff_limit_count, -1);
    cr_assert_eq(configuration->http_threads, 0);
    cr_assert_eq(configuration->log_level, CONFIGURATION_LOG_INFO);
}

Test(configuration, has_defaults_for_every_field)
{
    json_auto_t *head = yaml_text(HEAD);
    json_auto_t *null_value = json_null();
    const json_t *values[] = {NULL, head, null_value};

    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        struct configuration *configuration = decode(values[i]);
        expect_defaults(configuration);
        configuration_destroy(configuration);
    }
    configuration_destroy(NULL);
}

Test(configuration, decodes_every_field)
{
    json_auto_t *value = yaml_text(HEAD "metadata: {name: gpuaas}\n"
                                        "managedResources: [example.com/*]\n"
                                        "controllers: {statefulSet: [a], replicaSet: [b]}\n"
                                        "breakGlassGroups: []\n"
                                        "profileSelectsFlavor: false\n"
                                        "successorReservationSeconds: 0\n"
                                        "relistSeconds: 60\n"
                                        "leaseDurationSeconds: 4\n"
                                        "nodePlaces: false\n"
                                        "backfill: true\n"
                                        "fairSharing: {enable: true}\n"
                                        "minimumRuntime: 1h30m\n"
                                        "maxGpusPerUser: 4\n"
                                        "suspendMode: Stop\n"
                                        "httpThreads: 2\n"
                                        "logLevel: debug\n");
    struct configuration *configuration = decode(value);

    cr_assert(configuration_manages(configuration, "example.com/gpu"));
    cr_assert_not(configuration_manages(configuration, "nvidia.com/gpu"));
    cr_assert(name_list_has(&configuration->statefulset_controllers, "a"));
    cr_assert_eq(configuration->statefulset_controllers.count, 1);
    cr_assert(name_list_has(&configuration->replicaset_controllers, "b"));
    cr_assert_eq(configuration->job_controllers.count, 2, "the default");
    cr_assert_eq(configuration->break_glass_groups.count, 0, "nobody, as it says");
    cr_assert_not(configuration->profile_selects_flavor);
    cr_assert_eq(configuration->successor_reservation_seconds, 0);
    cr_assert_eq(configuration->relist_seconds, 60);
    cr_assert_eq(configuration->lease_duration_seconds, 4);
    cr_assert_not(configuration->node_places);
    cr_assert(configuration->backfill);
    cr_assert(configuration->fair_sharing);
    cr_assert_eq(configuration->minimum_runtime_seconds, 5400);
    cr_assert_eq(configuration->max_gpus_per_user, 4);
    cr_assert_eq(configuration->suspend_mode, SUSPEND_MODE_STOP);
    cr_assert_eq(configuration->http_threads, 2);
    cr_assert_eq(configuration->log_level, CONFIGURATION_LOG_DEBUG);
    configuration_destroy(configuration);
}

Test(configuration, decodes_the_rules_of_waiting_for_ready_pods)
{
    json_auto_t *value =
        yaml_text(HEAD "waitForPodsReady:\n"
                       "  enable: true\n"
                       "  timeout: 5m\n"
                       "  recoveryTimeout: 3m\n"
                       "  blockAdmission: true\n"
                       "  requeuingStrategy: {timestamp: Creation, backoffBaseSeconds: 10, "
                       "backoffMaxSeconds: 10, backoffLimitCount: 0}\n");
    struct configuration *configuration = decode(value);
    const struct pods_ready_rules *rules = &configuration->pods_ready;

    cr_assert(rules->is_enabled);
    cr_assert_eq(rules->timeout_seconds, 300);
    cr_assert_eq(rules->recovery_timeout_seconds, 180);
    cr_assert(rules->blocks_admission);
    cr_assert_not(rules->requeues_by_eviction);
    cr_assert_eq(rules->backoff_base_seconds, 10);
    cr_assert_eq(rules->backoff_max_seconds, 10);
    cr_assert_eq(rules->backoff_limit_count, 0);
    configuration_destroy(configuration);
}

Test(configuration, takes_null_for_no_limit_of_requeuings)
{
    json_auto_t *value =
        yaml_text(HEAD "waitForPodsReady: {requeuingStrategy: {timestamp: Eviction, "
                       "backoffLimitCount: null}}\n");
    struct configuration *configuration = decode(value);

    expect_defaults(configuration);
    configuration_destroy(configuration);
}

Test(configuration, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{}", "apiVersion", "add the line 'apiVersion: config.gpuaas.dev/v1alpha1'"},
        {"{}", "kind", "add the line 'kind: Configuration'"},
        {"apiVersion: config.gpuaas.dev/v2", "apiVersion", "must be 'config.gpuaas.dev/v1alpha1'"},
        {HEAD "managedResources: [gpu]", "managedResources[0]", "'gpu' has no '/'"},
        {HEAD "managedResources: ['*']", "managedResources[0]", "'*' has no '/'"},
        {HEAD "managedResources: [nvidia.com/*gpu]", "managedResources[0]", "is no resource name"},
        {HEAD "managedResources: ['nvidia.com/']", "managedResources[0]", "is no resource name"},
        {HEAD "managedResources: ['']", "managedResources[0]", "is empty"},
        {HEAD "managedResources: [a.b/c, 7]", "managedResources[1]", "put it in quotes"},
        {HEAD "managedResources: []", "managedResources", "nothing would be under quota"},
        {HEAD "managedResources: nvidia.com/gpu", "managedResources", "must be a list"},
        {HEAD "controllers: []", "controllers", "must be an object"},
        {HEAD "controllers: {job: x}", "controllers.job", "must be a list"},
        {HEAD "profileSelectsFlavor: 'yes'", "profileSelectsFlavor", "must be true or false"},
        {HEAD "successorReservationSeconds: -1", "successorReservationSeconds", "from 0 to 3600"},
        {HEAD "relistSeconds: 0", "relistSeconds", "must be from 1 to 86400, not 0"},
        {HEAD "leaseDurationSeconds: 1.5", "leaseDurationSeconds", "must be a whole number"},
        {HEAD "httpThreads: 65", "httpThreads", "must be from 0 to 64"},
        {HEAD "logLevel: warn", "logLevel", "did you mean 'warning'"},
        {HEAD "nodePlaces: 1", "nodePlaces", "must be true or false"},
        {HEAD "backfill: 'on'", "backfill", "must be true or false"},
        {HEAD "fairSharing: true", "fairSharing", "must be an object"},
        {HEAD "fairSharing: {enable: 1}", "fairSharing.enable", "must be true or false"},
        {HEAD "minimumRuntime: 90", "minimumRuntime", "must be a duration such as"},
        {HEAD "minimumRuntime: 9000h", "minimumRuntime", "is longer than a year"},
        {HEAD "maxGpusPerUser: -1", "maxGpusPerUser", "must be from 0 to 1000000"},
        {HEAD "suspendMode: stop", "suspendMode", "did you mean 'Stop'"},
        {HEAD "waitForPodsReady: true", "waitForPodsReady", "must be an object"},
        {HEAD "waitForPodsReady: {timeout: 0s}", "waitForPodsReady.timeout", "at least 1s"},
        {HEAD "waitForPodsReady: {timeout: 5 minutes}", "waitForPodsReady.timeout",
         "'5 minutes' is no duration"},
        {HEAD "waitForPodsReady: {recoveryTimeout: -5m}", "waitForPodsReady.recoveryTimeout",
         "'-5m' is no duration"},
        {HEAD "waitForPodsReady: {requeuingStrategy: {timestamp: Start}}",
         "waitForPodsReady.requeuingStrategy.timestamp", "must be Eviction or Creation"},
        {HEAD "waitForPodsReady: {requeuingStrategy: {backoffBaseSeconds: -1}}",
         "waitForPodsReady.requeuingStrategy.backoffBaseSeconds", "must be from 0 to 31536000"},
        {HEAD "waitForPodsReady: {requeuingStrategy: {backoffBaseSeconds: 4000}}",
         "waitForPodsReady.requeuingStrategy.backoffMaxSeconds", "is less than backoffBaseSeconds"},
        {HEAD "waitForPodsReady: {requeuingStrategy: {backoffLimitCount: 1000001}}",
         "waitForPodsReady.requeuingStrategy.backoffLimitCount", "must be from 0 to 1000000"},
        {"[]", "", "must be an object"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct configuration *configuration = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(configuration_decode(value, &findings, &configuration), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s%s", cases[i].yaml,
                  print_findings(&findings));
    }
}

Test(configuration, tells_of_unknown_fields)
{
    json_auto_t *value =
        yaml_text(HEAD "httpThread: 2\ncontrollers: {statefulset: []}\nfairSharing: {enabled: "
                       "true}\nwaitForPodsReady: {timeOut: 5m, "
                       "requeuingStrategy: {backoffSeconds: 1}}\n");
    auto_findings struct findings findings = {0};
    struct configuration *configuration = NULL;

    cr_assert(configuration_decode(value, &findings, &configuration));
    cr_assert(has_finding(&findings, "httpThread", "did you mean 'httpThreads'"));
    cr_assert(has_finding(&findings, "controllers.statefulset", "did you mean 'statefulSet'"));
    cr_assert(has_finding(&findings, "fairSharing.enabled", "did you mean 'enable'"));
    cr_assert(has_finding(&findings, "waitForPodsReady.timeOut", "did you mean 'timeout'"));
    cr_assert(has_finding(&findings, "waitForPodsReady.requeuingStrategy.backoffSeconds",
                          "unknown field"));
    configuration_destroy(configuration);
}
