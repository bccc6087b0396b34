/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/quota_draft.h"

/*
 * The arithmetic of quota and of fair shares once more (kueue-api.md §4.5 and §4.6): slow, on
 * names, each function a sentence of the specification, and nothing kept but the list of who holds
 * what.
 */
struct oracle_holding {
    const char *queue;
    struct quota_cell cell;
    int64_t amount;
};

struct quota_oracle {
    const struct quota_draft *draft;
    struct oracle_holdings ARRAY_OF(struct oracle_holding) holdings;
};

/* A ClusterQueue or a Cohort by name. */
struct oracle_node {
    bool is_queue;
    const char *name;
};

/* The node above; its name is NULL if there is none. */
struct oracle_node oracle_parent(const struct quota_oracle *oracle, struct oracle_node node);
bool oracle_is_cyclic(const struct quota_oracle *oracle, struct oracle_node node);
int oracle_height(const struct quota_oracle *oracle, struct oracle_node node);

int64_t oracle_subtree(const struct quota_oracle *oracle, struct oracle_node node,
                       struct quota_cell cell);
int64_t oracle_local(const struct quota_oracle *oracle, struct oracle_node node,
                     struct quota_cell cell);
int64_t oracle_usage(const struct quota_oracle *oracle, struct oracle_node node,
                     struct quota_cell cell);
int64_t oracle_available(const struct quota_oracle *oracle, struct oracle_node node,
                         struct quota_cell cell);
int64_t oracle_potential(const struct quota_oracle *oracle, struct oracle_node node,
                         struct quota_cell cell);

void oracle_take(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                 int64_t amount);
void oracle_give_back(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                      int64_t amount);

int oracle_level(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                 int64_t amount);

/* True if neither the ClusterQueue nor a Cohort above it has more than its limits allow. */
bool oracle_is_within_limits(const struct quota_oracle *oracle, struct oracle_node node,
                             struct quota_cell cell);

struct oracle_share {
    bool is_infinite;
    int64_t thousandths; /* INT64_MAX if it is infinite */
    long double exact;   /* as if the weight were 1 if it is infinite */
};

/* The dominant resource share of the node. */
struct oracle_share oracle_share(const struct quota_oracle *oracle, struct oracle_node node,
                                 const struct quota_cell_list *cells);

/* Of the nodes above the ClusterQueue and itself, the one right below the lowest Cohort that is
 * above the other ClusterQueue, too. */
struct oracle_node oracle_rival(const struct quota_oracle *oracle, const char *queue,
                                const char *other);
