/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/command.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "policy/rules/inspection.h"
#include "webhook/commands/manifest_files.h"
#include "webhook/commands/options.h"

#define STANDARD_INPUT "/dev/stdin"

/* What the flags say. */
struct check {
    const char *nodes_path; /* NULL: none */
    bool is_strict;
};

/* False, and standard error is told, if it cannot be read. */
static bool read_text(const char *path, char **out_text, size_t *out_size_bytes)
{
    struct error error = {0};

    if (!file_read(path, DOCUMENT_BYTES_MAX, out_text, out_size_bytes, &error)) {
        fprintf(stderr, "gpuaas check: %s\n", error.message);
        return false;
    }
    return true;
}

static bool add_file(struct inspection *inspection, const char *name, const char *path)
{
    auto_free char *text = NULL;
    size_t size_bytes;

    if (!read_text(path, &text, &size_bytes)) {
        return false;
    }
    inspection_add_text(inspection, name, text, size_bytes);
    return true;
}

static bool add_nodes(struct inspection *inspection, const char *path)
{
    auto_free char *text = NULL;
    size_t size_bytes;

    if (!read_text(strcmp(path, "-") == 0 ? STANDARD_INPUT : path, &text, &size_bytes)) {
        return false;
    }
    inspection_add_nodes(inspection, path, text, size_bytes);
    return true;
}

/* A file, or all manifests of a folder. */
static bool add_path(struct inspection *inspection, const char *path)
{
    struct manifest_files files = {0};
    struct error error = {0};
    bool is_readable = manifest_files_find(&files, path, &error);

    if (!is_readable) {
        fprintf(stderr, "gpuaas check: %s\n", error.message);
    }
    array_for_each(file, &files) {
        is_readable &= add_file(inspection, *file, *file);
    }
    manifest_files_release(&files);
    return is_readable;
}

static void print_counts(const struct inspection *inspection)
{
    const char *separator = "";
    size_t total = 0;

    for (enum inspection_kind kind = 0; kind < INSPECTION_KIND_COUNT; kind++) {
        size_t count = inspection->counts[kind];
        if (count > 0) {
            printf("%s%zu %s%s", separator, count, inspection_kind_name(kind),
                   count == 1 ? "" : "s");
            separator = ", ";
        }
        total += count;
    }
    printf("%s in %zu file%s, %zu other document%s skipped", total == 0 ? "nothing to check" : "",
           inspection->file_count, inspection->file_count == 1 ? "" : "s",
           inspection->skipped.count, inspection->skipped.count == 1 ? "" : "s");
}

static void print_number(const char *separator, size_t count, const char *what)
{
    printf("%s%zu %s%s", separator, count, what, count == 1 ? "" : "s");
}

static void print_report(const struct inspection *inspection)
{
    array_for_each(remark, &inspection->remarks) {
        printf("%s:%d:%d: %s%s\n", remark->file, remark->position.line, remark->position.column,
               remark->severity == INSPECTION_WARNING ? "warning: " : "", remark->message);
    }
    print_counts(inspection);
    if (inspection->mistake_count == 0) {
        printf(": no mistakes");
    } else {
        print_number(": ", inspection->mistake_count, "mistake");
    }
    if (inspection->warning_count > 0) {
        print_number(", ", inspection->warning_count, "warning");
    }
    printf("\n");
}

static int check_files(const struct check *check, char **paths)
{
    auto_inspection struct inspection inspection = {0};
    bool is_readable = true;

    for (; *paths != NULL; paths++) {
        is_readable &= strcmp(*paths, "-") == 0 ? add_file(&inspection, "-", STANDARD_INPUT)
                                                : add_path(&inspection, *paths);
    }
    if (check->nodes_path != NULL) {
        is_readable &= add_nodes(&inspection, check->nodes_path);
    }
    inspection_finish(&inspection);
    print_report(&inspection);
    if (!is_readable) {
        return EXIT_USAGE;
    }
    return inspection.mistake_count > 0 || (check->is_strict && inspection.warning_count > 0)
               ? EXIT_FOUND_MISTAKES
               : EXIT_OK;
}

int command_check(int argc, char **argv)
{
    struct check check = {0};
    const struct option_flag flags[] = {
        {.name = "nodes",
         .value_name = "FILE",
         .text = &check.nodes_path,
         .help = "what 'kubectl get nodes -o yaml' prints, to warn of what it cannot give"},
        {.name = "strict", .is_set = &check.is_strict, .help = "exit with 1 for warnings too"},
    };
    const struct option_command command = {
        .name = "check",
        .operands = "[FLAG]... FILE...",
        .summary = "Reads Kueue objects, priority classes and gpuaas Configurations from YAML "
                   "files and tells every\nmistake as file:line:column: message, and what may not "
                   "do what was meant as\nfile:line:column: warning: message. A FILE may be a "
                   "folder, which is searched for *.yaml and\n*.yml, or - for standard input. Exit "
                   "status: 0 if all is right, 1 if there are mistakes, 2 if a\nfile cannot be "
                   "read.",
        .flags = flags,
        .flag_count = ARRAY_LENGTH(flags),
    };
    int first_operand;
    int exit_code;

    if (!options_parse(&command, argc, argv, &first_operand, &exit_code)) {
        return exit_code;
    }
    if (first_operand == argc) {
        return options_fail(&command, "no file was named");
    }
    return check_files(&check, argv + first_operand);
}
