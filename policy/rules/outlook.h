/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

/*
 * A tree while a pass decides about it: what is held now, and what will be held once victims have
 * gone and those for whom room is kept have come. Who starts must fit in both, so that nobody takes
 * what is promised to another. Nothing is copied before somebody is promised something.
 *
 * Owned by one pass. Usage and placement are the caller's and are brought up to date.
 */
struct outlook {
    struct quota_usage *usage;
    struct placement *placement;       /* NULL: places do not count */
    const struct holder_list *holders; /* NULL: nobody can be preempted */
    struct quota_usage promised;       /* the usage to come; `used` is NULL while all is as now */
    struct placement promised_places;  /* the nodes to come; empty while all is as now */
    struct placement room;             /* on each node, what is taken now or to come */
    struct holder_list staying;        /* the holders, who go having nothing, and then the new */
    size_t borrowed_count;             /* of `staying`, those whose arrays are the caller's */
    uint64_t version;                  /* moves whenever an answer may have become another */
};

void outlook_init(struct outlook *outlook, struct quota_usage *usage, struct placement *placement,
                  const struct holder_list *holders);
void outlook_release(struct outlook *outlook);

/* Fills in all but the rules and the node. */
void outlook_describe(const struct outlook *outlook, struct flavor_state *out_state);

/* Charges what starts. With `holder` (NULL: nobody will ask) it is among the holders from now on;
 * what of it belongs to the assignment is set here. */
void outlook_start(struct outlook *outlook, int node, const struct assignment *assignment,
                   const struct holder *holder);

/* Promises the preemptor the room of its victims, which nobody else can claim any more. */
void outlook_promise(struct outlook *outlook, int node, const struct assignment *assignment);

/* Keeps an amount for a queue until it is released again. */
void outlook_keep(struct outlook *outlook, int node, const struct quota_amounts *amounts);
void outlook_release_kept(struct outlook *outlook, int node, const struct quota_amounts *amounts);
