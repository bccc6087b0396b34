/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/order.h"

#include <string.h>

int order_compare(const struct order_key *left, const struct order_key *right)
{
    if (left->priority != right->priority) {
        return left->priority > right->priority ? -1 : 1;
    }
    if (left->arrival_us != right->arrival_us) {
        return left->arrival_us < right->arrival_us ? -1 : 1;
    }
    return strcmp(left->uid, right->uid);
}
