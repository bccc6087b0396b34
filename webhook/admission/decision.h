/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/array.h"
#include "webhook/kinds/json_patch.h"

enum decision_verdict {
    DECISION_IGNORED,     /* none of our business: passes untouched */
    DECISION_ALLOWED,     /* ours, and nothing is to be done */
    DECISION_CLEANED,     /* forged annotations were removed; nothing else is ours */
    DECISION_LABELLED,    /* a Notebook: its Pod is what waits */
    DECISION_SUSPENDED,   /* waits from now on */
    DECISION_RESUSPENDED, /* somebody tried to start it */
    DECISION_REQUEUED,    /* suspended by its user: waits at the tail */
    DECISION_BREAK_GLASS, /* against the rule, by those who may */
    DECISION_DENIED,
};

enum decision_code { DECISION_FORBIDDEN = 403, DECISION_UNPROCESSABLE = 422 };

/* The answer to one review, in memory. */
struct decision {
    enum decision_verdict verdict;
    const char *reason; /* static, one CamelCase word for logs, audit and metrics */
    enum decision_code code;
    char *denial; /* what is wrong and what to do; NULL: allowed */
    struct json_patch patch;
    struct warning_list ARRAY_OF(char *) warnings;
    char *queue;  /* LocalQueue; NULL: none was found */
    char *flavor; /* where it would run; NULL: not known */
};

void decision_init(struct decision *decision);
void decision_release(struct decision *decision);

void decision_set(struct decision *decision, enum decision_verdict verdict, const char *reason);
void decision_deny(struct decision *decision, enum decision_code code, const char *reason,
                   const char *denial_format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a line that kubectl prints; takes it over. */
void decision_warn_take(struct decision *decision, char *warning);

/* "suspended", "denied", … */
const char *decision_verdict_name(const struct decision *decision);

MEMORY_DEFINE_AUTO_RELEASE(decision)
#define auto_decision __attribute__((cleanup(decision_auto_release)))
