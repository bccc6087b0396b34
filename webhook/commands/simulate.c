/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/command.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "policy/simulate/node_file.h"
#include "policy/simulate/report_json.h"
#include "policy/simulate/report_table.h"
#include "policy/simulate/timeline.h"
#include "policy/simulate/what_if.h"
#include "webhook/commands/manifest_files.h"
#include "webhook/commands/options.h"

#define STANDARD_INPUT "/dev/stdin"

/* What the flags say, and what was read. */
struct simulate {
    const struct option_command *command;
    struct option_values policy_paths;
    struct option_values workload_paths;
    struct option_values quotas;
    struct option_values requests;
    struct option_values additions;
    const char *nodes_path;
    const char *strategy;
    const char *output;
    const char *grace;
    bool has_backfill;
    bool makes_promises;
    bool tries_all;
    int rows_max;
    int run_time_percent;
    struct policy_set policy;
    struct trace trace;
    struct placement nodes;
    struct mistakes mistakes;
    struct simulation simulation;
    struct summary summary;
};

/* 0, or the exit status: standard error was told. */
static int read_text(const char *path, size_t limit_bytes, char **out_text, size_t *out_size_bytes)
{
    struct error error = {0};

    if (!file_read(strcmp(path, "-") == 0 ? STANDARD_INPUT : path, limit_bytes, out_text,
                   out_size_bytes, &error)) {
        fprintf(stderr, "gpuaas simulate: %s\n", error.message);
        return EXIT_USAGE;
    }
    return 0;
}

static int read_policy_file(struct simulate *simulate, const char *path)
{
    auto_free char *text = NULL;
    size_t size_bytes;
    int code = read_text(path, DOCUMENT_BYTES_MAX, &text, &size_bytes);

    if (code == 0) {
        policy_set_add_text(&simulate->policy, path, text, size_bytes, &simulate->mistakes);
    }
    return code;
}

static int read_policy(struct simulate *simulate)
{
    struct manifest_files files = {0};
    struct error error = {0};
    int code = 0;

    array_for_each(path, &simulate->policy_paths) {
        if (strcmp(*path, "-") == 0) {
            array_append(&files, memory_copy_text(*path));
        } else if (!manifest_files_find(&files, *path, &error)) {
            fprintf(stderr, "gpuaas simulate: %s\n", error.message);
            code = EXIT_USAGE;
        }
    }
    array_for_each(file, &files) {
        code = code != 0 ? code : read_policy_file(simulate, *file);
    }
    manifest_files_release(&files);
    return code;
}

static int read_workloads(struct simulate *simulate)
{
    int code = 0;

    array_for_each(path, &simulate->workload_paths) {
        auto_free char *text = NULL;
        size_t size_bytes;
        code = code != 0 ? code : read_text(*path, TRACE_BYTES_MAX, &text, &size_bytes);
        if (code == 0) {
            trace_add_text(&simulate->trace, *path, text, size_bytes, &simulate->mistakes);
        }
    }
    return code;
}

static int read_nodes(struct simulate *simulate)
{
    auto_free char *text = NULL;
    size_t size_bytes;

    if (simulate->nodes_path == NULL) {
        return 0;
    }
    int code = read_text(simulate->nodes_path, DOCUMENT_BYTES_MAX, &text, &size_bytes);
    if (code == 0) {
        node_file_add_text(&simulate->nodes, simulate->nodes_path, text, size_bytes,
                           &simulate->mistakes);
    }
    return code;
}

static int print_mistakes(const struct simulate *simulate)
{
    array_for_each(mistake, &simulate->mistakes) {
        if (mistake->file == NULL) {
            fprintf(stderr, "gpuaas simulate: %s\n", mistake->message);
        } else {
            fprintf(stderr, "%s:%d:%d: %s\n", mistake->file, mistake->position.line,
                    mistake->position.column, mistake->message);
        }
    }
    if (simulate->mistakes.dropped_count > 0) {
        fprintf(stderr, "gpuaas simulate: and %zu more mistakes\n",
                simulate->mistakes.dropped_count);
    }
    return simulate->mistakes.count > 0 ? EXIT_FOUND_MISTAKES : 0;
}

static int fail_flag(const struct simulate *simulate, const char *flag, const struct error *error)
{
    return options_fail(simulate->command, "flag '--%s': %s", flag, error->message);
}

static int apply_changes(struct simulate *simulate)
{
    struct error error = {0};

    array_for_each(quota, &simulate->quotas) {
        if (!what_if_set_quota(&simulate->policy, *quota, &error)) {
            return fail_flag(simulate, "set-quota", &error);
        }
    }
    array_for_each(request, &simulate->requests) {
        if (!what_if_set_request(&simulate->trace, *request, &error)) {
            return fail_flag(simulate, "set-request", &error);
        }
    }
    array_for_each(addition, &simulate->additions) {
        if (!what_if_add(&simulate->trace, *addition, &error)) {
            return fail_flag(simulate, "add", &error);
        }
    }
    if (simulate->strategy != NULL &&
        !what_if_set_strategy(&simulate->policy, simulate->strategy, &error)) {
        return fail_flag(simulate, "queueing-strategy", &error);
    }
    if (simulate->has_backfill) {
        what_if_backfill(&simulate->policy);
    }
    return 0;
}

static void print_output(const struct simulate *simulate)
{
    auto_free char *text = NULL;

    if (text_equal(simulate->output, "json")) {
        json_auto_t *report = report_json_encode(&simulate->simulation, &simulate->summary);
        text = json_dumps(report, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
        puts(text);
        return;
    }
    text = text_equal(simulate->output, "svg")
               ? timeline_format(&simulate->simulation, &simulate->summary)
               : report_table_format(&simulate->simulation, &simulate->summary,
                                     (size_t)simulate->rows_max);
    fputs(text, stdout);
}

static bool declares_run_times(const struct simulation *simulation)
{
    array_for_each(workload, &simulation->workloads) {
        if (workload->run_time_us > 0) {
            return true;
        }
    }
    return false;
}

static void print_notes(const struct simulate *simulate)
{
    array_for_each(note, &simulate->trace.notes) {
        fprintf(stderr, "gpuaas simulate: %s\n", *note);
    }
    if (simulate->has_backfill && !declares_run_times(&simulate->simulation)) {
        fprintf(stderr, "gpuaas simulate: nothing declares a maximum run time, so nothing is "
                        "backfilled; --declare-run-times 100 takes the durations\n");
    }
    if (simulate->simulation.gave_up != NULL) {
        fprintf(stderr, "gpuaas simulate: given up: %s\n", simulate->simulation.gave_up);
    }
}

static int run(struct simulate *simulate)
{
    struct simulation_options options = {
        .run_time_percent = simulate->run_time_percent,
        .makes_promises = simulate->makes_promises,
        .tries_all = simulate->tries_all,
    };
    struct error error = {0};
    int code;

    if (simulate->grace != NULL && !time_span_parse(simulate->grace, &options.grace_us, &error)) {
        return fail_flag(simulate, "grace-period", &error);
    }
    if ((code = read_policy(simulate)) != 0 || (code = read_workloads(simulate)) != 0 ||
        (code = read_nodes(simulate)) != 0) {
        return code;
    }
    policy_set_finish(&simulate->policy, &simulate->mistakes);
    if ((code = print_mistakes(simulate)) != 0 || (code = apply_changes(simulate)) != 0) {
        return code;
    }
    trace_finish(&simulate->trace);
    if (!simulation_init(&simulate->simulation, &simulate->policy, &simulate->trace,
                         simulate->nodes_path != NULL ? &simulate->nodes : NULL, &options,
                         &simulate->mistakes)) {
        return print_mistakes(simulate);
    }
    simulation_run(&simulate->simulation);
    summary_make(&simulate->simulation, &simulate->summary);
    print_notes(simulate);
    print_output(simulate);
    return simulate->simulation.gave_up != NULL ? EXIT_FOUND_MISTAKES : EXIT_OK;
}

static void release(struct simulate *simulate)
{
    array_release(&simulate->policy_paths);
    array_release(&simulate->workload_paths);
    array_release(&simulate->quotas);
    array_release(&simulate->requests);
    array_release(&simulate->additions);
    summary_release(&simulate->summary);
    simulation_release(&simulate->simulation);
    placement_release(&simulate->nodes);
    trace_release(&simulate->trace);
    policy_set_release(&simulate->policy);
    mistakes_release(&simulate->mistakes);
}

static bool is_output(const char *name)
{
    return text_equal(name, "table") || text_equal(name, "json") || text_equal(name, "svg");
}

static int check_flags(const struct simulate *simulate)
{
    if (simulate->policy_paths.count == 0) {
        return options_fail(simulate->command, "no policy was named: --policy FILE");
    }
    if (simulate->workload_paths.count == 0 && simulate->additions.count == 0) {
        return options_fail(simulate->command, "no workloads were named: --workloads FILE");
    }
    if (!is_output(simulate->output)) {
        return options_fail(simulate->command, "flag '--output' takes table, json or svg, not '%s'",
                            simulate->output);
    }
    return 0;
}

int command_simulate(int argc, char **argv)
{
    struct simulate simulate = {.output = "table", .rows_max = 50};
    const struct option_flag flags[] = {
        {"policy", "FILE", .values = &simulate.policy_paths,
         .help = "a file or a folder; repeatable"},
        {"workloads", "FILE", .values = &simulate.workload_paths,
         .help = "YAML, CSV or a log of 'gpuaas serve'; repeatable"},
        {"nodes", "FILE", .text = &simulate.nodes_path,
         .help = "what 'kubectl get nodes -o yaml' prints: places count too"},
        {"output", "FORMAT", .text = &simulate.output, .help = "table, json or svg"},
        {"rows", "N", .help = "workloads in the table; 0: all", .number = &simulate.rows_max,
         .number_min = 0, .number_max = INT32_MAX},
        {"set-quota", "WHAT=N", .values = &simulate.quotas,
         .help = "[QUEUE/]FLAVOR/RESOURCE=N: another quota; repeatable"},
        {"set-request", "WHAT=N", .values = &simulate.requests,
         .help = "[NAMESPACE/]QUEUE/RESOURCE=N: each of its pods asks that; repeatable"},
        {"add", "FIELDS", .values = &simulate.additions,
         .help = "name=x,queue=q,nvidia.com/gpu=4,arrival=0,duration=2h; repeatable"},
        {"queueing-strategy", "NAME", .text = &simulate.strategy,
         .help = "StrictFIFO or BestEffortFIFO for all queues"},
        {"backfill", .is_set = &simulate.has_backfill,
         .help = "what ends before a blocked head can start may pass it"},
        {"declare-run-times", "PERCENT", .help = "of its duration, declares who declares nothing",
         .number = &simulate.run_time_percent, .number_min = 0, .number_max = 10000},
        {"grace-period", "DURATION", .text = &simulate.grace,
         .help = "from a preemption until the pods are gone"},
        {"estimates", .is_set = &simulate.makes_promises,
         .help = "what each would be told about its start, and if it was so"},
        {"try-all", .is_set = &simulate.tries_all,
         .help = "tries all each time: slow, and decides the same"},
    };
    const struct option_command command = {
        .name = "simulate",
        .operands = "--policy FILE... --workloads FILE [FLAG]...",
        .summary = "Lets the rules of the queues decide on a virtual clock: who starts when, waits "
                   "how long, and\nwhy. Exit status: 1 if an input has mistakes, which are told as "
                   "file:line:column: message;\n2 if a file cannot be read or a flag is wrong.",
        .flags = flags,
        .flag_count = ARRAY_LENGTH(flags),
    };
    int first_operand;
    int code;

    simulate.command = &command;
    if (options_parse(&command, argc, argv, &first_operand, &code)) {
        for (int i = first_operand; i < argc; i++) { /* --policy FILE FILE */
            array_append(&simulate.policy_paths, (const char *)argv[i]);
        }
        code = check_flags(&simulate);
        code = code != 0 ? code : run(&simulate);
    }
    release(&simulate);
    return code;
}
