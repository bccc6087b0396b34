/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/trace_entry.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "policy/objects/quantity.h"

enum { PODS_MAX = 1000000, NAME_BYTES_MAX = 512 };

static const char *const kind_names[] = {"Pod", "Job", "Notebook", NULL};
static const char *const item_fields[] = {
    "name",     "kind",          "namespace", "queue",       "user",       "profile",
    "priority", "priorityClass", "arrival",   "duration",    "maxRunTime", "count",
    "requests", "nodeSelector",  "affinity",  "tolerations", NULL,
};

const char *trace_kind_find(const char *name)
{
    for (size_t i = 0; kind_names[i] != NULL; i++) {
        if (text_equal(kind_names[i], name)) {
            return kind_names[i];
        }
    }
    return NULL;
}

void trace_entry_init(struct trace_entry *entry)
{
    *entry = (struct trace_entry){
        .name = memory_copy_text(""),
        .kind = kind_names[0],
        .namespace_name = memory_copy_text(""),
        .queue = memory_copy_text(""),
        .user = memory_copy_text(""),
        .profile = memory_copy_text(""),
        .priority_class = memory_copy_text(""),
    };
}

void trace_entry_release(struct trace_entry *entry)
{
    free(entry->name);
    free(entry->namespace_name);
    free(entry->queue);
    free(entry->user);
    free(entry->profile);
    free(entry->priority_class);
    pod_set_list_release(&entry->pod_sets);
    memset(entry, 0, sizeof *entry);
}

void trace_entry_set_text(char **text, const char *value)
{
    free(*text);
    *text = memory_copy_text(value != NULL ? value : "");
}

struct pod_set *trace_entry_set_pods(struct trace_entry *entry, int64_t count)
{
    if (entry->pod_sets.count == 0) {
        array_append(&entry->pod_sets, ((struct pod_set){.name = memory_copy_text("main")}));
    }
    entry->pod_sets.items[0].count = count;
    return &entry->pod_sets.items[0];
}

static void read_text(const struct field *item, const char *name, char **text)
{
    auto_field struct field field = field_get(item, name);
    const char *value = field_text(&field);

    if (value != NULL && strlen(value) > NAME_BYTES_MAX) {
        field_fault(&field, "is longer than %d characters", NAME_BYTES_MAX);
    } else if (value != NULL) {
        trace_entry_set_text(text, value);
    }
}

void trace_read_span(const struct field *field, int64_t *out_us)
{
    struct error error = {0};
    bool is_read = true;

    if (json_is_number(field->value)) {
        is_read = time_span_from_seconds(json_number_value(field->value), out_us, &error);
    } else if (field->value != NULL) {
        const char *text = field_text(field);
        is_read = text == NULL || time_span_parse(text, out_us, &error);
    }
    if (!is_read) {
        field_fault(field, "%s", error.message);
    }
}

void trace_read_arrival(const struct field *field, struct trace *trace, int64_t *out_us)
{
    bool is_date =
        json_is_string(field->value) && timestamp_parse(json_string_value(field->value), out_us);
    enum trace_clock clock = is_date ? TRACE_CLOCK_ABSOLUTE : TRACE_CLOCK_RELATIVE;

    if (field->value == NULL) {
        field_fault(field, "is missing: when does it arrive?");
        return;
    }
    if (!is_date) {
        trace_read_span(field, out_us);
    } else if (*out_us < 0) {
        field_fault(field, "must be a date after 1970");
    }
    if (trace->clock != TRACE_CLOCK_UNKNOWN && trace->clock != clock) {
        field_fault(field, "others arrive at %s, this one at %s",
                    is_date ? "a time from the beginning" : "a date",
                    is_date ? "a date" : "a time from the beginning");
    }
    trace->clock = clock;
}

static void read_requests(const struct field *item, struct pod_set *set)
{
    auto_field struct field requests = field_get(item, "requests");
    const char *name;
    const json_t *value;

    if (!field_is_object(&requests)) {
        return;
    }
    json_object_foreach((json_t *)requests.value, name, value) {
        auto_field struct field request = field_get(&requests, name);
        struct error error = {0};
        int64_t amount;
        if (quantity_decode(value, name, &amount, &error)) {
            resources_set(&set->requests, name, amount);
        } else {
            field_fault(&request, "%s", error.message);
        }
    }
}

/* An item has the fields of a PodSpec that say where its pods may run. */
static void read_pods(const struct field *item, struct trace_entry *entry)
{
    auto_field struct field count = field_get(item, "count");
    auto_field struct field selector = field_get(item, "nodeSelector");
    auto_field struct field tolerations = field_get(item, "tolerations");
    auto_string_map struct string_map labels = {0};
    struct toleration_list unused = {0};
    struct pod_set *set = trace_entry_set_pods(entry, field_integer(&count, 1, 1, PODS_MAX));

    read_requests(item, set);
    field_string_map(&selector, &labels);
    if (tolerations.value != NULL && !toleration_list_decode(tolerations.value, tolerations.path,
                                                             item->decoding->findings, &unused)) {
        item->decoding->has_mistake = true;
    }
    toleration_list_release(&unused);
    pod_spec_decode(item->value, &set->spec);
}

static void read_times(const struct field *item, struct trace *trace, struct trace_entry *entry)
{
    auto_field struct field arrival = field_get(item, "arrival");
    auto_field struct field duration = field_get(item, "duration");
    auto_field struct field run_time = field_get(item, "maxRunTime");

    trace_read_arrival(&arrival, trace, &entry->arrival_us);
    if (duration.value == NULL) {
        field_fault(&duration, "is missing: how long does it run?");
    }
    trace_read_span(&duration, &entry->duration_us);
    trace_read_span(&run_time, &entry->run_time_us);
}

void trace_entry_read(const struct field *item, struct trace *trace, struct trace_entry *entry)
{
    auto_field struct field name = field_get(item, "name");
    auto_field struct field kind = field_get(item, "kind");
    auto_field struct field priority = field_get(item, "priority");

    if (!field_is_object(item)) {
        return;
    }
    field_expect_names(item, item_fields);
    field_required_text(&name);
    read_text(item, "name", &entry->name);
    read_text(item, "namespace", &entry->namespace_name);
    read_text(item, "queue", &entry->queue);
    read_text(item, "user", &entry->user);
    read_text(item, "profile", &entry->profile);
    read_text(item, "priorityClass", &entry->priority_class);
    entry->kind = kind_names[field_choice(&kind, kind_names, 0)];
    entry->priority = field_integer(&priority, 0, INT32_MIN, INT32_MAX);
    read_times(item, trace, entry);
    read_pods(item, entry);
}
