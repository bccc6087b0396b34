/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/queue_options.h"

#include <string.h>

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/objects/duration.h"

static const char *const options_of_cluster_queue[] = {
    OPTION_NODE_PLACES, OPTION_BACKFILL, OPTION_MINIMUM_RUNTIME, OPTION_MAX_GPUS_PER_USER, NULL};
static const char *const options_of_local_queue[] = {OPTION_MAX_GPUS, NULL};

static struct field get_annotations(const struct field *root)
{
    auto_field struct field metadata = field_get(root, "metadata");

    return field_get(&metadata, "annotations");
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

/* Annotations under our prefix that are no option of this kind. */
static void expect_options(const struct field *annotations, const char *const *options)
{
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)annotations->value, name, value) {
        if (!text_starts_with(name, OPTION_PREFIX) || is_among(name, options)) {
            continue;
        }
        auto_field struct field option = field_get(annotations, name);
        const char *nearest = suggestion_find(name, options);
        findings_add(annotations->decoding->findings, FINDING_UNKNOWN_FIELD, option.path,
                     "unknown option '%.80s'%s%s%s", name,
                     nearest != NULL ? ": did you mean '" : "", nearest != NULL ? nearest : "",
                     nearest != NULL ? "'?" : "");
    }
}

static enum queue_switch read_switch(const struct field *annotations, const char *name)
{
    auto_field struct field option = field_get(annotations, name);
    const char *text = json_string_value(option.value);

    if (text == NULL) {
        return SWITCH_DEFAULT;
    }
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        field_fault(&option, "must be \"true\" or \"false\", not '%.40s'", text);
        return SWITCH_DEFAULT;
    }
    return strcmp(text, "true") == 0 ? SWITCH_ON : SWITCH_OFF;
}

static int64_t read_duration(const struct field *annotations, const char *name)
{
    auto_field struct field option = field_get(annotations, name);

    return json_is_string(option.value) ? duration_read(&option, -1, 0) : -1;
}

/* Plain digits; -1 if the text is anything else or too large. */
static int64_t parse_gpus(const char *text)
{
    int64_t number = 0;

    if (*text == '\0') {
        return -1;
    }
    for (; *text >= '0' && *text <= '9' && number <= OPTION_GPUS_MAX; text++) {
        number = number * 10 + (*text - '0');
    }
    return *text == '\0' && number <= OPTION_GPUS_MAX ? number : -1;
}

static int64_t read_gpus(const struct field *annotations, const char *name, int64_t fallback)
{
    auto_field struct field option = field_get(annotations, name);
    const char *text = json_string_value(option.value);

    if (text == NULL) {
        return fallback;
    }
    int64_t gpus = parse_gpus(text);
    if (gpus < 0) {
        field_fault(&option, "must be a number of GPUs from \"0\" (no cap) to \"%d\", not '%.40s'",
                    OPTION_GPUS_MAX, text);
        return fallback;
    }
    return gpus;
}

void queue_options_read(const struct field *root, struct queue_options *out_options)
{
    auto_field struct field annotations = get_annotations(root);

    expect_options(&annotations, options_of_cluster_queue);
    *out_options = (struct queue_options){
        .node_places = read_switch(&annotations, OPTION_NODE_PLACES),
        .backfill = read_switch(&annotations, OPTION_BACKFILL),
        .minimum_runtime_seconds = read_duration(&annotations, OPTION_MINIMUM_RUNTIME),
        .max_gpus_per_user = read_gpus(&annotations, OPTION_MAX_GPUS_PER_USER, -1),
    };
}

int64_t queue_options_read_max_gpus(const struct field *root)
{
    auto_field struct field annotations = get_annotations(root);

    expect_options(&annotations, options_of_local_queue);
    return read_gpus(&annotations, OPTION_MAX_GPUS, 0);
}
