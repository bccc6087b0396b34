/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/mailbox.h"

#include <criterion/criterion.h>

#include "base/text.h"

enum { MANY = 20000 };

static struct message numbered(uint64_t number)
{
    return (struct message){
        .kind = MESSAGE_STORED, .number = number, .text = text_format("%llu", (long long)number)};
}

static void release_all(struct message_list *messages)
{
    array_for_each(message, messages) {
        message_release(message);
    }
    array_release(messages);
}

Test(mailbox, gives_all_messages_in_their_order)
{
    struct mailbox mailbox;
    struct message_list messages = {0};

    mailbox_init(&mailbox);
    mailbox_put(&mailbox, numbered(1));
    mailbox_put_or_wait(&mailbox, numbered(2));
    mailbox_take_all(&mailbox, 0, &messages);
    cr_assert_eq(messages.count, 2);
    cr_expect_eq(messages.items[0].number, 1);
    cr_expect_str_eq(messages.items[1].text, "2");
    release_all(&messages);
    mailbox_take_all(&mailbox, 0, &messages);
    cr_expect_eq(messages.count, 0);
    mailbox_release(&mailbox);
}

Test(mailbox, releases_what_nobody_took)
{
    struct mailbox mailbox;

    mailbox_init(&mailbox);
    mailbox_put(&mailbox, numbered(1));
    mailbox_release(&mailbox);
}

Test(mailbox, drops_messages_once_closed)
{
    struct mailbox mailbox;
    struct message_list messages = {0};

    mailbox_init(&mailbox);
    mailbox_close(&mailbox);
    mailbox_put(&mailbox, numbered(1));
    mailbox_put_or_wait(&mailbox, numbered(2));
    mailbox_take_all(&mailbox, 60000, &messages);
    cr_expect_eq(messages.count, 0);
    mailbox_release(&mailbox);
}

static void *put_many(void *context)
{
    for (uint64_t i = 0; i < MANY; i++) {
        mailbox_put_or_wait(context, (struct message){.kind = MESSAGE_STORED, .number = i});
    }
    return NULL;
}

Test(mailbox, makes_who_reads_events_wait_and_loses_none)
{
    struct mailbox mailbox;
    pthread_t reader;
    uint64_t next = 0;

    mailbox_init(&mailbox);
    cr_assert_eq(pthread_create(&reader, NULL, put_many, &mailbox), 0);
    while (next < MANY) {
        struct message_list messages = {0};
        mailbox_take_all(&mailbox, 60000, &messages);
        cr_assert_gt(messages.count, 0);
        cr_assert_leq(messages.count, 8192);
        array_for_each(message, &messages) {
            cr_assert_eq(message->number, next++);
        }
        release_all(&messages);
    }
    pthread_join(reader, NULL);
    mailbox_release(&mailbox);
}

Test(mailbox, lets_go_who_waits_when_it_is_closed)
{
    struct mailbox mailbox;
    pthread_t reader;

    mailbox_init(&mailbox);
    cr_assert_eq(pthread_create(&reader, NULL, put_many, &mailbox), 0);
    mailbox_close(&mailbox);
    pthread_join(reader, NULL);
    mailbox_release(&mailbox);
}
