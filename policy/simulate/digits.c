/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/digits.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

char *digits_format(int64_t number)
{
    auto_free char *digits = text_format("%" PRId64, number);
    struct text text = {0};
    size_t length = strlen(digits);

    for (size_t i = 0; i < length; i++) {
        text_append_bytes(&text, digits + i, 1);
        if ((length - i) % 3 == 1 && i + 1 < length && digits[i] != '-') {
            text_append(&text, ",");
        }
    }
    return text_take(&text);
}
