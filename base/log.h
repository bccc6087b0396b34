/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* One named value of a log line; made with LOG_TEXT, LOG_NUMBER and LOG_BOOL. */
struct log_field {
    const char *name;
    enum { LOG_FIELD_TEXT, LOG_FIELD_NUMBER, LOG_FIELD_BOOL } type;
    const char *text; /* NULL leaves the field out */
    int64_t number;
};

#define LOG_TEXT(field_name, value)                                                                \
    ((struct log_field){.name = (field_name), .type = LOG_FIELD_TEXT, .text = (value)})
#define LOG_NUMBER(field_name, value)                                                              \
    ((struct log_field){.name = (field_name), .type = LOG_FIELD_NUMBER, .number = (value)})
#define LOG_BOOL(field_name, value)                                                                \
    ((struct log_field){.name = (field_name), .type = LOG_FIELD_BOOL, .number = (value)})

/* Lines below this level are not written. */
void log_set_level(enum log_level level);

/* Writes one line to standard output: a JSON object with time, level, message and the fields. */
void log_write(enum log_level level, const char *message, size_t field_count,
               const struct log_field *fields);

#define LOG_WITH_FIELDS(level, message, ...)                                                       \
    do {                                                                                           \
        const struct log_field log_fields[] = {__VA_ARGS__};                                       \
        log_write((level), (message), sizeof log_fields / sizeof *log_fields, log_fields);         \
    } while (0)

/* log_info("started", LOG_TEXT("queue", name), LOG_NUMBER("position", 2)); */
#define log_debug(message, ...) LOG_WITH_FIELDS(LOG_DEBUG, message, __VA_ARGS__)
#define log_info(message, ...) LOG_WITH_FIELDS(LOG_INFO, message, __VA_ARGS__)
#define log_warning(message, ...) LOG_WITH_FIELDS(LOG_WARNING, message, __VA_ARGS__)
#define log_error(message, ...) LOG_WITH_FIELDS(LOG_ERROR, message, __VA_ARGS__)
