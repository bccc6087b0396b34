/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>

#include "base/array.h"
#include "webhook/cluster/item.h"
#include "webhook/kube/kube_request.h"

enum message_kind {
    MESSAGE_CHANGED,      /* an object: `item` */
    MESSAGE_GONE,         /* `resource`, `text`: its key */
    MESSAGE_DISMISSED,    /* it does not concern us: `resource`, `text`: its key */
    MESSAGE_LIST_STARTED, /* `resource` */
    MESSAGE_LISTED,       /* `resource`, `number`: the round */
    MESSAGE_ANSWER,       /* of the writer: `number`: the tag, `answer` */
    MESSAGE_LEADING,      /* the lease is ours: `number`: transitions, `text`: its grants */
    MESSAGE_STORED,       /* the lease carries `number` or a later sequence */
    MESSAGE_DEPOSED,      /* the lease is not ours any more */
    MESSAGE_STOP,
};

/* What another thread tells the companion. Owns what it points to. */
struct message {
    enum message_kind kind;
    enum resource resource;
    uint64_t number;
    struct item *item;
    char *text;
    struct kube_answer *answer;
};

struct message_list ARRAY_OF(struct message);

void message_release(struct message *message);

/* Messages for one thread from several. Guarded by its own mutex. */
struct mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    pthread_cond_t emptied;
    struct message_list messages;
    bool is_closed;
};

void mailbox_init(struct mailbox *mailbox);
void mailbox_release(struct mailbox *mailbox);

/* Takes the message over. Who reads events waits while too many are there. */
void mailbox_put(struct mailbox *mailbox, struct message message);
void mailbox_put_or_wait(struct mailbox *mailbox, struct message message);

/* Takes all messages; waits for one, at most `timeout_ms`. */
void mailbox_take_all(struct mailbox *mailbox, int timeout_ms, struct message_list *out_messages);

/* From now on messages are dropped, and nobody waits. */
void mailbox_close(struct mailbox *mailbox);
