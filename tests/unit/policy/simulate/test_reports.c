/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/simulate/report_json.h"
#include "policy/simulate/report_table.h"
#include "policy/simulate/timeline.h"
#include "tests/unit/policy/simulate/scene.h"

static void play(struct scene *scene, int count)
{
    struct text text = {0};

    scene_set_policy(scene, "StrictFIFO", 1, "");
    text_append(&text, "workloads:\n");
    for (int i = 0; i < count; i++) {
        text_append_format(&text,
                           "- {name: \"w%d <&>\", queue: team, arrival: %d, duration: 100, "
                           "requests: {nvidia.com/gpu: 1}}\n",
                           i, i);
    }
    scene_add_workloads(scene, text.bytes);
    scene_run(scene);
    text_release(&text);
}

static size_t count_text(const char *text, const char *word)
{
    size_t count = 0;

    while ((text = strstr(text, word)) != NULL) {
        count++;
        text += strlen(word);
    }
    return count;
}

Test(reports, tell_who_starts_when_in_a_table)
{
    struct scene scene = {0};

    play(&scene, 2);
    auto_free char *table = report_table_format(&scene.simulation, &scene.summary, 0);
    cr_expect_not_null(strstr(table, "2 workloads: 2 started, of which 1 waited\n"));
    cr_expect_not_null(strstr(table, "1 nvidia.com/gpu needed, 0 of 1 free in a"), "%s", table);
    cr_expect_not_null(strstr(table, "1 min 39 s"), "%s", table);
    scene_release(&scene);
}

Test(reports, show_the_longest_waits_where_there_are_too_many)
{
    struct scene scene = {0};

    play(&scene, 9);
    auto_free char *table = report_table_format(&scene.simulation, &scene.summary, 2);
    cr_expect_not_null(strstr(table, "The 2 that waited longest of 9; --rows 0 shows all."));
    cr_expect_not_null(strstr(table, "w7 "));
    cr_expect_not_null(strstr(table, "w8 "));
    cr_expect_null(strstr(table, "w6 "));
    scene_release(&scene);
}

Test(reports, encode_all_for_programs)
{
    struct scene scene = {0};

    play(&scene, 2);
    json_auto_t *report = report_json_encode(&scene.simulation, &scene.summary);
    const json_t *second = json_array_get(json_object_get(report, "workloads"), 1);
    const json_t *waits = json_object_get(json_object_get(report, "summary"), "waits");
    cr_expect_eq(json_integer_value(json_object_get(second, "startSeconds")), 100);
    cr_expect_eq(json_integer_value(json_object_get(second, "waitSeconds")), 99);
    cr_expect_eq(json_integer_value(json_object_get(second, "endSeconds")), 200);
    cr_expect_str_eq(json_string_value(json_object_get(json_object_get(second, "why"), "reason")),
                     "WaitingForQuota");
    cr_expect_float_eq(json_real_value(json_object_get(waits, "meanSeconds")), 49.5, 0);
    cr_expect_eq(json_integer_value(json_object_get(waits, "maxSeconds")), 99);
    scene_release(&scene);
}

Test(reports, draw_each_workload_while_there_are_few)
{
    struct scene scene = {0};

    play(&scene, 3);
    auto_free char *picture = timeline_format(&scene.simulation, &scene.summary);
    cr_expect_not_null(strstr(picture, "w1 &lt;&amp;&gt; · 1 GPU"));
    cr_expect_null(strstr(picture, "<&>"));
    cr_expect_eq(count_text(picture, "waits 1 min 39 s"), 1);
    scene_release(&scene);
}

Test(reports, draw_queues_where_there_are_many)
{
    struct scene scene = {0};

    play(&scene, 1000);
    auto_free char *picture = timeline_format(&scene.simulation, &scene.summary);
    cr_expect_null(strstr(picture, "w1 &lt;"));
    cr_expect_not_null(strstr(picture, ">Each queue<"));
    cr_expect_not_null(strstr(picture, ">1,000<"));
    cr_expect_lt(strlen(picture), 200000);
    scene_release(&scene);
}
