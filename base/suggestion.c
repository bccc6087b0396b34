/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggestion.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Longer words are not compared: the rows live on the stack. */
enum { WORD_BYTES_MAX = 64, BEGINNING_BYTES_MIN = 3 };

static size_t smallest(size_t left, size_t middle, size_t right)
{
    size_t least = left < middle ? left : middle;

    return least < right ? least : right;
}

static bool is_same_letter(char left, char right)
{
    return tolower((unsigned char)left) == tolower((unsigned char)right);
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one word into the other;
 * upper and lower case are the same. */
static size_t measure_distance(const char *left, size_t left_bytes, const char *right,
                               size_t right_bytes)
{
    size_t rows[WORD_BYTES_MAX + 1][WORD_BYTES_MAX + 1];

    for (size_t i = 0; i <= left_bytes; i++) {
        rows[i][0] = i;
    }
    for (size_t j = 0; j <= right_bytes; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= left_bytes; i++) {
        for (size_t j = 1; j <= right_bytes; j++) {
            size_t change = is_same_letter(left[i - 1], right[j - 1]) ? 0 : 1;
            rows[i][j] =
                smallest(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && is_same_letter(left[i - 1], right[j - 2]) &&
                is_same_letter(left[i - 2], right[j - 1]) && rows[i - 2][j - 2] + 1 < rows[i][j]) {
                rows[i][j] = rows[i - 2][j - 2] + 1;
            }
        }
    }
    return rows[left_bytes][right_bytes];
}

/* `listen` for `list`, however long the rest is. */
static const char *find_beginning(const char *word, size_t word_bytes,
                                  const char *const *candidates)
{
    for (; word_bytes >= BEGINNING_BYTES_MIN && *candidates != NULL; candidates++) {
        if (strncasecmp(word, *candidates, word_bytes) == 0) {
            return *candidates;
        }
    }
    return NULL;
}

const char *suggestion_find(const char *word, const char *const *candidates)
{
    size_t word_bytes = strnlen(word, WORD_BYTES_MAX + 1);
    size_t nearest_distance = word_bytes / 3 + 2; /* what is farther is another word */
    const char *nearest = NULL;

    if (word_bytes == 0 || word_bytes > WORD_BYTES_MAX) {
        return NULL;
    }
    for (size_t i = 0; candidates[i] != NULL; i++) {
        size_t candidate_bytes = strnlen(candidates[i], WORD_BYTES_MAX + 1);
        if (candidate_bytes > WORD_BYTES_MAX) {
            continue;
        }
        size_t distance = measure_distance(word, word_bytes, candidates[i], candidate_bytes);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = candidates[i];
        }
    }
    return nearest != NULL ? nearest : find_beginning(word, word_bytes, candidates);
}
