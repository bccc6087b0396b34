/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/timestamp.h"

static atomic_int lowest_level = LOG_INFO;

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

void log_set_level(enum log_level level)
{
    atomic_store(&lowest_level, (int)level);
}

static void append_quoted(struct text *line, const char *value)
{
    text_append_bytes(line, "\"", 1);
    for (const unsigned char *byte = (const unsigned char *)value; *byte != '\0'; byte++) {
        if (*byte == '"' || *byte == '\\') {
            text_append_format(line, "\\%c", *byte);
        } else if (*byte < 0x20 || *byte == 0x7f) {
            text_append_format(line, "\\u%04x", *byte);
        } else {
            text_append_bytes(line, byte, 1);
        }
    }
    text_append_bytes(line, "\"", 1);
}

static void append_field(struct text *line, const struct log_field *field)
{
    if (field->type == LOG_FIELD_TEXT && field->text == NULL) {
        return;
    }
    text_append(line, ",");
    append_quoted(line, field->name);
    text_append(line, ":");
    switch (field->type) {
    case LOG_FIELD_TEXT:
        append_quoted(line, field->text);
        break;
    case LOG_FIELD_NUMBER:
        text_append_format(line, "%lld", (long long)field->number);
        break;
    case LOG_FIELD_BOOL:
        text_append(line, field->number != 0 ? "true" : "false");
        break;
    }
}

static void write_line(const struct text *line)
{
    size_t done = 0;

    while (done < line->size_bytes) {
        ssize_t count = write(STDOUT_FILENO, line->bytes + done, line->size_bytes - done);
        if (count < 0 && errno != EINTR) {
            return;
        }
        done += count > 0 ? (size_t)count : 0;
    }
}

void log_write(enum log_level level, const char *message, size_t field_count,
               const struct log_field *fields)
{
    auto_text struct text line = {0};
    char time_text[TIMESTAMP_TEXT_BYTES];

    if ((int)level < atomic_load(&lowest_level)) {
        return;
    }
    timestamp_format_micros(clock_wall_us(), time_text);
    text_append_format(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", time_text,
                       level_names[level]);
    append_quoted(&line, message);
    for (size_t i = 0; i < field_count; i++) {
        append_field(&line, &fields[i]);
    }
    text_append(&line, "}\n");
    write_line(&line);
}
