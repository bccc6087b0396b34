/* SPDX-License-Identifier: Apache-2.0 */

/*
 * AdmissionReviews, to both webhooks, for a small cluster. Every answer is an AdmissionReview for
 * the same call; a denial says why; a patch touches only what is ours and can be applied; and what
 * has nothing to do with us passes untouched.
 */
#include <openssl/evp.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/admission/patch_applier.h"
#include "tests/fuzz/admission/small_cluster.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json_mutator.h"
#include "webhook/admission/admission_context.h"

#define NOW_US INT64_C(1700000000000000)

/* Everything that we may write into an object that is submitted. */
static const char *const our_paths[] = {
    "/metadata/annotations",
    "/metadata/annotations/gpuaas.dev~1*",
    "/metadata/annotations/kubeflow-resource-stopped",
    "/metadata/labels",
    "/metadata/labels/kueue.x-k8s.io~1queue-name",
    "/spec/parallelism", /* of a Job that we let run in part */
    "/spec/schedulingGates",
    "/spec/schedulingGates/-",
    "/spec/suspend",
};

/* A text that makes an object our business: a managed resource, or one of our names. */
static const char *const our_words[] = {
    "nvidia.com/", "amd.com/", "habana.ai/", "intel.com/", "gpu.", "kueue.x-k8s.io/", "gpuaas.dev/",
};

static bool matches(const char *text, const char *pattern)
{
    size_t fixed_bytes = strcspn(pattern, "*");

    return pattern[fixed_bytes] == '*' ? strncmp(text, pattern, fixed_bytes) == 0
                                       : text_equal(text, pattern);
}

static bool has_our_word(const char *text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(our_words); i++) {
        if (strstr(text, our_words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool mentions_us(const json_t *value)
{
    const char *name;
    const json_t *member;
    size_t index;
    bool is_found = json_is_string(value) && has_our_word(json_string_value(value));

    json_object_foreach((json_t *)value, name, member) {
        is_found = is_found || has_our_word(name) || mentions_us(member);
    }
    json_array_foreach(value, index, member) {
        is_found = is_found || mentions_us(member);
    }
    return is_found;
}

static bool is_object_or_nothing(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_object(value);
}

/* True of all that the API server would send. */
static bool is_well_formed(const json_t *object)
{
    const json_t *metadata = json_object_get(object, "metadata");
    const json_t *spec = json_object_get(object, "spec");
    const json_t *gates = json_object_get(spec, "schedulingGates");

    return json_is_object(metadata) && json_is_object(spec) &&
           is_object_or_nothing(json_object_get(metadata, "annotations")) &&
           is_object_or_nothing(json_object_get(metadata, "labels")) &&
           (gates == NULL || json_is_null(gates) || json_is_array(gates));
}

static json_t *decode_patch(const char *encoded)
{
    size_t size_bytes = strlen(encoded);
    auto_free unsigned char *text = memory_allocate(size_bytes + 1);
    int decoded_bytes = EVP_DecodeBlock(text, (const unsigned char *)encoded, (int)size_bytes);

    fuzz_expect(decoded_bytes > 0, "the patch '%s'", encoded);
    for (size_t i = size_bytes; i > 0 && encoded[i - 1] == '='; i--) {
        decoded_bytes--;
    }
    return json_loadb((const char *)text, (size_t)decoded_bytes, 0, NULL);
}

static void check_paths(const json_t *operations)
{
    size_t index;
    const json_t *operation;

    json_array_foreach(operations, index, operation) {
        const char *path = json_string_value(json_object_get(operation, "path"));
        bool is_ours = false;
        for (size_t i = 0; i < ARRAY_LENGTH(our_paths) && path != NULL; i++) {
            is_ours = is_ours || matches(path, our_paths[i]);
        }
        fuzz_expect(is_ours, "the patch touches '%s'", path != NULL ? path : "");
    }
}

static void check_patch(const struct review *review, const json_t *response)
{
    const char *encoded = json_string_value(json_object_get(response, "patch"));
    const char *problem = NULL;

    fuzz_expect((encoded != NULL) == (json_object_get(response, "patchType") != NULL),
                "a patch without a type, or a type without a patch");
    if (encoded == NULL) {
        return;
    }
    json_auto_t *operations = decode_patch(encoded);
    json_auto_t *object = json_deep_copy(review->object);
    check_paths(operations);
    fuzz_expect(!is_well_formed(review->object) || patch_apply(operations, object, &problem),
                "the patch cannot be applied: %s", problem);
}

static bool is_none_of_our_business(const struct review *review)
{
    bool is_elsewhere = text_equal(review->namespace_name, SMALL_CLUSTER_UNMANAGED);

    return is_elsewhere || (!mentions_us(review->object) && !mentions_us(review->old_object));
}

static void check_answer(const struct admission_outcome *outcome)
{
    const struct review *review = &outcome->review;
    json_auto_t *answer = json_loads(outcome->answer, 0, NULL);
    const json_t *response = json_object_get(answer, "response");
    const json_t *status = json_object_get(response, "status");
    bool is_allowed = json_is_true(json_object_get(response, "allowed"));

    fuzz_expect(json_is_object(response), "the answer is '%s'", outcome->answer);
    fuzz_expect(text_equal(json_string_value(json_object_get(response, "uid")), review->uid),
                "the answer is for another call");
    fuzz_expect(is_allowed == (status == NULL), "a status of what is allowed, or none");
    fuzz_expect(is_allowed || json_string_length(json_object_get(status, "message")) > 0,
                "a denial without a word");
    check_patch(review, response);
    if (is_none_of_our_business(review)) {
        fuzz_expect(is_allowed && json_object_get(response, "patch") == NULL, "hands off: %s",
                    outcome->answer);
    }
}

typedef bool webhook(struct admission_context *context, struct text_view body, int64_t now_us,
                     struct admission_outcome *out_outcome, struct error *error);

static bool call(webhook *answer, struct admission_context *context, struct text_view body)
{
    auto_admission_outcome struct admission_outcome outcome = {0};
    struct error error = {0};

    if (!answer(context, body, NOW_US, &outcome, &error)) {
        fuzz_expect(error.message[0] != '\0', "refused without a word");
        return false;
    }
    check_answer(&outcome);
    return true;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size_bytes, size_t size_bytes_max,
                               unsigned seed)
{
    json_auto_t *root = json_loadb((const char *)bytes, size_bytes, 0, NULL);
    size_t written_bytes = 0;

    if (root != NULL && seed % 4 != 0) {
        json_mutate(root, seed);
        written_bytes = json_mutator_write(root, bytes, size_bytes_max);
    }
    return written_bytes > 0 ? written_bytes : LLVMFuzzerMutate(bytes, size_bytes, size_bytes_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    static struct snapshot_slot slot;
    static struct admission_context context;
    const struct text_view body = {(const char *)bytes, size_bytes};

    if (context.snapshots == NULL) {
        snapshot_slot_init(&slot, small_cluster_create());
        context.snapshots = &slot;
    }
    bool is_review = call(admission_mutate, &context, body);
    fuzz_expect(call(admission_validate, &context, body) == is_review,
                "one webhook reads what the other does not");
    return 0;
}
