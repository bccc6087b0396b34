/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Quantities: the first byte chooses the resource, the rest is the text. What is read is never
 * negative, is what the text says, and comes back when it is printed and read again.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "policy/objects/quantity.h"
#include "tests/fuzz/fuzz.h"

/* How far a long double may be off. */
#define TOLERANCE 1e-15L

static const char *const resources[] = {
    "cpu", "memory", "nvidia.com/gpu", "pods", "ephemeral-storage", "hugepages-2Mi",
};

/* A quantity as a number with a small error; false if the text is none. */
static bool read_roughly(const char *text, long double *out_value)
{
    static const struct unit {
        const char *suffix;
        long double factor;
    } units[] = {
        {"", 1},         {"n", 1e-9L},    {"u", 1e-6L},    {"m", 1e-3L},
        {"k", 1e3L},     {"M", 1e6L},     {"G", 1e9L},     {"T", 1e12L},
        {"P", 1e15L},    {"E", 1e18L},    {"Ki", 0x1p10L}, {"Mi", 0x1p20L},
        {"Gi", 0x1p30L}, {"Ti", 0x1p40L}, {"Pi", 0x1p50L}, {"Ei", 0x1p60L},
    };
    size_t number_bytes = strspn(text, "+-.0123456789");
    auto_free char *number = text_format("%.*s", (int)number_bytes, text);
    char *rest;

    *out_value = strtold(number, &rest);
    if (*rest != '\0' || rest == number) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (text_equal(text + number_bytes, units[i].suffix)) {
            *out_value *= units[i].factor;
            return true;
        }
    }
    *out_value = strtold(text, &rest);
    return *rest == '\0' && strpbrk(text, "xXnNiI") == NULL;
}

static void check_value(const char *text, const char *resource, int64_t amount)
{
    long double value;

    fuzz_expect(amount >= 0, "'%s' of %s is %" PRId64, text, resource, amount);
    fuzz_expect(read_roughly(text, &value), "'%s' of %s is %" PRId64, text, resource, amount);
    value *= text_equal(resource, "cpu") ? 1000 : 1;
    long double least = value * (1 - TOLERANCE);
    long double most = value * (1 + TOLERANCE) + 1;
    fuzz_expect((long double)amount >= least && (long double)amount <= most,
                "'%s' of %s is %" PRId64, text, resource, amount);
}

static void check_round_trip(const char *text, const char *resource, int64_t amount)
{
    char printed[QUANTITY_TEXT_BYTES];
    char again[QUANTITY_TEXT_BYTES];
    int64_t reread = -1;

    quantity_format(amount, resource, printed);
    fuzz_expect(quantity_parse(printed, resource, &reread, NULL), "'%s' of %s is printed as '%s'",
                text, resource, printed);
    fuzz_expect(reread == amount, "'%s' of %s is printed as '%s'", text, resource, printed);
    quantity_format(reread, resource, again);
    fuzz_expect(text_equal(printed, again), "'%s' and '%s' of %s", printed, again, resource);
}

/* What is refused is no number, negative, a fraction of what comes in whole, or too much. */
static void check_refusal(const char *text, const char *resource, const struct error *error)
{
    long double value;

    fuzz_expect(error->message[0] != '\0', "'%s' of %s is refused without a word", text, resource);
    if (strlen(text) > QUANTITY_INPUT_BYTES_MAX || !read_roughly(text, &value) || value < 0) {
        return;
    }
    bool is_plain = strspn(text, "0123456789") == strlen(text) && strlen(text) <= 18;
    fuzz_expect(!is_plain || text_equal(resource, "cpu"), "'%s' of %s is refused: %s", text,
                resource, error->message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    struct error error = {0};
    int64_t amount = INT64_MIN;

    if (size_bytes == 0) {
        return 0;
    }
    const char *resource = resources[bytes[0] % ARRAY_LENGTH(resources)];
    auto_free char *text = text_format("%.*s", (int)size_bytes - 1, (const char *)bytes + 1);
    if (quantity_parse(text, resource, &amount, &error)) {
        check_value(text, resource, amount);
        check_round_trip(text, resource, amount);
    } else {
        fuzz_expect(amount == INT64_MIN, "'%s' of %s fails and is %" PRId64, text, resource,
                    amount);
        check_refusal(text, resource, &error);
    }
    return 0;
}
