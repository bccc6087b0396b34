/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_code code, const char *message_format, ...)
{
    if (error != NULL) {
        va_list arguments;

        error->code = code;
        va_start(arguments, message_format);
        vsnprintf(error->message, sizeof error->message, message_format, arguments);
        va_end(arguments);
    }
    return false;
}

bool error_wrap(struct error *error, const char *context_format, ...)
{
    if (error != NULL) {
        char cause[sizeof error->message];
        va_list arguments;

        memcpy(cause, error->message, sizeof cause);
        va_start(arguments, context_format);
        int length = vsnprintf(error->message, sizeof error->message, context_format, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length < sizeof error->message) {
            size_t room_bytes = sizeof error->message - (size_t)length;
            int cause_bytes = (int)strnlen(cause, room_bytes - 1);
            snprintf(error->message + length, room_bytes, ": %.*s", cause_bytes, cause);
        }
    }
    return false;
}
