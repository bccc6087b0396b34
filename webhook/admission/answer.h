/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/review.h"

/* The AdmissionReview that answers the review. Owned text. */
char *answer_encode(const struct review *review, const struct decision *decision);
