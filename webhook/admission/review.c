/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/review.h"

#include <string.h>

#include "base/array.h"
#include "webhook/admission/json_bounds.h"

static const char *const operation_names[] = {
    [OPERATION_CREATE] = "CREATE",
    [OPERATION_UPDATE] = "UPDATE",
    [OPERATION_DELETE] = "DELETE",
    [OPERATION_CONNECT] = "CONNECT",
};

/* A custom resource may carry a number beyond 64 bits; read as a real, it is refused later by the
 * rule that it breaks, and its place is named. */
static json_t *parse_body(struct text_view body, json_error_t *problem)
{
    size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_t *root = json_loadb(body.bytes, body.size_bytes, flags, problem);

    if (root == NULL && json_error_code(problem) == json_error_numeric_overflow) {
        root = json_loadb(body.bytes, body.size_bytes, flags | JSON_DECODE_INT_AS_REAL, problem);
    }
    return root;
}

static bool load_root(struct text_view body, json_t **out_root, struct error *error)
{
    json_error_t problem;

    if (body.size_bytes == 0) {
        return error_set(error, ERROR_INVALID, "the body is empty");
    }
    if (!json_bounds_check(body, error)) {
        return false;
    }
    *out_root = parse_body(body, &problem);
    if (*out_root == NULL && json_error_code(&problem) == json_error_duplicate_key) {
        return error_set(error, ERROR_INVALID, "the body has a duplicate key near byte %d",
                         problem.position);
    }
    return *out_root != NULL ||
           error_set(error, ERROR_INVALID, "the body is not JSON near byte %d", problem.position);
}

static const char *read_text(const json_t *json, const char *field)
{
    const char *text = json_string_value(json_object_get(json, field));

    return text != NULL ? text : "";
}

/* NULL for an absent object and for a null, which are the same here. */
static const json_t *read_object(const json_t *request, const char *field)
{
    const json_t *object = json_object_get(request, field);

    return json_is_object(object) ? object : NULL;
}

static bool read_operation(const json_t *request, enum operation *out_operation,
                           struct error *error)
{
    const char *name = read_text(request, "operation");

    for (size_t i = 0; i < ARRAY_LENGTH(operation_names); i++) {
        if (strcmp(name, operation_names[i]) == 0) {
            *out_operation = (enum operation)i;
            return true;
        }
    }
    return error_set(error, ERROR_INVALID,
                     "request.operation must be CREATE, UPDATE, DELETE or CONNECT");
}

static bool check_envelope(const json_t *root, struct error *error)
{
    if (!text_equal(read_text(root, "kind"), REVIEW_KIND) ||
        !text_equal(read_text(root, "apiVersion"), REVIEW_API_VERSION)) {
        return error_set(error, ERROR_INVALID, "the body is not an %s of %s", REVIEW_KIND,
                         REVIEW_API_VERSION);
    }
    if (read_object(root, "request") == NULL) {
        return error_set(error, ERROR_INVALID, "the %s has no request", REVIEW_KIND);
    }
    return true;
}

static bool check_request(const struct review *review, struct error *error)
{
    if (review->uid[0] == '\0') {
        return error_set(error, ERROR_INVALID, "request.uid is missing");
    }
    if (strlen(review->uid) > REVIEW_UID_BYTES_MAX) {
        return error_set(error, ERROR_INVALID, "request.uid is longer than %d bytes",
                         REVIEW_UID_BYTES_MAX);
    }
    if (review->kind[0] == '\0') {
        return error_set(error, ERROR_INVALID, "request.kind.kind is missing");
    }
    if (review->username[0] == '\0') {
        return error_set(error, ERROR_INVALID, "request.userInfo.username is missing");
    }
    bool is_write = review->operation == OPERATION_CREATE || review->operation == OPERATION_UPDATE;
    if (is_write && review->object == NULL) {
        return error_set(error, ERROR_INVALID, "request.object is missing");
    }
    if (review->operation == OPERATION_UPDATE && review->old_object == NULL) {
        return error_set(error, ERROR_INVALID, "request.oldObject is missing");
    }
    return true;
}

static bool read_request(const json_t *request, struct review *review, struct error *error)
{
    const json_t *kind = json_object_get(request, "kind");
    const json_t *user = json_object_get(request, "userInfo");

    review->uid = read_text(request, "uid");
    review->group = read_text(kind, "group");
    review->kind = read_text(kind, "kind");
    review->subresource = read_text(request, "subResource");
    review->namespace_name = read_text(request, "namespace");
    review->username = read_text(user, "username");
    review->groups = json_object_get(user, "groups");
    review->object = read_object(request, "object");
    review->old_object = read_object(request, "oldObject");
    review->is_dry_run = json_is_true(json_object_get(request, "dryRun"));
    return read_operation(request, &review->operation, error) && check_request(review, error);
}

bool review_parse(struct text_view body, struct review *out_review, struct error *error)
{
    auto_review struct review review = {0};

    if (!load_root(body, &review.root, error) || !check_envelope(review.root, error) ||
        !read_request(json_object_get(review.root, "request"), &review, error)) {
        return false;
    }
    *out_review = review;
    review.root = NULL;
    return true;
}

void review_release(struct review *review)
{
    json_decref(review->root);
    memset(review, 0, sizeof *review);
}

bool review_user_is_in(const struct review *review, const char *group)
{
    size_t index;
    const json_t *member;

    json_array_foreach(review->groups, index, member) {
        if (text_equal(json_string_value(member), group)) {
            return true;
        }
    }
    return false;
}

const char *review_operation_name(const struct review *review)
{
    return operation_names[review->operation];
}
