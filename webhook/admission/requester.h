/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/subject.h"

enum { REQUESTER_BYTES_MAX = 256 };

/* The user on whose account an object is created, as gpuaas.dev/user says it: the username of the
 * request, clipped. Owned; NULL if a controller of the cluster creates it, for whomever. */
char *requester_name(const struct subject *subject);
