/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/configuration_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "policy/objects/document.h"

static void note_state(struct configuration_file *file)
{
    struct stat status;

    if (file->path != NULL && stat(file->path, &status) == 0) {
        file->changed = status.st_mtim;
        file->size_bytes = status.st_size;
    }
}

bool configuration_file_has_changed(const struct configuration_file *file)
{
    struct stat status;

    return file->path != NULL && stat(file->path, &status) == 0 &&
           (memcmp(&status.st_mtim, &file->changed, sizeof file->changed) != 0 ||
            status.st_size != file->size_bytes);
}

static bool fail_at(struct error *error, const char *path, struct document_position position,
                    const char *message)
{
    return error_set(error, ERROR_INVALID, "%s:%d:%d: %s", path, position.line, position.column,
                     message);
}

/* An unknown field is a mistake here: a misspelt setting would silently be the default. */
static bool decode(const char *path, const struct document *document,
                   struct configuration **out_configuration, struct error *error)
{
    auto_findings struct findings findings = {0};
    struct configuration *configuration = NULL;
    bool is_decoded = configuration_decode(document_root(document), &findings, &configuration);

    if (is_decoded && findings.count == 0) {
        *out_configuration = configuration;
        return true;
    }
    configuration_destroy(configuration);
    if (findings.count == 0) {
        return error_set(error, ERROR_INVALID, "%s: not a Configuration", path);
    }
    const struct finding *finding = &findings.items[0];
    auto_free char *message = text_format("%s: %s", finding->path, finding->message);
    return fail_at(error, path, document_find_position(document, finding->path), message);
}

static bool decode_text(const char *path, const char *text, size_t size_bytes,
                        struct configuration **out_configuration, struct error *error)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        return fail_at(error, path, mistake.position, mistake.message);
    }
    bool is_decoded =
        documents.count == 1
            ? decode(path, documents.items[0], out_configuration, error)
            : error_set(error, ERROR_INVALID, "%s:1:1: %zu documents instead of one Configuration",
                        path, documents.count);
    document_list_release(&documents);
    return is_decoded;
}

bool configuration_file_load(struct configuration_file *file,
                             const struct configuration **out_configuration, struct error *error)
{
    struct configuration *configuration = NULL;
    auto_free char *text = NULL;
    size_t size_bytes;

    if (file->path == NULL) {
        if (!configuration_decode(NULL, NULL, &configuration)) {
            return error_set(error, ERROR_INVALID, "the defaults cannot be used");
        }
        *out_configuration = configuration;
        return true;
    }
    note_state(file);
    if (!file_read(file->path, DOCUMENT_BYTES_MAX, &text, &size_bytes, error) ||
        !decode_text(file->path, text, size_bytes, &configuration, error)) {
        return false;
    }
    *out_configuration = configuration;
    return true;
}
