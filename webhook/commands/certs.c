/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "certs/authority.h"
#include "webhook/commands/options.h"

enum {
    VALID_DAYS = 365,
    VALID_DAYS_MAX = AUTHORITY_VALID_DAYS,
    PERMISSIONS_PUBLIC = 0644,
    PERMISSIONS_SECRET = 0600,
};

/* The files of the directory; owned. */
struct certs_files {
    char *authority_certificate;
    char *authority_key;
    char *serving_certificate;
    char *serving_key;
};

static void release_files(struct certs_files *files)
{
    free(files->authority_certificate);
    free(files->authority_key);
    free(files->serving_certificate);
    free(files->serving_key);
}

static struct certs_files name_files(const char *directory)
{
    return (struct certs_files){
        .authority_certificate = text_format("%s/ca.crt", directory),
        .authority_key = text_format("%s/ca.key", directory),
        .serving_certificate = text_format("%s/tls.crt", directory),
        .serving_key = text_format("%s/tls.key", directory),
    };
}

/* Anything but a clear absence counts as existing, so that nothing is overwritten. */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static bool make_directory(const char *directory, struct error *error)
{
    if (mkdir(directory, 0755) != 0 && errno != EEXIST) {
        return error_set(error, ERROR_INVALID, "creating '%s': %s", directory, strerror(errno));
    }
    return true;
}

/* The key first: a certificate without its key would look like somebody else's. */
static bool save_pair(const struct certificate_pair *pair, const char *certificate_path,
                      const char *key_path, struct error *error)
{
    return file_replace(key_path, pair->key_pem, strlen(pair->key_pem), PERMISSIONS_SECRET,
                        error) &&
           file_replace(certificate_path, pair->certificate_pem, strlen(pair->certificate_pem),
                        PERMISSIONS_PUBLIC, error);
}

static bool report(const char *what, const char *path, const struct certificate_pair *pair,
                   struct error *error)
{
    int64_t end_seconds;
    char end[TIMESTAMP_TEXT_BYTES];

    if (!certificate_read_not_after(pair->certificate_pem, &end_seconds, error)) {
        return false;
    }
    timestamp_format_seconds(end_seconds * 1000000, end);
    printf("%s '%s', valid until %s\n", what, path, end);
    return true;
}

static bool load_authority(const struct certs_files *files, struct certificate_pair *out_authority,
                           struct error *error)
{
    return certificate_pair_load_files(files->authority_certificate, files->authority_key,
                                       out_authority, error) &&
           report("kept", files->authority_certificate, out_authority, error);
}

static bool make_authority(const struct certs_files *files, int64_t now_seconds,
                           struct certificate_pair *out_authority, struct error *error)
{
    return authority_create(now_seconds, out_authority, error) &&
           save_pair(out_authority, files->authority_certificate, files->authority_key, error) &&
           report("made", files->authority_certificate, out_authority, error);
}

/* An existing authority is used again, never replaced. */
static bool ensure_authority(const struct certs_files *files, int64_t now_seconds,
                             struct certificate_pair *out_authority, struct error *error)
{
    if (!is_there(files->authority_certificate) && !is_there(files->authority_key)) {
        return make_authority(files, now_seconds, out_authority, error);
    }
    return load_authority(files, out_authority, error);
}

/* What was made is checked as a client would, so that an authority that ended is noticed here. */
static bool issue(const struct certs_files *files, const struct certificate_pair *authority,
                  const struct authority_request *request, struct error *error)
{
    auto_certificate_pair struct certificate_pair serving = {0};
    const struct certificate_requirements requirements = {
        .authority_pem = authority->certificate_pem,
        .names = request->names,
        .name_count = request->name_count,
        .now_seconds = request->now_seconds,
    };

    return authority_issue_for(authority, request, &serving, error) &&
           certificate_pair_check(&serving, &requirements, error) &&
           save_pair(&serving, files->serving_certificate, files->serving_key, error) &&
           report("made", files->serving_certificate, &serving, error);
}

static bool write_certificates(const char *directory, const struct authority_request *request,
                               struct error *error)
{
    __attribute__((cleanup(release_files))) struct certs_files files = name_files(directory);
    auto_certificate_pair struct certificate_pair authority = {0};

    return make_directory(directory, error) &&
           ensure_authority(&files, request->now_seconds, &authority, error) &&
           issue(&files, &authority, request, error);
}

static bool check_names(const struct option_values *names, struct error *error)
{
    if (names->count == 0) {
        return error_set(error, ERROR_INVALID, "no name was given");
    }
    array_for_each(name, names) {
        if (!authority_check_name(*name, error)) {
            return false;
        }
    }
    return true;
}

static void release_values(struct option_values *values)
{
    array_release(values);
}

int command_certs(int argc, char **argv)
{
    __attribute__((cleanup(release_values))) struct option_values names = {0};
    const char *directory = ".";
    int valid_days = VALID_DAYS;
    const struct option_flag flags[] = {
        {"dir", "DIR", .text = &directory, .help = "where the files go; made if absent"},
        {"name", "NAME", .values = &names, .help = "DNS name or IP address; may be repeated"},
        {"days", "DAYS", .number = &valid_days, .number_min = 1, .number_max = VALID_DAYS_MAX,
         .help = "validity of the serving certificate"},
    };
    const struct option_command command = {
        .name = "certs",
        .operands = "[FLAG]... NAME...",
        .summary = "Writes a serving certificate for the names, tls.crt and tls.key, signed by the "
                   "authority in\nca.crt and ca.key. The authority is made when there is none, and "
                   "never replaced.",
        .flags = flags,
        .flag_count = ARRAY_LENGTH(flags),
    };
    struct error error = {0};
    int first_operand;
    int exit_code;

    if (!options_parse(&command, argc, argv, &first_operand, &exit_code)) {
        return exit_code;
    }
    for (int i = first_operand; i < argc; i++) {
        array_append(&names, argv[i]);
    }
    if (!check_names(&names, &error)) {
        return options_fail(&command, "%s", error.message);
    }
    const struct authority_request request = {
        .names = names.items,
        .name_count = names.count,
        .now_seconds = clock_wall_us() / 1000000,
        .valid_days = valid_days,
    };
    if (!write_certificates(directory, &request, &error)) {
        fprintf(stderr, "gpuaas certs: %s\n", error.message);
        return EXIT_FAILURE;
    }
    return EXIT_OK;
}
