/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"
#include "webhook/kube/kube_request.h"

/*
 * What an answer means to who asked, from its HTTP status and, unless that is 2xx, from the
 * Status object (meta/v1) in its body: sets the outcome and the message, and the seconds to wait
 * if only the Status names them. `answer->status` and `answer->retry_after_seconds` are set.
 */
void kube_status_read(struct kube_answer *answer, struct text_view body);
