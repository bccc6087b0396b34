/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/pods_ready_rules.h"

#include "policy/objects/duration.h"

static const char *const fields[] = {"enable",         "timeout",           "recoveryTimeout",
                                     "blockAdmission", "requeuingStrategy", NULL};
static const char *const requeuing_fields[] = {"timestamp", "backoffBaseSeconds",
                                               "backoffMaxSeconds", "backoffLimitCount", NULL};
static const char *const timestamps[] = {"Eviction", "Creation", NULL};

enum {
    TIMEOUT_DEFAULT_SECONDS = 1800,
    BACKOFF_BASE_DEFAULT_SECONDS = 60,
    BACKOFF_MAX_DEFAULT_SECONDS = 3600,
    BACKOFF_LIMIT_MOST = 1000000,
};

static int64_t read_integer(const struct field *parent, const char *name, int64_t fallback,
                            int64_t most)
{
    auto_field struct field field = field_get(parent, name);

    return field_integer(&field, fallback, 0, most);
}

static void read_requeuing(const struct field *parent, struct pods_ready_rules *rules)
{
    auto_field struct field strategy = field_get(parent, "requeuingStrategy");
    auto_field struct field timestamp = field_get(&strategy, "timestamp");
    auto_field struct field most = field_get(&strategy, "backoffMaxSeconds");

    field_expect_names(&strategy, requeuing_fields);
    rules->requeues_by_eviction = field_choice(&timestamp, timestamps, 0) == 0;
    rules->backoff_base_seconds = read_integer(&strategy, "backoffBaseSeconds",
                                               BACKOFF_BASE_DEFAULT_SECONDS, DURATION_SECONDS_MAX);
    rules->backoff_max_seconds =
        field_integer(&most, BACKOFF_MAX_DEFAULT_SECONDS, 0, DURATION_SECONDS_MAX);
    rules->backoff_limit_count =
        read_integer(&strategy, "backoffLimitCount", -1, BACKOFF_LIMIT_MOST);
    if (rules->backoff_max_seconds < rules->backoff_base_seconds) {
        field_fault(&most, "is less than backoffBaseSeconds: raise this one, or lower that");
    }
}

void pods_ready_rules_read(const struct field *root, struct pods_ready_rules *out_rules)
{
    auto_field struct field field = field_get(root, "waitForPodsReady");
    auto_field struct field enable = field_get(&field, "enable");
    auto_field struct field timeout = field_get(&field, "timeout");
    auto_field struct field recovery = field_get(&field, "recoveryTimeout");
    auto_field struct field block = field_get(&field, "blockAdmission");

    field_expect_names(&field, fields);
    *out_rules = (struct pods_ready_rules){
        .is_enabled = field_bool(&enable, false),
        .timeout_seconds = duration_read(&timeout, TIMEOUT_DEFAULT_SECONDS, 1),
        .recovery_timeout_seconds = duration_read(&recovery, 0, 0),
        .blocks_admission = field_bool(&block, false),
    };
    read_requeuing(&field, out_rules);
}
