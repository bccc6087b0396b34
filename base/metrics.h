/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"

enum { METRIC_LABELS_MAX = 4 };

/* One family in Prometheus' text format, declared `static const` by the file that feeds it. */
struct metric {
    const char *name;
    const char *help;
    enum { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } type;
    const char *label_names[METRIC_LABELS_MAX]; /* NULL after the last */
    const double *bucket_bounds;                /* ascending; histograms only */
    size_t bucket_count;
};

/* Label values in the order of label_names. */
#define METRIC_LABELS(...) ((const char *const[METRIC_LABELS_MAX]){__VA_ARGS__})

void metrics_add(const struct metric *metric, double amount, const char *const *label_values);
void metrics_set(const struct metric *metric, double value, const char *const *label_values);
void metrics_observe(const struct metric *metric, double value, const char *const *label_values);

/* Drops all series of a family, for gauges whose objects may be gone. */
void metrics_forget(const struct metric *metric);

/* Appends every family that was ever fed. */
void metrics_format(struct text *out_text);
