/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/hash.h"
#include "base/text.h"

struct entry {
    char *key;
    int number;
    UT_hash_handle hh;
};

Test(hash, finds_every_key_of_a_table)
{
    struct entry *table = NULL;
    struct entry *entry;
    struct entry *next;

    for (int i = 0; i < 1000; i++) {
        entry = memory_allocate(sizeof *entry);
        entry->key = text_format("key-%d", i);
        entry->number = i;
        HASH_ADD_KEYPTR(hh, table, entry->key, strlen(entry->key), entry);
    }
    for (int i = 0; i < 1000; i++) {
        auto_free char *key = text_format("key-%d", i);
        HASH_FIND_STR(table, key, entry);
        cr_assert_not_null(entry);
        cr_assert_eq(entry->number, i);
    }
    HASH_FIND_STR(table, "absent", entry);
    cr_assert_null(entry);
    HASH_ITER(hh, table, entry, next) {
        HASH_DEL(table, entry);
        free(entry->key);
        free(entry);
    }
}

Test(hash, is_seeded_at_start)
{
    cr_assert_neq(hash_seed, 0);
}
