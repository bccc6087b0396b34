/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/condition.h"

#include "base/text.h"
#include "base/timestamp.h"

static char *copy_text(const json_t *json, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(json, field)));
}

static void release(struct condition *condition)
{
    free(condition->type);
    free(condition->reason);
    free(condition->message);
}

void condition_list_release(struct condition_list *list)
{
    array_for_each(condition, list) {
        release(condition);
    }
    array_release(list);
}

const struct condition *condition_list_find(const struct condition_list *list, const char *type)
{
    array_for_each(condition, list) {
        if (text_equal(condition->type, type)) {
            return condition;
        }
    }
    return NULL;
}

bool condition_list_is_true(const struct condition_list *list, const char *type)
{
    const struct condition *condition = condition_list_find(list, type);

    return condition != NULL && condition->is_true;
}

void condition_list_set(struct condition_list *list, const char *type, bool is_true,
                        const char *reason, const char *message, int64_t now_us)
{
    struct condition *condition = (struct condition *)condition_list_find(list, type);

    if (condition == NULL) {
        array_append(list,
                     ((struct condition){.type = memory_copy_text(type), .is_true = !is_true}));
        condition = &list->items[list->count - 1];
    }
    if (condition->is_true != is_true) {
        condition->changed_us = now_us;
    }
    free(condition->reason);
    free(condition->message);
    condition->is_true = is_true;
    condition->reason = memory_copy_text(reason);
    condition->message = memory_copy_text(message);
}

void condition_list_end(struct condition_list *list, const char *type, const char *reason,
                        int64_t now_us)
{
    const struct condition *condition = condition_list_find(list, type);

    if (condition == NULL || !condition->is_true) {
        return;
    }
    auto_free char *message =
        text_format("Previously: %s", condition->message != NULL ? condition->message : "");
    condition_list_set(list, type, false, reason, message, now_us);
}

void condition_list_remove(struct condition_list *list, const char *type)
{
    for (size_t i = 0; i < list->count; i++) {
        if (text_equal(list->items[i].type, type)) {
            release(&list->items[i]);
            array_remove(list, i);
            return;
        }
    }
}

bool condition_list_equal(const struct condition_list *left, const struct condition_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    array_for_each(condition, left) {
        const struct condition *other = condition_list_find(right, condition->type);
        if (other == NULL || other->is_true != condition->is_true ||
            !text_equal(other->reason, condition->reason) ||
            !text_equal(other->message, condition->message)) {
            return false;
        }
    }
    return true;
}

void condition_list_copy(const struct condition_list *list, struct condition_list *out_copy)
{
    memset(out_copy, 0, sizeof *out_copy);
    array_for_each(condition, list) {
        array_append(out_copy, ((struct condition){
                                   .type = memory_copy_text(condition->type),
                                   .is_true = condition->is_true,
                                   .reason = memory_copy_text(condition->reason),
                                   .message = memory_copy_text(condition->message),
                                   .changed_us = condition->changed_us,
                               }));
    }
}

void condition_list_decode(const json_t *conditions, struct condition_list *out_list)
{
    size_t index;
    const json_t *value;

    json_array_foreach(conditions, index, value) {
        const char *changed = json_string_value(json_object_get(value, "lastTransitionTime"));
        struct condition condition = {
            .type = copy_text(value, "type"),
            .is_true = text_equal(json_string_value(json_object_get(value, "status")), "True"),
            .reason = copy_text(value, "reason"),
            .message = copy_text(value, "message"),
        };
        if (changed != NULL) {
            timestamp_parse(changed, &condition.changed_us);
        }
        array_append(out_list, condition);
    }
}

json_t *condition_list_encode(const struct condition_list *list, int64_t observed_generation)
{
    json_t *conditions = json_array();

    array_for_each(condition, list) {
        char changed[TIMESTAMP_TEXT_BYTES];
        timestamp_format_seconds(condition->changed_us, changed);
        json_array_append_new(
            conditions,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "type", condition->type, "status",
                      condition->is_true ? "True" : "False", "reason",
                      condition->reason != NULL ? condition->reason : "", "message",
                      condition->message != NULL ? condition->message : "", "lastTransitionTime",
                      changed, "observedGeneration", (json_int_t)observed_generation));
    }
    return conditions;
}
