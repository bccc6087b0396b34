/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What every target is: libFuzzer calls it with one input after another. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes);

static inline void __attribute__((noreturn, format(printf, 4, 5)))
fuzz_fail(const char *file, int line, const char *claim, const char *message_format, ...)
{
    va_list arguments;

    va_start(arguments, message_format);
    fprintf(stderr, "%s:%d: '%s' does not hold: ", file, line, claim);
    vfprintf(stderr, message_format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* Ends the process, so that libFuzzer keeps the input, unless the claim holds. */
#define fuzz_expect(claim, ...)                                                                    \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fuzz_fail(__FILE__, __LINE__, #claim, __VA_ARGS__);                                    \
        }                                                                                          \
    } while (0)
