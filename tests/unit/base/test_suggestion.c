/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/suggestion.h"

static const char *const names[] = {"nominalQuota", "borrowingLimit", "lendingLimit",
                                    "name",         "listen",         NULL};

Test(suggestion, finds_the_nearest_name)
{
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"nominalQouta", "nominalQuota"},
        {"NominalQuota", "nominalQuota"},
        {"nominal_quota", "nominalQuota"},
        {"borowingLimit", "borrowingLimit"},
        {"lendingLimits", "lendingLimit"},
        {"nmae", "name"},
        {"nam", "name"},
        {"lis", "listen"},
        {"nominal", "nominalQuota"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *nearest = suggestion_find(cases[i].word, names);
        cr_assert_not_null(nearest, "%s", cases[i].word);
        cr_assert_str_eq(nearest, cases[i].nearest, "%s", cases[i].word);
    }
}

Test(suggestion, does_not_suggest_another_word)
{
    static const char *const words[] = {"", "x", "template", "quotaOfTheWholeQueue"};

    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        cr_assert_null(suggestion_find(words[i], names), "%s", words[i]);
    }
}

Test(suggestion, prefers_the_first_of_equals)
{
    static const char *const equals[] = {"car", "bar", NULL};

    cr_assert_str_eq(suggestion_find("far", equals), "car");
}

Test(suggestion, takes_words_of_any_length)
{
    char long_word[200];
    const char *end = long_word + sizeof long_word - 1;

    memset(long_word, 'a', sizeof long_word);
    long_word[sizeof long_word - 1] = '\0';
    for (size_t length = 1; length < sizeof long_word; length++) {
        const char *word = end - length;
        const char *const candidates[] = {word, long_word, NULL};
        cr_assert_eq(suggestion_find(word, candidates), length <= 64 ? word : NULL, "%zu", length);
        suggestion_find(end - 64, candidates);
    }
}
