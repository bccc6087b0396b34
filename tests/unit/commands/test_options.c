/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "webhook/commands/options.h"

enum { WORDS_MAX = 8, UNTOUCHED = -1 };

/* What a command line sets. */
struct settings {
    const char *listen;
    int threads;
    bool is_verbose;
    struct option_values names;
    char *words[WORDS_MAX + 1];
    int word_count;
    int first_operand;
    int exit_code;
};

static void release(struct settings *settings)
{
    array_release(&settings->names);
    for (int i = 0; i < settings->word_count; i++) {
        free(settings->words[i]);
    }
}

#define auto_settings __attribute__((cleanup(release)))

/* Splits the line at its spaces, and parses it. */
static bool parse(struct settings *settings, const char *line)
{
    const struct option_flag flags[] = {
        {"listen", "ADDRESS", .text = &settings->listen, .help = "address of the webhook"},
        {"threads", "COUNT", .number = &settings->threads, .number_min = 1, .number_max = 64,
         .help = "threads of the webhook"},
        {"name", "NAME", .values = &settings->names, .help = "may be repeated"},
        {"verbose", .is_set = &settings->is_verbose, .help = "log more"},
    };
    const struct option_command command = {"serve", "[FLAG]... [FILE]...", "Serves.", flags,
                                           ARRAY_LENGTH(flags)};
    size_t word_bytes;

    settings->listen = ":9443";
    settings->threads = 2;
    settings->exit_code = UNTOUCHED;
    settings->words[settings->word_count++] = memory_copy_text("serve");
    for (const char *rest = line; *rest != '\0'; rest += word_bytes + (rest[word_bytes] == ' ')) {
        word_bytes = strcspn(rest, " ");
        settings->words[settings->word_count++] = text_format("%.*s", (int)word_bytes, rest);
    }
    char *argv[WORDS_MAX + 1];
    memcpy(argv, settings->words, sizeof argv);
    bool is_parsed = options_parse(&command, settings->word_count, argv, &settings->first_operand,
                                   &settings->exit_code);
    if (is_parsed) {
        int used = settings->first_operand;
        for (int i = used; i < settings->word_count; i++) {
            fprintf(stderr, "[%s]", argv[i]);
        }
    }
    fflush(stdout);
    fflush(stderr);
    return is_parsed;
}

TestSuite(options, .init = cr_redirect_stdout);

static char *read_all(FILE *stream)
{
    struct text text = {0};
    int byte;

    while ((byte = fgetc(stream)) != EOF) {
        char letter = (char)byte;
        text_append_bytes(&text, &letter, 1);
    }
    return text_take(&text);
}

Test(options, keeps_the_defaults_of_an_empty_line)
{
    auto_settings struct settings settings = {0};

    cr_assert(parse(&settings, ""));
    cr_assert_str_eq(settings.listen, ":9443");
    cr_assert_eq(settings.threads, 2);
    cr_assert_not(settings.is_verbose);
    cr_assert_eq(settings.names.count, 0);
    cr_assert_eq(settings.first_operand, 1);
}

Test(options, takes_values_behind_a_space_or_an_equals_sign)
{
    auto_settings struct settings settings = {0};

    cr_assert(parse(&settings, "--listen=a=b --threads 7 --verbose --name x --name=y"));
    cr_assert_str_eq(settings.listen, "a=b");
    cr_assert_eq(settings.threads, 7);
    cr_assert(settings.is_verbose);
    cr_assert_eq(settings.names.count, 2);
    cr_assert_str_eq(settings.names.items[0], "x");
    cr_assert_str_eq(settings.names.items[1], "y");
}

Test(options, takes_an_empty_value_and_one_that_looks_like_a_flag)
{
    auto_settings struct settings settings = {0};

    cr_assert(parse(&settings, "--listen= --name --verbose"));
    cr_assert_str_eq(settings.listen, "");
    cr_assert_str_eq(settings.names.items[0], "--verbose");
    cr_assert_not(settings.is_verbose);
}

Test(options, moves_operands_to_the_end_in_their_order)
{
    auto_settings struct settings settings = {0};

    cr_redirect_stderr();
    cr_assert(parse(&settings, "one --verbose two - --threads 3 -- --four"));
    auto_free char *operands = read_all(cr_get_redirected_stderr());
    cr_assert_str_eq(operands, "[one][two][-][--four]");
    cr_assert_eq(settings.threads, 3);
}

Test(options, says_what_is_wrong)
{
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"--lisen :1", "unknown flag '--lisen': did you mean '--listen'?"},
        {"--list", "unknown flag '--list': did you mean '--listen'?"},
        {"--thread=3", "unknown flag '--thread': did you mean '--threads'?"},
        {"--hlep", "unknown flag '--hlep': did you mean '--help'?"},
        {"-verbose", "unknown flag '-verbose': did you mean '--verbose'?"},
        {"--zzzzzzzzzz", "unknown flag '--zzzzzzzzzz'"},
        {"-z", "unknown flag '-z'"},
        {"file --listen", "flag '--listen' needs a value"},
        {"--verbose=yes", "flag '--verbose' takes no value"},
        {"--threads 0", "flag '--threads' takes a whole number from 1 to 64, not '0'"},
        {"--threads 65", "flag '--threads' takes a whole number from 1 to 64, not '65'"},
        {"--threads=2x", "flag '--threads' takes a whole number from 1 to 64, not '2x'"},
        {"--threads=", "flag '--threads' takes a whole number from 1 to 64, not ''"},
        {"--threads 99999999999999999999",
         "flag '--threads' takes a whole number from 1 to 64, not '99999999999999999999'"},
    };

    cr_redirect_stderr();
    auto_text struct text expected = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_settings struct settings settings = {0};
        cr_expect_not(parse(&settings, cases[i].line), "%s", cases[i].line);
        cr_expect_eq(settings.exit_code, OPTIONS_EXIT_USAGE);
        text_append_format(&expected, "gpuaas serve: %s\n'gpuaas serve --help' lists the flags\n",
                           cases[i].message);
    }
    auto_free char *messages = read_all(cr_get_redirected_stderr());
    cr_assert_str_eq(messages, expected.bytes);
}

Test(options, shows_the_table_as_help)
{
    auto_settings struct settings settings = {0};

    cr_assert_not(parse(&settings, "--threads 9 --help --nonsense"));
    cr_assert_eq(settings.exit_code, 0);
    auto_free char *help = read_all(cr_get_redirected_stdout());
    cr_assert_str_eq(help,
                     "Usage: gpuaas serve [FLAG]... [FILE]...\n\nServes.\n\n"
                     "  --listen ADDRESS             address of the webhook (default: :9443)\n"
                     "  --threads COUNT              threads of the webhook (default: 9)\n"
                     "  --name NAME                  may be repeated\n"
                     "  --verbose                    log more\n"
                     "  --help                       show this text\n");
}

Test(options, knows_a_short_help)
{
    auto_settings struct settings settings = {0};

    cr_assert_not(parse(&settings, "-h"));
    cr_assert_eq(settings.exit_code, 0);
}
