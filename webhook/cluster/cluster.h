/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/holding.h"
#include "webhook/cluster/occupancy.h"
#include "webhook/cluster/reservation.h"
#include "webhook/cluster/waiting_line.h"

/* A workload that held, and has come to its end. */
struct ending {
    char *uid;
    char *namespace_name;
    char *name;
    const struct kind *kind;
    char *cluster_queue;
    int64_t ran_us;
};

struct ending_list ARRAY_OF(struct ending);

void ending_list_release(struct ending_list *list);

/*
 * All that a replica knows of the cluster, kept up to date by events: the cache, the workloads
 * made of it, the ledger of what they hold, and who waits where. Leader and followers keep the
 * same; only the leader adds grants. Owned by the companion thread.
 */
struct cluster {
    const struct configuration *configuration;
    struct cache cache;
    struct workload *workloads; /* by uid of the owner */
    struct workload_list dirty;
    struct workload_list due;   /* something is to be done for them, beside the lines */
    struct waiting_line *lines; /* by ClusterQueue */
    struct grant_table grants;
    struct ledger *ledger;
    struct reservation_list reservations;
    struct occupancy occupancy;
    struct ending_list endings; /* not told yet */
    const struct directory *directory;
    size_t unknown_owners; /* Pods whose stamped owner has not been seen yet */
    int64_t wall_us;       /* the time at the last refresh */
    bool is_directory_stale;
    bool is_changed; /* since the last snapshot was made */
};

struct cluster *cluster_create(const struct configuration *configuration);
void cluster_destroy(struct cluster *cluster);

/* The owner of a Pod was looked for by name and does not exist. */
void cluster_note_owner_absent(struct cluster *cluster, const char *pod_uid);

/* Notes that our own start of an object was answered: it runs from `resource_version` on. */
void cluster_note_started(struct cluster *cluster, struct grant *grant, uint64_t resource_version);

/* The decision is over, without effect or with one that was seen. */
void cluster_end_grant(struct cluster *cluster, struct grant *grant);

/* To be looked at by the next refresh. */
void cluster_mark(struct cluster *cluster, struct workload *workload);
void cluster_mark_line(struct cluster *cluster, const char *cluster_queue);
void cluster_mark_all_lines(struct cluster *cluster);

/* Brings the state, the holding and the place in line of everything marked up to date. The times
 * are monotonic and of the wall. */
void cluster_refresh(struct cluster *cluster, int64_t now_ms, int64_t wall_us);

/* Marks what changes by the mere passing of time. */
void cluster_tick(struct cluster *cluster, int64_t now_ms);

/* NULL if there is none. Borrowed. */
struct workload *cluster_find_workload(const struct cluster *cluster, const char *uid);
struct object *cluster_find_object(const struct cluster *cluster, const struct kind *kind,
                                   const char *uid);
struct waiting_line *cluster_find_line(const struct cluster *cluster, const char *cluster_queue);
bool cluster_is_managed(const struct cluster *cluster, const char *namespace_name);
struct holding_view cluster_view(const struct cluster *cluster);
