/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_base64.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/memory.h"

enum { ENCODED_BYTES_MAX = 1024 * 1024 };

char *kube_base64_encode(const char *text)
{
    size_t size_bytes = strlen(text);
    char *encoded = memory_allocate(size_bytes / 3 * 4 + 5);

    EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)text, (int)size_bytes);
    return encoded;
}

/* Padding decodes to zeros, and texts end there; the memory is zeroed. */
char *kube_base64_decode(const char *encoded)
{
    size_t size_bytes = encoded != NULL ? strlen(encoded) : 0;

    if (size_bytes == 0 || size_bytes > ENCODED_BYTES_MAX) {
        return NULL;
    }
    auto_free char *decoded = memory_allocate(size_bytes / 4 * 3 + 4);
    if (EVP_DecodeBlock((unsigned char *)decoded, (const unsigned char *)encoded, (int)size_bytes) <
        0) {
        return NULL;
    }
    return take_pointer(&decoded);
}
