/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/metrics.h"

static const double bounds[] = {0.5, 1};

static const struct metric starts = {
    .name = "gpuaas_starts_total",
    .help = "Workloads started.",
    .type = METRIC_COUNTER,
    .label_names = {"queue", "result"},
};

static const struct metric leader = {
    .name = "gpuaas_leader",
    .help = "1 on the leader.",
    .type = METRIC_GAUGE,
};

static const struct metric duration = {
    .name = "gpuaas_duration_seconds",
    .help = "Time taken.",
    .type = METRIC_HISTOGRAM,
    .label_names = {"step"},
    .bucket_bounds = bounds,
    .bucket_count = 2,
};

Test(metrics, counts_by_labels)
{
    auto_text struct text text = {0};

    metrics_add(&starts, 1, METRIC_LABELS("a", "ok"));
    metrics_add(&starts, 2, METRIC_LABELS("a", "ok"));
    metrics_add(&starts, 1, METRIC_LABELS("b", NULL));
    metrics_format(&text);
    cr_assert_str_eq(text.bytes, "# HELP gpuaas_starts_total Workloads started.\n"
                                 "# TYPE gpuaas_starts_total counter\n"
                                 "gpuaas_starts_total{queue=\"a\",result=\"ok\"} 3\n"
                                 "gpuaas_starts_total{queue=\"b\",result=\"\"} 1\n");
    metrics_forget(&starts);
}

Test(metrics, sets_a_gauge_without_labels)
{
    auto_text struct text text = {0};

    metrics_set(&leader, 1, METRIC_LABELS(NULL));
    metrics_set(&leader, 0.25, METRIC_LABELS(NULL));
    metrics_format(&text);
    cr_assert_str_eq(text.bytes, "# HELP gpuaas_leader 1 on the leader.\n"
                                 "# TYPE gpuaas_leader gauge\n"
                                 "gpuaas_leader 0.25\n");
    metrics_forget(&leader);
}

Test(metrics, counts_observations_in_cumulative_buckets)
{
    auto_text struct text text = {0};

    metrics_observe(&duration, 0.5, METRIC_LABELS("x"));
    metrics_observe(&duration, 0.75, METRIC_LABELS("x"));
    metrics_observe(&duration, 8, METRIC_LABELS("x"));
    metrics_format(&text);
    cr_assert_str_eq(text.bytes, "# HELP gpuaas_duration_seconds Time taken.\n"
                                 "# TYPE gpuaas_duration_seconds histogram\n"
                                 "gpuaas_duration_seconds_bucket{step=\"x\",le=\"0.5\"} 1\n"
                                 "gpuaas_duration_seconds_bucket{step=\"x\",le=\"1\"} 2\n"
                                 "gpuaas_duration_seconds_bucket{step=\"x\",le=\"+Inf\"} 3\n"
                                 "gpuaas_duration_seconds_sum{step=\"x\"} 9.25\n"
                                 "gpuaas_duration_seconds_count{step=\"x\"} 3\n");
    metrics_forget(&duration);
}

Test(metrics, escapes_label_values)
{
    auto_text struct text text = {0};

    metrics_set(&starts, 1, METRIC_LABELS("a\"b\\c\nd", ""));
    metrics_format(&text);
    cr_assert_not_null(strstr(text.bytes, "{queue=\"a\\\"b\\\\c\\nd\",result=\"\"} 1\n"));
    metrics_forget(&starts);
}

Test(metrics, forgets_all_series_of_a_family)
{
    auto_text struct text text = {0};

    metrics_set(&leader, 1, METRIC_LABELS(NULL));
    metrics_forget(&leader);
    metrics_format(&text);
    cr_assert_null(strstr(text.bytes, "\ngpuaas_leader 1\n"));
}
