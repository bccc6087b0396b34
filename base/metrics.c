/* SPDX-License-Identifier: Apache-2.0 */
#include "base/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"

struct series {
    char *labels; /* {name="value",…} or empty */
    double value; /* of a histogram: the sum */
    uint64_t *buckets;
    uint64_t observations;
    UT_hash_handle hh;
};

struct family {
    const struct metric *metric;
    struct series *series;
};

/* Guarded by its own mutex. */
static struct {
    pthread_mutex_t mutex;
    struct ARRAY_OF(struct family) families;
} registry = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void append_label_value(struct text *text, const char *value)
{
    for (; *value != '\0'; value++) {
        switch (*value) {
        case '\\':
            text_append(text, "\\\\");
            break;
        case '"':
            text_append(text, "\\\"");
            break;
        case '\n':
            text_append(text, "\\n");
            break;
        default:
            text_append_bytes(text, value, 1);
        }
    }
}

/* `name="value",…` without braces, so that a histogram can add its own label. */
static char *format_labels(const struct metric *metric, const char *const *values)
{
    struct text text = {0};

    for (size_t i = 0; i < METRIC_LABELS_MAX && metric->label_names[i] != NULL; i++) {
        text_append_format(&text, "%s%s=\"", i > 0 ? "," : "", metric->label_names[i]);
        append_label_value(&text, values[i] != NULL ? values[i] : "");
        text_append(&text, "\"");
    }
    return text_take(&text);
}

static struct family *get_family_locked(const struct metric *metric)
{
    array_for_each(family, &registry.families) {
        if (family->metric == metric) {
            return family;
        }
    }
    array_append(&registry.families, ((struct family){.metric = metric}));
    return &registry.families.items[registry.families.count - 1];
}

static struct series *get_series_locked(const struct metric *metric, const char *const *values)
{
    struct family *family = get_family_locked(metric);
    auto_free char *labels = format_labels(metric, values);
    struct series *series;

    HASH_FIND_STR(family->series, labels, series);
    if (series == NULL) {
        series = memory_allocate(sizeof *series);
        series->labels = take_pointer(&labels);
        series->buckets = memory_allocate(metric->bucket_count * sizeof *series->buckets);
        HASH_ADD_KEYPTR(hh, family->series, series->labels, strlen(series->labels), series);
    }
    return series;
}

void metrics_add(const struct metric *metric, double amount, const char *const *label_values)
{
    pthread_mutex_lock(&registry.mutex);
    get_series_locked(metric, label_values)->value += amount;
    pthread_mutex_unlock(&registry.mutex);
}

void metrics_set(const struct metric *metric, double value, const char *const *label_values)
{
    pthread_mutex_lock(&registry.mutex);
    get_series_locked(metric, label_values)->value = value;
    pthread_mutex_unlock(&registry.mutex);
}

void metrics_observe(const struct metric *metric, double value, const char *const *label_values)
{
    pthread_mutex_lock(&registry.mutex);
    struct series *series = get_series_locked(metric, label_values);
    series->value += value;
    series->observations++;
    for (size_t i = 0; i < metric->bucket_count; i++) {
        series->buckets[i] += value <= metric->bucket_bounds[i] ? 1 : 0;
    }
    pthread_mutex_unlock(&registry.mutex);
}

void metrics_forget(const struct metric *metric)
{
    pthread_mutex_lock(&registry.mutex);
    struct family *family = get_family_locked(metric);
    struct series *series;
    struct series *next;
    HASH_ITER(hh, family->series, series, next) {
        HASH_DEL(family->series, series);
        free(series->labels);
        free(series->buckets);
        free(series);
    }
    pthread_mutex_unlock(&registry.mutex);
}

static void append_number(struct text *text, double value)
{
    if (isinf(value)) {
        text_append(text, value > 0 ? "+Inf" : "-Inf");
    } else {
        text_append_format(text, "%.15g", value);
    }
}

static void append_sample(struct text *text, const char *name, const char *suffix,
                          const char *labels, double value)
{
    text_append_format(text, labels[0] != '\0' ? "%s%s{%s} " : "%s%s%s ", name, suffix, labels);
    append_number(text, value);
    text_append(text, "\n");
}

static void append_bucket(struct text *text, const struct metric *metric,
                          const struct series *series, double bound, uint64_t count)
{
    auto_text struct text labels = {0};

    text_append_format(&labels, "%s%sle=\"", series->labels, series->labels[0] != '\0' ? "," : "");
    append_number(&labels, bound);
    text_append(&labels, "\"");
    append_sample(text, metric->name, "_bucket", labels.bytes, (double)count);
}

static void append_histogram(struct text *text, const struct metric *metric,
                             const struct series *series)
{
    for (size_t i = 0; i < metric->bucket_count; i++) {
        append_bucket(text, metric, series, metric->bucket_bounds[i], series->buckets[i]);
    }
    append_bucket(text, metric, series, INFINITY, series->observations);
    append_sample(text, metric->name, "_sum", series->labels, series->value);
    append_sample(text, metric->name, "_count", series->labels, (double)series->observations);
}

static void append_family(struct text *text, const struct family *family)
{
    static const char *const type_names[] = {
        [METRIC_COUNTER] = "counter",
        [METRIC_GAUGE] = "gauge",
        [METRIC_HISTOGRAM] = "histogram",
    };
    const struct metric *metric = family->metric;

    text_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                       metric->name, type_names[metric->type]);
    for (const struct series *series = family->series; series != NULL; series = series->hh.next) {
        if (metric->type == METRIC_HISTOGRAM) {
            append_histogram(text, metric, series);
        } else {
            append_sample(text, metric->name, "", series->labels, series->value);
        }
    }
}

void metrics_format(struct text *out_text)
{
    pthread_mutex_lock(&registry.mutex);
    array_for_each(family, &registry.families) {
        append_family(out_text, family);
    }
    pthread_mutex_unlock(&registry.mutex);
}
