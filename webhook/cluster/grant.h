/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/hash.h"
#include "webhook/kinds/kind.h"

enum grant_purpose {
    GRANT_START,
    GRANT_RELEASE, /* the namespace is no longer managed: let go without placement */
};

enum grant_stage {
    GRANT_RESERVED,  /* counted here, not yet known to be in the Lease */
    GRANT_COMMITTED, /* in the Lease: its patch may be sent */
    GRANT_SENT,      /* a copy of its patch, or a fence, is on its way */
};

/*
 * The decision to start one object, open until its effect is seen stored (docs/architecture.md).
 * It names uid and resourceVersion, so that each copy of its patch applies once or never.
 */
struct grant {
    enum grant_purpose purpose;
    const struct kind *kind;
    char *uid;
    char *namespace_name;
    char *name;
    uint64_t resource_version;
    struct admission *admission; /* NULL: of no amount */

    enum grant_stage stage;
    uint64_t sequence;   /* of the Lease write that carries it */
    bool is_uncertain;   /* a copy may be applied without our having been told */
    bool must_be_fenced; /* not to be applied any more: the object's version must move */
    uint64_t tag;        /* of the copy that was sent last */
    int refusals;
    int64_t retry_at_ms; /* monotonic */
    int64_t decided_us;  /* monotonic */
    char *patch;         /* every copy carries these bytes */
    char *encoded;       /* as the Lease carries it */
    size_t encoded_bytes;
    UT_hash_handle hh;
};

/* The open grants, by the uid of their object. Owned by the companion thread. */
struct grant_table {
    struct grant *grants;
    size_t encoded_bytes;
};

enum { GRANT_TABLE_BYTES_MAX = 16 * 1024 };

/* The object's identity is copied, the admission (NULL for a release) is taken over. */
struct grant *grant_table_add(struct grant_table *table, enum grant_purpose purpose,
                              const struct object *object, struct admission *admission);
struct grant *grant_table_find(const struct grant_table *table, const char *uid);
void grant_table_remove(struct grant_table *table, struct grant *grant);
void grant_table_release(struct grant_table *table);

/* True if one more fits into the Lease, after `planned_count` others that are not added yet. */
bool grant_table_has_room(const struct grant_table *table, size_t planned_count);

/* The text for the Lease: all open grants, under a sequence number. Owned. */
char *grant_table_encode(const struct grant_table *table, uint64_t sequence);

/* Adds what another process left in the Lease: uncertain, to be fenced. NULL or an empty text adds
 * nothing; unreadable entries are counted. */
size_t grant_table_inherit(struct grant_table *table, const char *text);

/* The sequence number of a text, or 0. */
uint64_t grant_text_sequence(const char *text);
