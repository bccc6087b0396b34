/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* What the caller of a failed function should do. */
enum error_code {
    ERROR_NONE,
    ERROR_INVALID,     /* the input is wrong: give up and tell whoever wrote it */
    ERROR_NOT_FOUND,   /* the thing does not exist */
    ERROR_CONFLICT,    /* somebody else changed it: read again and decide again */
    ERROR_REFUSED,     /* the peer said no and will say no again */
    ERROR_UNAVAILABLE, /* try again later, with backoff */
    ERROR_UNKNOWN,     /* the outcome is not known: look before acting again */
};

/* A value owned by the caller; messages are lower case, context first, subject in single quotes. */
struct error {
    enum error_code code;
    char message[512];
};

/* Fills *error (which may be NULL) and returns false. */
bool error_set(struct error *error, enum error_code code, const char *message_format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message and returns false. */
bool error_wrap(struct error *error, const char *context_format, ...)
    __attribute__((format(printf, 2, 3)));

#define must_check __attribute__((warn_unused_result))
