/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggestion.h"
#include "base/text.h"

/* What getopt_long returns for flag i is FIRST_FLAG_KEY + i: out of the way of '?', ':' and 'h'. */
enum { FIRST_FLAG_KEY = 256 };

static void print_flag(const struct option_flag *flag)
{
    auto_free char *left = text_format("--%s%s%s", flag->name, flag->value_name != NULL ? " " : "",
                                       flag->value_name != NULL ? flag->value_name : "");

    printf("  %-26s %s", left, flag->help);
    if (flag->text != NULL && *flag->text != NULL) {
        printf(" (default: %s)", *flag->text);
    }
    printf("\n");
}

static void print_help(const struct option_command *command)
{
    printf("Usage: gpuaas %s%s%s\n\n%s\n\n", command->name, command->operands != NULL ? " " : "",
           command->operands != NULL ? command->operands : "", command->summary);
    for (size_t i = 0; i < command->flag_count; i++) {
        print_flag(&command->flags[i]);
    }
    printf("  %-26s %s\n", "--help", "show this text");
}

int options_fail(const struct option_command *command, const char *message_format, ...)
{
    va_list arguments;

    fprintf(stderr, "gpuaas %s: ", command->name);
    va_start(arguments, message_format);
    vfprintf(stderr, message_format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n'gpuaas %s --help' lists the flags\n", command->name);
    return OPTIONS_EXIT_USAGE;
}

static struct option *create_getopt_table(const struct option_command *command)
{
    struct option *table = memory_allocate((command->flag_count + 2) * sizeof *table);

    for (size_t i = 0; i < command->flag_count; i++) {
        const struct option_flag *flag = &command->flags[i];
        table[i] = (struct option){
            .name = flag->name,
            .has_arg = flag->value_name != NULL ? required_argument : no_argument,
            .val = FIRST_FLAG_KEY + (int)i,
        };
    }
    table[command->flag_count] = (struct option){.name = "help", .val = 'h'};
    return table;
}

static const char *find_nearest_flag(const struct option_command *command, const char *name)
{
    auto_free const char **names = memory_allocate((command->flag_count + 2) * sizeof *names);

    for (size_t i = 0; i < command->flag_count; i++) {
        names[i] = command->flags[i].name;
    }
    names[command->flag_count] = "help";
    return suggestion_find(name, names);
}

static int fail_unknown_flag(const struct option_command *command, const char *flag)
{
    auto_free char *name = memory_copy_text(flag + strspn(flag, "-"));
    name[strcspn(name, "=")] = '\0';
    const char *nearest = find_nearest_flag(command, name);

    if (nearest == NULL) {
        return options_fail(command, "unknown flag '--%s'", name);
    }
    return options_fail(command, "unknown flag '--%s': did you mean '--%s'?", name, nearest);
}

static int fail_at(const struct option_command *command, int found, char *const *argv)
{
    const char *word = argv[optind - 1];

    if (found == ':') {
        return options_fail(command, "flag '%s' needs a value", word);
    }
    if (optopt >= FIRST_FLAG_KEY || (optopt == 'h' && text_starts_with(word, "--"))) {
        return options_fail(command, "flag '%.*s' takes no value", (int)strcspn(word, "="), word);
    }
    if (optopt != 0) {
        return options_fail(command, "unknown flag '-%c'", optopt);
    }
    return fail_unknown_flag(command, word);
}

static void take_value(const struct option_flag *flag)
{
    if (flag->value_name != NULL) {
        *flag->text = optarg;
    } else {
        *flag->is_set = true;
    }
}

bool options_parse(const struct option_command *command, int argc, char **argv,
                   int *out_first_operand, int *out_exit_code)
{
    auto_free struct option *table = create_getopt_table(command);
    int found;

    optind = 0;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (found == 'h') {
            print_help(command);
            *out_exit_code = 0;
            return false;
        }
        if (found < FIRST_FLAG_KEY) {
            *out_exit_code = fail_at(command, found, argv);
            return false;
        }
        take_value(&command->flags[found - FIRST_FLAG_KEY]);
    }
    *out_first_operand = optind;
    return true;
}
