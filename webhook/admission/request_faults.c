/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/request_faults.h"

#include "base/text.h"
#include "policy/objects/syntax.h"
#include "webhook/admission/managed_amounts.h"

bool request_faults_deny_amounts(const struct subject *subject, struct decision *decision)
{
    const struct kind *kind = subject->kind;
    auto_free char *fault =
        subject->object->mistake != NULL
            ? memory_copy_text(subject->object->mistake)
            : managed_amounts_find_absurd(subject->snapshot->configuration,
                                          kind_pod_spec(kind, subject->review->object),
                                          kind->pod_spec_path);

    if (fault == NULL) {
        return false;
    }
    decision_deny(decision, DECISION_UNPROCESSABLE, "BadQuantity", "%s: %s: correct the amount",
                  subject->title, fault);
    return true;
}

bool request_faults_deny_node(const struct subject *subject, struct decision *decision)
{
    const char *node = subject->object->node_name;

    if (node == NULL || node[0] == '\0') {
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "NodePreset",
                  "%s: a Pod that waits for a queue cannot preset spec.nodeName: remove it; to "
                  "choose a node, use nodeSelector or a hardware profile",
                  subject->title);
    return true;
}

bool request_faults_deny_label(const struct subject *subject, struct decision *decision)
{
    const char *label = subject->object->queue_name;

    if (label == NULL || syntax_is_object_name(label)) {
        return false;
    }
    decision_deny(decision, DECISION_UNPROCESSABLE, "BadQueueLabel",
                  "%s: label %s: '%.63s' is no name: give the name of a LocalQueue of the "
                  "namespace, or remove the label",
                  subject->title, LABEL_QUEUE_NAME, label);
    return true;
}
