/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/snapshot.h"
#include "webhook/kinds/object.h"

/* What will become of an object that is suspended now, as far as this replica knows. Only advice:
 * the companion decides, a moment later, on the ledger. */
struct waiting_advice {
    const char *reason; /* static, one CamelCase word */
    char *warning;      /* for the user at the prompt; NULL: it starts at once */
    char *queue;        /* the LocalQueue that it belongs to; NULL: there is none */
    char *flavor;       /* where it would run; NULL: not known */
};

void waiting_advice_make(const struct snapshot *snapshot, const char *namespace_name,
                         const struct object *object, struct waiting_advice *out_advice);
void waiting_advice_release(struct waiting_advice *advice);

MEMORY_DEFINE_AUTO_RELEASE(waiting_advice)
#define auto_waiting_advice __attribute__((cleanup(waiting_advice_auto_release)))
