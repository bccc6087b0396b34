/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "certs/certificate.h"

/* Validity of what is made here; both start an hour earlier, for clocks that are late. */
enum {
    AUTHORITY_VALID_DAYS = 3650,
    AUTHORITY_SERVING_VALID_DAYS = 90,
};

/* Makes a new certificate authority: EC P-256, self-signed. */
must_check bool authority_create(int64_t now_seconds, struct certificate_pair *out_authority,
                                 struct error *error);

/* Whether a certificate can be issued for the name: a DNS name (`*.` may come first) or an IP
 * address. */
must_check bool authority_check_name(const char *name, struct error *error);

struct authority_request {
    const char *const *names; /* at least one */
    size_t name_count;
    int64_t now_seconds;
    int valid_days; /* cut to the end of the authority */
};

/* Makes a key and a serving certificate for it, signed by `authority`. */
must_check bool authority_issue_for(const struct certificate_pair *authority,
                                    const struct authority_request *request,
                                    struct certificate_pair *out_serving, struct error *error);

/* The same for AUTHORITY_SERVING_VALID_DAYS. */
must_check bool authority_issue(const struct certificate_pair *authority, const char *const *names,
                                size_t name_count, int64_t now_seconds,
                                struct certificate_pair *out_serving, struct error *error);
