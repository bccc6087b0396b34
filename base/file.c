/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static void close_descriptor(int *descriptor)
{
    if (*descriptor >= 0) {
        close(*descriptor);
    }
}

#define auto_close __attribute__((cleanup(close_descriptor)))

bool file_read(const char *path, size_t limit_bytes, char **out_text, size_t *out_size_bytes,
               struct error *error)
{
    auto_close int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    auto_text struct text text = {0};
    char chunk[16384];

    if (descriptor < 0) {
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INVALID,
                         "opening '%s': %s", path, strerror(errno));
    }
    for (;;) {
        ssize_t count = read(descriptor, chunk, sizeof chunk);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return error_set(error, ERROR_INVALID, "reading '%s': %s", path, strerror(errno));
        }
        if (count == 0) {
            break;
        }
        text_append_bytes(&text, chunk, (size_t)count);
        if (text.size_bytes > limit_bytes) {
            return error_set(error, ERROR_INVALID, "reading '%s': larger than %zu bytes", path,
                             limit_bytes);
        }
    }
    if (out_size_bytes != NULL) {
        *out_size_bytes = text.size_bytes;
    }
    *out_text = text_take(&text);
    return true;
}

static bool write_whole(int descriptor, const char *bytes, size_t size_bytes)
{
    while (size_bytes > 0) {
        ssize_t count = write(descriptor, bytes, size_bytes);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return false;
        }
        bytes += count;
        size_bytes -= (size_t)count;
    }
    return true;
}

static bool sync_folder(const char *path)
{
    auto_free char *folder = memory_copy_text(path);
    char *slash = strrchr(folder, '/');

    if (slash != NULL) {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    auto_close int descriptor =
        open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return descriptor >= 0 && fsync(descriptor) == 0;
}

bool file_replace(const char *path, const void *bytes, size_t size_bytes, unsigned permissions,
                  struct error *error)
{
    auto_free char *beside = text_format("%s.XXXXXX", path);
    auto_close int descriptor = mkostemp(beside, O_CLOEXEC);

    if (descriptor < 0) {
        return error_set(error, ERROR_INVALID, "creating '%s': %s", beside, strerror(errno));
    }
    if (fchmod(descriptor, (mode_t)permissions) != 0 ||
        !write_whole(descriptor, bytes, size_bytes) || fsync(descriptor) != 0 ||
        rename(beside, path) != 0 || !sync_folder(path)) {
        error_set(error, ERROR_INVALID, "writing '%s': %s", path, strerror(errno));
        unlink(beside);
        return false;
    }
    return true;
}
