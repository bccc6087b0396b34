/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"

/*
 * The flags of one command: a table that is both the parser and the help.
 *
 *     const char *listen = ":9443";
 *     bool is_verbose = false;
 *     const struct option_flag flags[] = {
 *         {"listen", "ADDRESS", .text = &listen, .help = "address of the webhook"},
 *         {"verbose", .is_set = &is_verbose, .help = "log more"},
 *     };
 *     const struct option_command command = {
 *         "serve", "[FLAG]...", "Runs the webhook and the companion.", flags, ARRAY_LENGTH(flags)};
 *     if (!options_parse(&command, argc, argv, &first_operand, &exit_code)) {
 *         return exit_code;
 *     }
 */
struct option_values ARRAY_OF(const char *);

/* Exactly one of text, number, values and is_set says where the value goes. What is there before is
 * the default, which --help shows. */
struct option_flag {
    const char *name;       /* without the dashes */
    const char *value_name; /* as the help shows it: "FILE"; NULL for a flag without a value */
    const char **text;      /* borrowed from argv */
    bool *is_set;           /* for a flag without a value */
    const char *help;
    struct option_values *values; /* may be given several times; borrowed from argv */
    int *number;                  /* a whole number within the two bounds */
    int number_min;
    int number_max;
};

struct option_command {
    const char *name;
    const char *operands; /* behind the name in the usage line: "FILE..."; may be NULL */
    const char *summary;
    const struct option_flag *flags;
    size_t flag_count;
};

enum { OPTIONS_EXIT_USAGE = 2 };

/* Parses `argv`, whose first entry is the command's name: `--flag value` or `--flag=value`, before,
 * between or behind the operands; all behind `--` is an operand; `--help` is known unlisted.
 * Returns false when the command is over: 0 in *out_exit_code after --help, 2 after a mistake, of
 * which standard error was told. On success the operands were moved to the end of argv, in their
 * order, and argv[*out_first_operand] is the first. */
bool options_parse(const struct option_command *command, int argc, char **argv,
                   int *out_first_operand, int *out_exit_code);

/* Tells standard error `gpuaas COMMAND: message` and where to find help, and returns 2. */
int options_fail(const struct option_command *command, const char *message_format, ...)
    __attribute__((format(printf, 2, 3)));
