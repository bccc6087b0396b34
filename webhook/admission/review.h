/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"

#define REVIEW_API_VERSION "admission.k8s.io/v1"
#define REVIEW_KIND "AdmissionReview"

enum { REVIEW_UID_BYTES_MAX = 128 };

enum operation { OPERATION_CREATE, OPERATION_UPDATE, OPERATION_DELETE, OPERATION_CONNECT };

/* The request of an AdmissionReview. All but the root is borrowed from the root. */
struct review {
    json_t *root;
    const char *uid; /* of the call; the answer must carry it */
    const char *group;
    const char *kind;
    const char *subresource; /* empty: none */
    enum operation operation;
    const char *namespace_name; /* empty: cluster-scoped */
    const char *username;
    const json_t *groups;
    const json_t *object;     /* NULL: none */
    const json_t *old_object; /* NULL: none */
    bool is_dry_run;
};

/* The error is one sentence for whoever sent the body. */
must_check bool review_parse(struct text_view body, struct review *out_review, struct error *error);
void review_release(struct review *review);

bool review_user_is_in(const struct review *review, const char *group);
const char *review_operation_name(const struct review *review);

MEMORY_DEFINE_AUTO_RELEASE(review)
#define auto_review __attribute__((cleanup(review_auto_release)))
