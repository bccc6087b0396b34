/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggestion.h"
#include "base/text.h"

enum { FIRST_COLUMN = 28 };

static void print_default(const struct option_flag *flag)
{
    if (flag->text != NULL && *flag->text != NULL) {
        printf(" (default: %s)", *flag->text);
    } else if (flag->number != NULL) {
        printf(" (default: %d)", *flag->number);
    }
}

static void print_flag(const struct option_flag *flag)
{
    auto_free char *left = text_format("--%s%s%s", flag->name, flag->value_name != NULL ? " " : "",
                                       flag->value_name != NULL ? flag->value_name : "");

    printf("  %-*s %s", FIRST_COLUMN, left, flag->help);
    print_default(flag);
    printf("\n");
}

static void print_help(const struct option_command *command)
{
    printf("Usage: gpuaas %s%s%s\n\n%s\n\n", command->name, command->operands != NULL ? " " : "",
           command->operands != NULL ? command->operands : "", command->summary);
    for (size_t i = 0; i < command->flag_count; i++) {
        print_flag(&command->flags[i]);
    }
    printf("  %-*s %s\n", FIRST_COLUMN, "--help", "show this text");
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

static const char *find_nearest_flag(const struct option_command *command, const char *name)
{
    auto_free const char **names = memory_allocate((command->flag_count + 2) * sizeof *names);

    for (size_t i = 0; i < command->flag_count; i++) {
        names[i] = command->flags[i].name;
    }
    names[command->flag_count] = "help";
    return suggestion_find(name, names);
}

static int fail_unknown_flag(const struct option_command *command, const char *word)
{
    size_t word_bytes = strcspn(word, "=");
    size_t dashes = strspn(word, "-");
    auto_free char *name =
        text_format("%.*s", (int)(word_bytes > dashes ? word_bytes - dashes : 0), word + dashes);
    const char *nearest = find_nearest_flag(command, name);

    if (nearest == NULL) {
        return options_fail(command, "unknown flag '%.*s'", (int)word_bytes, word);
    }
    return options_fail(command, "unknown flag '%.*s': did you mean '--%s'?", (int)word_bytes, word,
                        nearest);
}

/* The flag that the word names, up to an equals sign. */
static const struct option_flag *find_flag(const struct option_command *command, const char *word)
{
    if (!text_starts_with(word, "--")) {
        return NULL;
    }
    const char *name = word + 2;
    size_t name_bytes = strcspn(name, "=");
    for (size_t i = 0; i < command->flag_count; i++) {
        const struct option_flag *flag = &command->flags[i];
        if (strlen(flag->name) == name_bytes && memcmp(flag->name, name, name_bytes) == 0) {
            return flag;
        }
    }
    return NULL;
}

static bool parse_number(const struct option_flag *flag, const char *value)
{
    char *end;

    errno = 0;
    long number = strtol(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || number < flag->number_min ||
        number > flag->number_max) {
        return false;
    }
    *flag->number = (int)number;
    return true;
}

/* 0, or the exit code. */
static int take_value(const struct option_command *command, const struct option_flag *flag,
                      const char *value)
{
    if (flag->text != NULL) {
        *flag->text = value;
    } else if (flag->values != NULL) {
        array_append(flag->values, value);
    } else if (!parse_number(flag, value)) {
        return options_fail(command, "flag '--%s' takes a whole number from %d to %d, not '%s'",
                            flag->name, flag->number_min, flag->number_max, value);
    }
    return 0;
}

/* Takes the flag at argv[*position] and its value, and moves *position behind both. 0, or the exit
 * code. */
static int take_flag(const struct option_command *command, char *const *argv, int *position)
{
    const char *word = argv[(*position)++];
    const struct option_flag *flag = find_flag(command, word);
    const char *equals = strchr(word, '=');

    if (flag == NULL) {
        return fail_unknown_flag(command, word);
    }
    if (flag->value_name == NULL) {
        if (equals != NULL) {
            return options_fail(command, "flag '--%s' takes no value", flag->name);
        }
        *flag->is_set = true;
        return 0;
    }
    if (equals != NULL) {
        return take_value(command, flag, equals + 1);
    }
    if (argv[*position] == NULL) {
        return options_fail(command, "flag '--%s' needs a value", flag->name);
    }
    return take_value(command, flag, argv[(*position)++]);
}

static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

bool options_parse(const struct option_command *command, int argc, char **argv,
                   int *out_first_operand, int *out_exit_code)
{
    auto_free char **operands = memory_allocate((size_t)argc * sizeof *operands);
    bool are_all_operands = false;
    int operand_count = 0;
    int position = 1;

    while (position < argc) {
        char *word = argv[position];
        if (are_all_operands || !is_flag(word)) {
            operands[operand_count++] = word;
            position++;
        } else if (text_equal(word, "--")) {
            are_all_operands = true;
            position++;
        } else if (text_equal(word, "--help") || text_equal(word, "-h")) {
            print_help(command);
            *out_exit_code = 0;
            return false;
        } else if ((*out_exit_code = take_flag(command, argv, &position)) != 0) {
            return false;
        }
    }
    *out_first_operand = argc - operand_count;
    memcpy(argv + *out_first_operand, operands, (size_t)operand_count * sizeof *operands);
    return true;
}
