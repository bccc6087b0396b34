/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* A certificate (the leaf first, then its chain if any) and its private key, both PEM and owned.
 * Embedded in its owner and valid when zeroed. */
struct certificate_pair {
    char *certificate_pem;
    char *key_pem;
};

/* Wipes the key before it is freed. */
void certificate_pair_release(struct certificate_pair *pair);

MEMORY_DEFINE_AUTO_RELEASE(certificate_pair)
#define auto_certificate_pair __attribute__((cleanup(certificate_pair_auto_release)))

/* True if both texts are the same, which is how a changed file is noticed. */
bool certificate_pair_equal(const struct certificate_pair *left,
                            const struct certificate_pair *right);

/* Reads both files; a certificate that does not belong to the key, as when the files are being
 * replaced, is an error. Errors name the file. */
must_check bool certificate_pair_load_files(const char *certificate_path, const char *key_path,
                                            struct certificate_pair *out_pair, struct error *error);

/* The same for DIRECTORY/tls.crt and DIRECTORY/tls.key. */
must_check bool certificate_pair_load(const char *directory, struct certificate_pair *out_pair,
                                      struct error *error);

/* The end of the first certificate's validity, in seconds since 1970. */
must_check bool certificate_read_not_after(const char *certificate_pem, int64_t *out_seconds,
                                           struct error *error);

struct certificate_requirements {
    const char *authority_pem; /* one or more certificates; the leaf must be signed by one */
    const char *const *names;  /* DNS names and IP addresses that clients will ask for */
    size_t name_count;
    int64_t now_seconds; /* at which it must be valid */
};

/* Checks that the key belongs to the certificate; the error says what does not. */
must_check bool certificate_pair_check_key(const struct certificate_pair *pair,
                                           struct error *error);

/* Checks all of this: key, signer, names, time, and that it may be used by a server. */
must_check bool certificate_pair_check(const struct certificate_pair *pair,
                                       const struct certificate_requirements *requirements,
                                       struct error *error);
