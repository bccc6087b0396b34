/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "webhook/kube/json_bytes.h"
#include "webhook/kube/kube_object.h"

static struct text_view view(const char *text)
{
    return (struct text_view){text, strlen(text)};
}

Test(kube_object, decodes_without_managed_fields_and_nothing_else_less)
{
    json_auto_t *json = kube_object_decode(
        view("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"x\":\"]\"}],"
             "\"uid\":\"u\"},\"spec\":{\"managedFields\":[1]}}"));
    json_auto_t *expected =
        json_loads("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"managedFields\":null,"
                   "\"uid\":\"u\"},\"spec\":{\"managedFields\":[1]}}",
                   0, NULL);

    cr_assert(json_equal(json, expected));
}

Test(kube_object, decodes_what_users_may_write)
{
    json_auto_t *json =
        kube_object_decode(view("{\"metadata\":{\"annotations\":{\"a\":\"\\u0000\"}}}"));

    cr_assert_not_null(json);
}

Test(kube_object, refuses_what_is_no_object)
{
    static const char *const texts[] = {"",
                                        "1",
                                        "[]",
                                        "{",
                                        "{\"metadata\":{\"managedFields\":[}}",
                                        "{\"metadata\":{\"managedFields\":[]},}"};

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        cr_assert_null(kube_object_decode(view(texts[i])), "%s", texts[i]);
    }
}

Test(kube_object, knows_the_version)
{
    auto_free char *version =
        kube_object_copy_version(view("{\"metadata\":{\"resourceVersion\":\"12\"}}"));
    auto_free char *none =
        kube_object_copy_version(view("{\"metadata\":{\"resourceVersion\":\"\"}}"));

    cr_assert_str_eq(version, "12");
    cr_assert_null(none);
}

Test(kube_object, reads_events)
{
    static const struct {
        const char *line;
        int type; /* -1: none */
    } cases[] = {
        {"{\"type\":\"ADDED\",\"object\":{}}", KUBE_EVENT_CHANGED},
        {"{\"type\":\"MODIFIED\",\"object\":{}}", KUBE_EVENT_CHANGED},
        {"{\"type\":\"DELETED\",\"object\":{}}", KUBE_EVENT_DELETED},
        {"{\"type\":\"BOOKMARK\",\"object\":{}}", KUBE_EVENT_BOOKMARK},
        {"{\"object\":{},\"type\":\"ERROR\"}", KUBE_EVENT_ERROR},
        {"{\"type\":\"OTHER\",\"object\":{}}", -1},
        {"{\"type\":\"ADDED\"}", -1},
        {"{\"type\":\"ADDED\",\"object\":{\"a\":", -1},
        {"hello", -1},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum kube_event_type type;
        struct text_view object;
        bool is_event = kube_event_read(view(cases[i].line), &type, &object);
        cr_assert_eq(is_event, cases[i].type >= 0, "%s", cases[i].line);
        cr_assert(!is_event || (int)type == cases[i].type, "%s", cases[i].line);
    }
}

Test(kube_object, reads_pages)
{
    auto_kube_page struct kube_page page = {0};
    struct text_view item;

    cr_assert(kube_page_read(view("{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\","
                                  "\"continue\":\"abc\"},\"items\":[{}]}"),
                             &page));
    cr_assert_str_eq(page.resource_version, "7");
    cr_assert_str_eq(page.continue_token, "abc");
    cr_assert(json_bytes_next(&page.items, &item));
}

Test(kube_object, takes_no_items_for_none)
{
    auto_kube_page struct kube_page page = {0};

    cr_assert(kube_page_read(view("{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"\"},"
                                  "\"items\":null}"),
                             &page));
    cr_assert_null(page.continue_token);
    cr_assert_null(page.items.bytes);
}

Test(kube_object, refuses_pages_without_version_or_items)
{
    struct kube_page page;

    cr_assert_not(kube_page_read(view("{\"metadata\":{},\"items\":[]}"), &page));
    cr_assert_not(kube_page_read(view("{\"metadata\":{\"resourceVersion\":\"7\"}}"), &page));
    cr_assert_not(kube_page_read(view("<html>"), &page));
}
