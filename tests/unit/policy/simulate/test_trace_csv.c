/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

#define HEADER "arrival_seconds,name,duration_seconds,nvidia.com/gpu,cpu_milli,memory_mib,queue\n"

Test(trace_csv, reads_the_columns_of_the_header)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, HEADER "5,pod-1,60,2,1500,3,batch\n0,pod-0,1.5,1,0,0,serving\n");
    scene_expect_no_mistake(&scene);
    trace_finish(&scene.trace);
    const struct trace_entry *first = &scene.trace.entries.items[0];
    const struct trace_entry *second = &scene.trace.entries.items[1];
    cr_expect_str_eq(first->name, "pod-0");
    cr_expect_eq(first->duration_us, 1500000);
    cr_expect_eq(first->position.line, 3);
    cr_expect_str_eq(second->queue, "batch");
    cr_expect_str_eq(second->kind, "Pod");
    cr_expect_eq(second->arrival_us, 5 * MICROS_PER_SECOND);
    const struct resources *requests = &second->pod_sets.items[0].requests;
    cr_expect_eq(resources_get(requests, "nvidia.com/gpu"), 2);
    cr_expect_eq(resources_get(requests, "cpu"), 1500);
    cr_expect_eq(resources_get(requests, "memory"), 3 * 1024 * 1024);
    scene_release(&scene);
}

Test(trace_csv, knows_more_columns_in_any_order)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, "kind,name,count,arrival_seconds,max_run_time_seconds,user,"
                                "priority,priority_class,namespace,duration_seconds,amd.com/gpu,"
                                "cpu,memory\n"
                                "Job,a,4,0,90,alice,-5,low,team,1h,2,500m,1Gi\n");
    scene_expect_no_mistake(&scene);
    const struct trace_entry *entry = &scene.trace.entries.items[0];
    cr_expect_str_eq(entry->kind, "Job");
    cr_expect_eq(entry->pod_sets.items[0].count, 4);
    cr_expect_eq(entry->run_time_us, 90 * MICROS_PER_SECOND);
    cr_expect_str_eq(entry->user, "alice");
    cr_expect_eq(entry->priority, -5);
    cr_expect_str_eq(entry->priority_class, "low");
    cr_expect_str_eq(entry->namespace_name, "team");
    cr_expect_eq(resources_get(&entry->pod_sets.items[0].requests, "amd.com/gpu"), 2);
    cr_expect_eq(resources_get(&entry->pod_sets.items[0].requests, "cpu"), 500);
    scene_release(&scene);
}

Test(trace_csv, tells_mistakes_with_their_place)
{
    static const struct {
        const char *text;
        int line;
        int column;
        const char *words;
    } cases[] = {
        {"arrival_seconds,name\n", 1, 1, "'duration_seconds' is missing"},
        {"arrival_seconds,name,duration_second\n", 1, 22, "did you mean 'duration_seconds'?"},
        {HEADER "x,a,1,1,0,0,q\n", 2, 1, "no length of time"},
        {HEADER "0,,1,1,0,0,q\n", 2, 3, "without a name"},
        {HEADER "0,a,1,1,0,0\n", 2, 11, "6 cells, but the header has 7 columns"},
        {HEADER "0,a,1,1,0,0,q,r\n", 2, 15, "more cells"},
        {HEADER "0,a,1,half,0,0,q\n", 2, 7, "half"},
        {HEADER "0,a,1,0.5,0,0,q\n", 2, 7, "0.5"},
        {HEADER "0,a,1,1,lots,0,q\n", 2, 9, "'lots' is no whole number"},
        {HEADER "0,a,1,1,-1,0,q\n", 2, 9, "'-1' is no whole number"},
        {HEADER "0,\"a,1,1,0,0,q\n", 2, 3, "not closed"},
        {"arrival_seconds,name,duration_seconds,kind\n0,a,1,Deployment\n", 2, 7,
         "must be Pod, Job or Notebook"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        scene_add_workloads(&scene, cases[i].text);
        cr_assert_geq(scene.mistakes.count, 1, "%s", cases[i].text);
        const struct mistake *mistake = &scene.mistakes.items[0];
        bool is_found = mistake->position.line == cases[i].line &&
                        mistake->position.column == cases[i].column &&
                        strstr(mistake->message, cases[i].words) != NULL;
        cr_expect(is_found, "%s: %d:%d: %s", cases[i].text, mistake->position.line,
                  mistake->position.column, mistake->message);
        scene_release(&scene);
    }
}

Test(trace_csv, goes_on_after_a_bad_row)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, HEADER "x,a,1,1,0,0,q\ny,b,1,1,0,0,q\n0,c,1,1,0,0,q\n");
    cr_expect_eq(scene.mistakes.count, 2);
    cr_expect_eq(scene.trace.entries.count, 1);
    scene_release(&scene);
}

Test(trace_csv, keeps_a_bounded_number_of_mistakes)
{
    struct scene scene = {0};
    struct text text = {0};

    text_append(&text, HEADER);
    for (int i = 0; i < 2 * MISTAKES_MAX; i++) {
        text_append(&text, "x,a,1,1,0,0,q\n");
    }
    scene_add_workloads(&scene, text.bytes);
    cr_expect_eq(scene.mistakes.count, MISTAKES_MAX);
    cr_expect_eq(scene.mistakes.dropped_count, MISTAKES_MAX);
    text_release(&text);
    scene_release(&scene);
}

Test(trace_csv, refuses_what_is_not_utf8)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, HEADER "0,\xff\xfe,1,1,0,0,q\n");
    cr_assert_eq(scene.mistakes.count, 1);
    cr_expect_str_eq(scene.mistakes.items[0].message, "the file is not UTF-8");
    scene_release(&scene);
}
