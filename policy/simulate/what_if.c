/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/what_if.h"

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/simulate/trace_entry.h"

/* "WHAT=AMOUNT", taken apart. */
struct change {
    char *what;
    const char *amount; /* borrowed */
    size_t applied_count;
    bool has_mistake;
};

static bool split(const char *text, struct change *out_change, struct error *error)
{
    const char *equals = strrchr(text, '=');

    if (equals == NULL || equals == text || equals[1] == '\0') {
        return error_set(error, ERROR_INVALID, "'%.100s' is not WHAT=AMOUNT", text);
    }
    *out_change = (struct change){
        .what = text_format("%.*s", (int)(equals - text), text),
        .amount = equals + 1,
    };
    return true;
}

/* "NAME/RESOURCE", or with "OWNER/" before it. */
static bool names(const char *what, const char *owner, const char *name, const char *resource)
{
    auto_free char *by_name = text_format("%s/%s", name, resource);
    auto_free char *by_owner = text_format("%s/%s", owner, by_name);

    return text_equal(what, by_name) || text_equal(what, by_owner);
}

static void set_nominal(struct change *change, const char *owner,
                        const struct resource_group_list *groups, struct error *error)
{
    array_for_each(group, groups) {
        array_for_each(flavor, &group->flavors) {
            array_for_each(resource, &group->covered_resources) {
                int64_t amount;
                if (!names(change->what, owner, flavor->flavor, *resource)) {
                    continue;
                }
                change->applied_count++;
                if (quantity_parse(change->amount, *resource, &amount, error)) {
                    resources_set(&flavor->nominal, *resource, amount);
                } else {
                    change->has_mistake = true;
                }
            }
        }
    }
}

bool what_if_set_quota(struct policy_set *policy, const char *text, struct error *error)
{
    struct change change;

    if (!split(text, &change, error)) {
        return false;
    }
    array_for_each(queue, &policy->cluster_queues) {
        set_nominal(&change, (*queue)->name, &(*queue)->resource_groups, error);
    }
    array_for_each(cohort, &policy->cohorts) {
        set_nominal(&change, (*cohort)->name, &(*cohort)->resource_groups, error);
    }
    auto_free char *what = change.what;
    if (change.applied_count == 0) {
        return error_set(error, ERROR_INVALID, "the policy has no quota for '%.100s'", what);
    }
    if (change.applied_count > 1) {
        return error_set(error, ERROR_INVALID,
                         "%zu queues have quota for '%.100s': say QUEUE/FLAVOR/RESOURCE",
                         change.applied_count, what);
    }
    return !change.has_mistake;
}

bool what_if_set_strategy(struct policy_set *policy, const char *strategy, struct error *error)
{
    bool is_strict = text_equal(strategy, "StrictFIFO");

    if (!is_strict && !text_equal(strategy, "BestEffortFIFO")) {
        return error_set(error, ERROR_INVALID, "must be StrictFIFO or BestEffortFIFO, not '%.80s'",
                         strategy);
    }
    array_for_each(item, &policy->cluster_queues) {
        struct cluster_queue *queue = (struct cluster_queue *)*item;
        queue->queueing_strategy = is_strict ? QUEUEING_STRICT_FIFO : QUEUEING_BEST_EFFORT_FIFO;
    }
    return true;
}

void what_if_backfill(struct policy_set *policy)
{
    array_for_each(item, &policy->cluster_queues) {
        struct cluster_queue *queue = (struct cluster_queue *)*item;
        queue->options.backfill = SWITCH_ON;
    }
}

static bool set_request(struct change *change, struct trace_entry *entry, struct pod_set *set,
                        struct error *error)
{
    for (size_t i = 0; i < set->requests.count; i++) {
        struct resource_amount *request = &set->requests.items[i];
        if (!names(change->what, entry->namespace_name, entry->queue, request->name)) {
            continue;
        }
        if (!quantity_parse(change->amount, request->name, &request->amount, error)) {
            return false;
        }
        change->applied_count++;
    }
    return true;
}

bool what_if_set_request(struct trace *trace, const char *text, struct error *error)
{
    struct change change;

    if (!split(text, &change, error)) {
        return false;
    }
    auto_free char *what = change.what;
    array_for_each(entry, &trace->entries) {
        array_for_each(set, &entry->pod_sets) {
            if (!set_request(&change, entry, set, error)) {
                return false;
            }
        }
    }
    return change.applied_count > 0 ||
           error_set(error, ERROR_INVALID, "no workload asks for '%.100s'", what);
}

/* A number where the format has one. */
static json_t *encode_value(const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);

    return text[0] != '\0' && *end == '\0' ? json_integer(number) : json_string(text);
}

static void add_field(const char *name, const char *value, json_t *item, json_t *requests)
{
    static const char *const numbers[] = {"count", "priority", "arrival", "duration", "maxRunTime"};
    bool is_resource =
        strchr(name, '/') != NULL || text_equal(name, "cpu") || text_equal(name, "memory");
    bool is_number = is_resource;

    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        is_number |= text_equal(name, numbers[i]);
    }
    json_object_set_new(is_resource ? requests : item, name,
                        is_number ? encode_value(value) : json_string(value));
}

/* The fields as an item of `workloads:`; NULL if one is not NAME=VALUE. A new reference. */
static json_t *encode_fields(const char *fields, struct error *error)
{
    auto_free char *copy = memory_copy_text(fields);
    json_auto_t *item = json_object();
    json_t *requests = json_object();
    char *rest = NULL;

    json_object_set_new(item, "requests", requests);
    for (char *field = strtok_r(copy, ",", &rest); field != NULL;
         field = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(field, '=');
        if (equals == NULL) {
            error_set(error, ERROR_INVALID, "'%.100s' is not NAME=VALUE", field);
            return NULL;
        }
        *equals = '\0';
        add_field(field, equals + 1, item, requests);
    }
    return json_incref(item);
}

bool what_if_add(struct trace *trace, const char *fields, struct error *error)
{
    json_auto_t *item = encode_fields(fields, error);
    auto_findings struct findings findings = {0};
    auto_mistakes struct mistakes mistakes = {0};
    struct decoding decoding = {.findings = &findings};
    auto_trace_entry struct trace_entry entry = {0};

    if (item == NULL) {
        return false;
    }
    auto_field struct field field = field_root(&decoding, item, "");
    trace_entry_init(&entry);
    trace_entry_read(&field, trace, &entry);
    if (findings.count > 0) {
        return error_set(error, ERROR_INVALID, "%s: %s", findings.items[0].path,
                         findings.items[0].message);
    }
    entry.is_added = true;
    return trace_append_take(trace, &entry, &mistakes) ||
           error_set(error, ERROR_INVALID, "too many workloads");
}
