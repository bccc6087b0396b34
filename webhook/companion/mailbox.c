/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/mailbox.h"

#include "base/clock.h"
#include "base/timed_wait.h"

enum { MESSAGES_MAX = 8192 };

void message_release(struct message *message)
{
    item_destroy(message->item);
    free(message->text);
    if (message->answer != NULL) {
        kube_answer_release(message->answer);
        free(message->answer);
    }
}

void mailbox_init(struct mailbox *mailbox)
{
    memset(mailbox, 0, sizeof *mailbox);
    pthread_mutex_init(&mailbox->mutex, NULL);
    timed_wait_init(&mailbox->filled);
    timed_wait_init(&mailbox->emptied);
}

void mailbox_release(struct mailbox *mailbox)
{
    array_for_each(message, &mailbox->messages) {
        message_release(message);
    }
    array_release(&mailbox->messages);
    pthread_cond_destroy(&mailbox->filled);
    pthread_cond_destroy(&mailbox->emptied);
    pthread_mutex_destroy(&mailbox->mutex);
}

static void put_locked(struct mailbox *mailbox, struct message *message)
{
    if (mailbox->is_closed) {
        message_release(message);
        return;
    }
    array_append(&mailbox->messages, *message);
    pthread_cond_signal(&mailbox->filled);
}

void mailbox_put(struct mailbox *mailbox, struct message message)
{
    pthread_mutex_lock(&mailbox->mutex);
    put_locked(mailbox, &message);
    pthread_mutex_unlock(&mailbox->mutex);
}

void mailbox_put_or_wait(struct mailbox *mailbox, struct message message)
{
    pthread_mutex_lock(&mailbox->mutex);
    while (mailbox->messages.count >= MESSAGES_MAX && !mailbox->is_closed) {
        pthread_cond_wait(&mailbox->emptied, &mailbox->mutex);
    }
    put_locked(mailbox, &message);
    pthread_mutex_unlock(&mailbox->mutex);
}

void mailbox_take_all(struct mailbox *mailbox, int timeout_ms, struct message_list *out_messages)
{
    int64_t until_ms = clock_monotonic_ms() + timeout_ms;

    pthread_mutex_lock(&mailbox->mutex);
    while (mailbox->messages.count == 0 && !mailbox->is_closed &&
           timed_wait(&mailbox->filled, &mailbox->mutex, until_ms - clock_monotonic_ms())) {
    }
    *out_messages = mailbox->messages;
    memset(&mailbox->messages, 0, sizeof mailbox->messages);
    pthread_cond_broadcast(&mailbox->emptied);
    pthread_mutex_unlock(&mailbox->mutex);
}

void mailbox_close(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->is_closed = true;
    pthread_cond_broadcast(&mailbox->filled);
    pthread_cond_broadcast(&mailbox->emptied);
    pthread_mutex_unlock(&mailbox->mutex);
}
