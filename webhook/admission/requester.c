/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/requester.h"

#include <string.h>

#include "base/text.h"

#define PREFIX_KUBE_SYSTEM "system:serviceaccount:kube-system:"

static bool is_controller(const struct subject *subject)
{
    const struct configuration *configuration = subject->snapshot->configuration;
    const char *username = subject->review->username;

    return subject->owner_uid != NULL || text_starts_with(username, PREFIX_KUBE_SYSTEM) ||
           name_list_has(&configuration->statefulset_controllers, username) ||
           name_list_has(&configuration->replicaset_controllers, username) ||
           name_list_has(&configuration->job_controllers, username);
}

/* No more than so many bytes, and no part of a character. */
static int clip(const char *text)
{
    size_t bytes = strlen(text);

    if (bytes <= REQUESTER_BYTES_MAX) {
        return (int)bytes;
    }
    bytes = REQUESTER_BYTES_MAX;
    while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80) {
        bytes--;
    }
    return (int)bytes;
}

char *requester_name(const struct subject *subject)
{
    const char *username = subject->review->username;

    return is_controller(subject) ? NULL : text_format("%.*s", clip(username), username);
}
