/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "policy/objects/places.h"
#include "policy/objects/yaml_anchors.h"
#include "policy/objects/yaml_scalar.h"

/* Of a whole text, with the copies that aliases make. */
enum { NODES_MAX = 500000, ANCHORS_MAX = 1000 };

#define TAG_PREFIX "tag:yaml.org,2002:"

struct document {
    json_t *root;
    struct document_position position;
    struct places places;
};

/* One pass over a text. */
struct reader {
    yaml_parser_t parser;
    const char *text;
    size_t size_bytes;
    size_t node_count;
    struct document *document; /* the one that is being read */
    struct yaml_anchors anchors;
    struct document_mistake mistake;
};

static void document_destroy(struct document *document)
{
    places_release(&document->places);
    json_decref(document->root);
    free(document);
}

void document_list_release(struct document_list *documents)
{
    array_for_each(document, documents) {
        document_destroy(*document);
    }
    array_release(documents);
}

static struct document_position position_of(yaml_mark_t mark)
{
    return (struct document_position){.line = (int)mark.line + 1, .column = (int)mark.column + 1};
}

static bool fail(struct reader *reader, struct document_position position,
                 const char *message_format, ...) __attribute__((format(printf, 3, 4)));

static bool fail(struct reader *reader, struct document_position position,
                 const char *message_format, ...)
{
    va_list arguments;

    reader->mistake.position = position;
    va_start(arguments, message_format);
    vsnprintf(reader->mistake.message, sizeof reader->mistake.message, message_format, arguments);
    va_end(arguments);
    return false;
}

/* libyaml knows only the byte where its reader stumbled. */
static struct document_position position_of_offset(const struct reader *reader, size_t offset)
{
    struct document_position position = {.line = 1, .column = 1};

    for (size_t i = 0; i < offset && i < reader->size_bytes; i++) {
        position.column++;
        if (reader->text[i] == '\n') {
            position.line++;
            position.column = 1;
        }
    }
    return position;
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    const yaml_parser_t *parser = &reader->parser;

    memset(event, 0, sizeof *event);
    if (yaml_parser_parse(&reader->parser, event)) {
        return true;
    }
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";
    if (parser->error == YAML_MEMORY_ERROR) {
        abort();
    }
    if (parser->error == YAML_READER_ERROR) {
        return fail(reader, position_of_offset(reader, parser->problem_offset), "%s", problem);
    }
    return fail(reader, position_of(parser->problem_mark), "%s%s%s", problem,
                parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "");
}

static bool count_nodes(struct reader *reader, size_t count, struct document_position position)
{
    reader->node_count += count;
    return reader->node_count <= NODES_MAX ||
           fail(reader, position, "more than %d values, aliases counted each time", NODES_MAX);
}

static bool add_anchor(struct reader *reader, const yaml_char_t *name, json_t *value,
                       struct document_position position)
{
    if (name == NULL) {
        return true;
    }
    if (reader->anchors.count == ANCHORS_MAX) {
        return fail(reader, position, "more than %d anchors", ANCHORS_MAX);
    }
    yaml_anchors_add(&reader->anchors, (const char *)name, value);
    return true;
}

/* Copies what the alias stands for. An anchor is known only behind its node, so that nothing can
 * contain itself. */
static bool read_alias(struct reader *reader, const yaml_event_t *event, size_t depth,
                       json_t **out_value)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct document_position position = position_of(event->start_mark);
    const struct yaml_anchor *anchor = yaml_anchors_find(&reader->anchors, name);

    if (anchor == NULL) {
        return fail(reader, position, "unknown alias '%.80s'", name);
    }
    if (depth + anchor->height > DOCUMENT_DEPTH_MAX) {
        return fail(reader, position, "nested more than %d deep", DOCUMENT_DEPTH_MAX);
    }
    if (!count_nodes(reader, anchor->node_count, position)) {
        return false;
    }
    *out_value = json_deep_copy(anchor->value);
    return true;
}

static bool is_tag(const yaml_char_t *tag, const char *name)
{
    const char *text = (const char *)tag;

    return strncmp(text, TAG_PREFIX, strlen(TAG_PREFIX)) == 0 &&
           strcmp(text + strlen(TAG_PREFIX), name) == 0;
}

/* `!` says that the value is not to be guessed. */
static bool is_open_tag(const yaml_char_t *tag)
{
    return strcmp((const char *)tag, "!") == 0;
}

static bool is_tag_of_type(const yaml_char_t *tag, const json_t *value)
{
    return (is_tag(tag, "null") && json_is_null(value)) ||
           (is_tag(tag, "bool") && json_is_boolean(value)) ||
           (is_tag(tag, "int") && json_is_integer(value)) ||
           (is_tag(tag, "float") && json_is_number(value));
}

static bool read_scalar(struct reader *reader, const yaml_event_t *event, json_t **out_value)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t size_bytes = event->data.scalar.length;
    const yaml_char_t *tag = event->data.scalar.tag;
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    bool is_text = tag != NULL ? is_tag(tag, "str") || is_open_tag(tag) : !is_plain;
    json_auto_t *value =
        is_text ? json_stringn(text, size_bytes) : yaml_scalar_resolve(text, size_bytes);

    if (value == NULL) {
        return fail(reader, position_of(event->start_mark), "'%.80s' is no value of JSON", text);
    }
    if (!is_text && tag != NULL && !is_tag_of_type(tag, value)) {
        return fail(reader, position_of(event->start_mark),
                    "'%.80s' does not go with the tag %.80s", text, (const char *)tag);
    }
    *out_value = take_pointer(&value);
    return true;
}

static bool read_node(struct reader *reader, const yaml_event_t *event, size_t place, size_t depth,
                      json_t **out_value);

static bool read_items(struct reader *reader, size_t place, size_t depth, json_t *array)
{
    for (size_t index = 0;; index++) {
        __attribute__((cleanup(yaml_event_delete))) yaml_event_t event = {0};
        char name[32];
        json_t *item;
        if (!next_event(reader, &event)) {
            return false;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            return true;
        }
        snprintf(name, sizeof name, "[%zu]", index);
        size_t item_place =
            places_add(&reader->document->places, place, name, position_of(event.start_mark));
        if (!read_node(reader, &event, item_place, depth, &item)) {
            return false;
        }
        json_array_append_new(array, item);
    }
}

/* The key is borrowed from the event. */
static bool read_key(struct reader *reader, const yaml_event_t *event, const json_t *object,
                     const char **out_key)
{
    struct document_position position = position_of(event->start_mark);
    const char *key = (const char *)event->data.scalar.value;

    if (event->type != YAML_SCALAR_EVENT) {
        return fail(reader, position, "a key must be a plain text");
    }
    if (strlen(key) != event->data.scalar.length) {
        return fail(reader, position, "a key with a NUL character");
    }
    if (strcmp(key, "<<") == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        return fail(reader, position, "merge keys are not supported: write the fields out");
    }
    if (json_object_get(object, key) != NULL) {
        return fail(reader, position, "duplicate key '%.80s'", key);
    }
    *out_key = key;
    return true;
}

static bool read_fields(struct reader *reader, size_t place, size_t depth, json_t *object)
{
    for (;;) {
        __attribute__((cleanup(yaml_event_delete))) yaml_event_t key_event = {0};
        __attribute__((cleanup(yaml_event_delete))) yaml_event_t event = {0};
        const char *key;
        json_t *value;
        if (!next_event(reader, &key_event)) {
            return false;
        }
        if (key_event.type == YAML_MAPPING_END_EVENT) {
            return true;
        }
        if (!read_key(reader, &key_event, object, &key) || !next_event(reader, &event)) {
            return false;
        }
        size_t field_place =
            places_add(&reader->document->places, place, key, position_of(key_event.start_mark));
        if (!read_node(reader, &event, field_place, depth, &value)) {
            return false;
        }
        if (json_object_set_new(object, key, value) != 0) {
            return fail(reader, position_of(key_event.start_mark), "the key is not UTF-8");
        }
    }
}

static bool read_collection(struct reader *reader, const yaml_event_t *event, size_t place,
                            size_t depth, json_t **out_value)
{
    bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
    const yaml_char_t *tag =
        is_list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
    json_auto_t *value = is_list ? json_array() : json_object();

    if (tag != NULL && !is_open_tag(tag) && !is_tag(tag, is_list ? "seq" : "map")) {
        return fail(reader, position_of(event->start_mark), "unknown tag '%.80s'",
                    (const char *)tag);
    }
    if (depth == DOCUMENT_DEPTH_MAX) {
        return fail(reader, position_of(event->start_mark), "nested more than %d deep",
                    DOCUMENT_DEPTH_MAX);
    }
    if (is_list ? !read_items(reader, place, depth + 1, value)
                : !read_fields(reader, place, depth + 1, value)) {
        return false;
    }
    *out_value = take_pointer(&value);
    return true;
}

static bool read_unnamed_node(struct reader *reader, const yaml_event_t *event, size_t place,
                              size_t depth, json_t **out_value)
{
    if (event->type == YAML_ALIAS_EVENT) {
        return read_alias(reader, event, depth, out_value);
    }
    return event->type == YAML_SCALAR_EVENT
               ? read_scalar(reader, event, out_value)
               : read_collection(reader, event, place, depth, out_value);
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT) {
        return event->data.scalar.anchor;
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        return event->data.sequence_start.anchor;
    }
    return event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor : NULL;
}

static bool read_node(struct reader *reader, const yaml_event_t *event, size_t place, size_t depth,
                      json_t **out_value)
{
    struct document_position position = position_of(event->start_mark);
    json_auto_t *value = NULL;

    if (!count_nodes(reader, 1, position) ||
        !read_unnamed_node(reader, event, place, depth, &value) ||
        !add_anchor(reader, anchor_of(event), value, position)) {
        return false;
    }
    *out_value = take_pointer(&value);
    return true;
}

/* Behind the start of a document: its only node, and its end. */
static bool read_document(struct reader *reader, struct document *document)
{
    __attribute__((cleanup(yaml_event_delete))) yaml_event_t event = {0};
    __attribute__((cleanup(yaml_event_delete))) yaml_event_t end = {0};

    reader->document = document;
    if (!next_event(reader, &event)) {
        return false;
    }
    document->position = position_of(event.start_mark);
    return read_node(reader, &event, 0, 0, &document->root) && next_event(reader, &end);
}

static bool read_stream(struct reader *reader, struct document_list *documents)
{
    for (;;) {
        __attribute__((cleanup(yaml_event_delete))) yaml_event_t event = {0};
        if (!next_event(reader, &event)) {
            return false;
        }
        if (event.type == YAML_STREAM_END_EVENT) {
            return true;
        }
        if (event.type != YAML_DOCUMENT_START_EVENT) {
            continue;
        }
        struct document *document = memory_allocate(sizeof *document);
        array_append(documents, document);
        bool is_read = read_document(reader, document);
        yaml_anchors_release(&reader->anchors);
        if (!is_read) {
            return false;
        }
        if (json_is_null(document->root)) {
            document_destroy(document);
            documents->count--;
        }
    }
}

bool document_scan_all(const char *text, size_t size_bytes, struct document_list *out_documents,
                       struct document_mistake *out_mistake)
{
    struct reader reader = {.text = text, .size_bytes = size_bytes};
    struct document_list documents = {0};

    if (size_bytes > DOCUMENT_BYTES_MAX) {
        fail(&reader, (struct document_position){1, 1}, "larger than %d bytes", DOCUMENT_BYTES_MAX);
        *out_mistake = reader.mistake;
        return false;
    }
    if (!yaml_parser_initialize(&reader.parser)) {
        abort();
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size_bytes);
    bool is_read = read_stream(&reader, &documents);
    yaml_parser_delete(&reader.parser);
    if (!is_read) {
        document_list_release(&documents);
        *out_mistake = reader.mistake;
        return false;
    }
    *out_documents = documents;
    return true;
}

bool document_parse_all(const char *text, size_t size_bytes, struct document_list *out_documents,
                        struct error *error)
{
    struct document_mistake mistake;

    return document_scan_all(text, size_bytes, out_documents, &mistake) ||
           error_set(error, ERROR_INVALID, "line %d, column %d: %s", mistake.position.line,
                     mistake.position.column, mistake.message);
}

bool document_load_all(const char *path, struct document_list *out_documents, struct error *error)
{
    auto_free char *text = NULL;
    size_t size_bytes;

    if (!file_read(path, DOCUMENT_BYTES_MAX, &text, &size_bytes, error)) {
        return false;
    }
    return document_parse_all(text, size_bytes, out_documents, error) ||
           error_wrap(error, "'%s'", path);
}

const json_t *document_root(const struct document *document)
{
    return document->root;
}

struct document_position document_find_position(const struct document *document, const char *path)
{
    return places_find(&document->places, path, document->position);
}
