/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/answer.h"

#include <string.h>

#include "base/text.h"
#include "webhook/kube/kube_base64.h"

enum { WARNING_BYTES_MAX = 500 };

/* A text as JSON. One that was cut within a character, or has control characters (for which the
 * API server drops a warning), is shown with question marks in their place. */
static json_t *encode_text(const char *text)
{
    json_t *value = json_string(text);
    bool is_clean = value != NULL;

    for (const char *byte = text; *byte != '\0' && is_clean; byte++) {
        is_clean = (unsigned char)*byte >= 0x20 && *byte != 0x7f;
    }
    if (is_clean) {
        return value;
    }
    json_decref(value);
    auto_free char *copy = memory_copy_text(text);
    for (char *byte = copy; *byte != '\0'; byte++) {
        if ((unsigned char)*byte < 0x20 || (unsigned char)*byte >= 0x7f) {
            *byte = '?';
        }
    }
    return json_string(copy);
}

static json_t *encode_patch(const struct json_patch *patch)
{
    auto_free char *text = json_dumps(patch->operations, JSON_COMPACT);
    auto_free char *encoded = kube_base64_encode(text);

    return json_string(encoded);
}

static json_t *encode_status(const struct decision *decision)
{
    return json_pack("{s:i, s:s, s:o}", "code", (int)decision->code, "reason",
                     decision->code == DECISION_FORBIDDEN ? "Forbidden" : "Invalid", "message",
                     encode_text(decision->denial));
}

/* Stored by the API server in its audit log, under the name of the webhook. */
static json_t *encode_audit(const struct decision *decision)
{
    json_t *annotations = json_pack("{s:s, s:s}", "verdict", decision_verdict_name(decision),
                                    "reason", decision->reason);

    if (decision->queue != NULL) {
        json_object_set_new(annotations, "queue", encode_text(decision->queue));
    }
    return annotations;
}

/* One that names twenty flavors helps nobody, and the API server cuts all when they are too long
 * together. */
static json_t *encode_warning(const char *warning)
{
    bool is_long = strlen(warning) > WARNING_BYTES_MAX;
    auto_free char *clipped =
        text_format("%.*s%s", WARNING_BYTES_MAX, warning, is_long ? "..." : "");

    return encode_text(clipped);
}

static json_t *encode_warnings(const struct warning_list *warnings)
{
    json_t *list = json_array();

    array_for_each(warning, warnings) {
        json_array_append_new(list, encode_warning(*warning));
    }
    return list;
}

static json_t *encode_response(const struct review *review, const struct decision *decision)
{
    bool is_allowed = decision->denial == NULL;
    json_t *response = json_pack("{s:s, s:b}", "uid", review->uid, "allowed", (int)is_allowed);

    if (!is_allowed) {
        json_object_set_new(response, "status", encode_status(decision));
    } else if (json_array_size(decision->patch.operations) > 0) {
        json_object_set_new(response, "patchType", json_string("JSONPatch"));
        json_object_set_new(response, "patch", encode_patch(&decision->patch));
    }
    if (decision->verdict != DECISION_IGNORED) {
        json_object_set_new(response, "auditAnnotations", encode_audit(decision));
    }
    if (decision->warnings.count > 0) {
        json_object_set_new(response, "warnings", encode_warnings(&decision->warnings));
    }
    return response;
}

char *answer_encode(const struct review *review, const struct decision *decision)
{
    json_auto_t *answer = json_pack("{s:s, s:s, s:o}", "apiVersion", REVIEW_API_VERSION, "kind",
                                    REVIEW_KIND, "response", encode_response(review, decision));

    return json_dumps(answer, JSON_COMPACT);
}
