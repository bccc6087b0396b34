/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/subject.h"

/* Requests that are wrong in themselves, whoever makes them and whoever waits. Each returns true
 * if it denied the request, and says what to do. */

/* An amount that cannot be read or believed; the message has the field's path. */
bool request_faults_deny_amounts(const struct subject *subject, struct decision *decision);

/* A Pod that chose its node itself has passed the scheduler, and can neither wait nor be placed. */
bool request_faults_deny_node(const struct subject *subject, struct decision *decision);

/* A queue label that is no name of an object. */
bool request_faults_deny_label(const struct subject *subject, struct decision *decision);
