/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/check_status.h"

#include "base/text.h"
#include "base/timestamp.h"

static const char *const state_names[] = {
    [CHECK_PENDING] = "Pending",
    [CHECK_READY] = "Ready",
    [CHECK_RETRY] = "Retry",
    [CHECK_REJECTED] = "Rejected",
};

static void release(struct check_status *check)
{
    free(check->name);
    free(check->message);
    free(check->others);
}

void check_status_list_release(struct check_status_list *list)
{
    array_for_each(check, list) {
        release(check);
    }
    array_release(list);
}

static struct check_status copy(const struct check_status *check)
{
    return (struct check_status){
        .name = memory_copy_text(check->name),
        .state = check->state,
        .message = memory_copy_text(check->message),
        .changed_us = check->changed_us,
        .others = memory_copy_text(check->others),
    };
}

void check_status_list_copy(const struct check_status_list *list,
                            struct check_status_list *out_copy)
{
    memset(out_copy, 0, sizeof *out_copy);
    array_for_each(check, list) {
        array_append(out_copy, copy(check));
    }
}

bool check_status_list_equal(const struct check_status_list *left,
                             const struct check_status_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    array_for_each(check, left) {
        const struct check_status *other = check_status_list_find(right, check->name);
        if (other == NULL || other->state != check->state ||
            !text_equal(other->message, check->message) ||
            !text_equal(other->others, check->others)) {
            return false;
        }
    }
    return true;
}

const struct check_status *check_status_list_find(const struct check_status_list *list,
                                                  const char *name)
{
    array_for_each(check, list) {
        if (text_equal(check->name, name)) {
            return check;
        }
    }
    return NULL;
}

bool check_status_list_has_state(const struct check_status_list *list, enum check_state state)
{
    array_for_each(check, list) {
        if (check->state == state) {
            return true;
        }
    }
    return false;
}

bool check_status_list_all_ready(const struct check_status_list *list)
{
    array_for_each(check, list) {
        if (check->state != CHECK_READY) {
            return false;
        }
    }
    return true;
}

void check_status_list_fit(struct check_status_list *list, const struct name_list *names,
                           int64_t now_us)
{
    for (size_t i = list->count; i > 0; i--) {
        if (!name_list_has(names, list->items[i - 1].name)) {
            release(&list->items[i - 1]);
            array_remove(list, i - 1);
        }
    }
    array_for_each(name, names) {
        if (check_status_list_find(list, *name) == NULL) {
            array_append(list, ((struct check_status){
                                   .name = memory_copy_text(*name),
                                   .message = memory_copy_text(""),
                                   .changed_us = now_us,
                               }));
        }
    }
}

void check_status_list_reset(struct check_status_list *list, int64_t now_us)
{
    array_for_each(check, list) {
        if (check->state == CHECK_PENDING) {
            continue;
        }
        free(check->message);
        free(take_pointer(&check->others));
        check->message = text_format("Reset to Pending after eviction. Previously: %s",
                                     state_names[check->state]);
        check->state = CHECK_PENDING;
        check->changed_us = now_us;
    }
}

static enum check_state find_state(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(state_names); i++) {
        if (text_equal(state_names[i], name)) {
            return (enum check_state)i;
        }
    }
    return CHECK_PENDING;
}

static char *encode_others(const json_t *check)
{
    static const char *const known[] = {"name", "state", "message", "lastTransitionTime"};
    json_auto_t *others = json_copy((json_t *)check);

    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        json_object_del(others, known[i]);
    }
    return json_object_size(others) > 0 ? json_dumps(others, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}

static const char *text_of(const json_t *check, const char *field)
{
    const char *text = json_string_value(json_object_get(check, field));

    return text != NULL ? text : "";
}

void check_status_list_decode(const json_t *checks, struct check_status_list *out_list)
{
    size_t index;
    const json_t *value;

    json_array_foreach(checks, index, value) {
        struct check_status check = {
            .name = memory_copy_text(text_of(value, "name")),
            .state = find_state(text_of(value, "state")),
            .message = memory_copy_text(text_of(value, "message")),
            .others = encode_others(value),
        };
        timestamp_parse(text_of(value, "lastTransitionTime"), &check.changed_us);
        array_append(out_list, check);
    }
}

json_t *check_status_list_encode(const struct check_status_list *list)
{
    json_t *checks = json_array();

    array_for_each(check, list) {
        char changed[TIMESTAMP_TEXT_BYTES];
        timestamp_format_seconds(check->changed_us, changed);
        json_t *value = json_pack("{s:s, s:s, s:s, s:s}", "name", check->name, "state",
                                  state_names[check->state], "message", check->message,
                                  "lastTransitionTime", changed);
        json_auto_t *others = check->others != NULL ? json_loads(check->others, 0, NULL) : NULL;
        if (others != NULL) {
            json_object_update(value, others);
        }
        json_array_append_new(checks, value);
    }
    return checks;
}
