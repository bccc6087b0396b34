/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/command.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "policy/rules/inspection.h"
#include "webhook/commands/options.h"

static const struct option_command check_command = {
    .name = "check",
    .operands = "FILE...",
    .summary = "Reads Kueue objects and gpuaas Configurations from YAML files and tells every "
               "mistake as\nfile:line:column: message. A FILE may be a folder, which is searched "
               "for *.yaml and *.yml,\nor - for standard input. Exit status: 0 if all is right, 1 "
               "if there are mistakes, 2 if a\nfile cannot be read.",
};

static bool add_file(struct inspection *inspection, const char *name, const char *path)
{
    auto_free char *text = NULL;
    size_t size_bytes;
    struct error error = {0};

    if (!file_read(path, DOCUMENT_BYTES_MAX, &text, &size_bytes, &error)) {
        fprintf(stderr, "gpuaas check: %s\n", error.message);
        return false;
    }
    inspection_add_text(inspection, name, text, size_bytes);
    return true;
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static bool is_hidden(const FTSENT *entry)
{
    return entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';
}

static bool visit(struct inspection *inspection, FTS *walk, FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_D:
        if (is_hidden(entry)) {
            fts_set(walk, entry, FTS_SKIP);
        }
        return true;
    case FTS_F:
        if (entry->fts_level > FTS_ROOTLEVEL &&
            (is_hidden(entry) || !(text_ends_with(entry->fts_name, ".yaml") ||
                                   text_ends_with(entry->fts_name, ".yml")))) {
            return true;
        }
        return add_file(inspection, entry->fts_path, entry->fts_accpath);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        fprintf(stderr, "gpuaas check: opening '%s': %s\n", entry->fts_path,
                strerror(entry->fts_errno));
        return false;
    case FTS_DEFAULT: /* a pipe, for example */
        return entry->fts_level > FTS_ROOTLEVEL ||
               add_file(inspection, entry->fts_path, entry->fts_accpath);
    default:
        return true;
    }
}

/* A file, or all manifests of a folder. */
static bool add_path(struct inspection *inspection, char *path)
{
    bool is_readable = true;
    FTS *walk = fts_open((char *[]){path, NULL}, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
    FTSENT *entry;

    if (walk == NULL) {
        fprintf(stderr, "gpuaas check: opening '%s': %s\n", path, strerror(errno));
        return false;
    }
    while ((entry = fts_read(walk)) != NULL) {
        is_readable &= visit(inspection, walk, entry);
    }
    fts_close(walk);
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
           inspection->skipped_count, inspection->skipped_count == 1 ? "" : "s");
}

static void print_report(const struct inspection *inspection)
{
    array_for_each(mistake, &inspection->mistakes) {
        printf("%s:%d:%d: %s\n", mistake->file, mistake->position.line, mistake->position.column,
               mistake->message);
    }
    print_counts(inspection);
    if (inspection->mistakes.count == 0) {
        printf(": no mistakes\n");
    } else {
        printf(": %zu mistake%s\n", inspection->mistakes.count,
               inspection->mistakes.count == 1 ? "" : "s");
    }
}

int command_check(int argc, char **argv)
{
    auto_inspection struct inspection inspection = {0};
    bool is_readable = true;
    int first_operand;
    int exit_code;

    if (!options_parse(&check_command, argc, argv, &first_operand, &exit_code)) {
        return exit_code;
    }
    if (first_operand == argc) {
        return options_fail(&check_command, "no file was named");
    }
    for (int i = first_operand; i < argc; i++) {
        is_readable &= strcmp(argv[i], "-") == 0 ? add_file(&inspection, "-", "/dev/stdin")
                                                 : add_path(&inspection, argv[i]);
    }
    inspection_finish(&inspection);
    print_report(&inspection);
    if (!is_readable) {
        return EXIT_USAGE;
    }
    return inspection.mistakes.count > 0 ? EXIT_FOUND_MISTAKES : EXIT_OK;
}
