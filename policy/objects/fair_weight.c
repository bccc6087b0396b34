/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/fair_weight.h"

#include "policy/objects/quantity.h"

static const char *const fields[] = {"weight", NULL};

/* Far above any use, and small enough that shares never overflow. */
static const int64_t weight_milli_max = 1000000000;

int64_t fair_weight_read(const struct field *spec)
{
    auto_field struct field sharing = field_get(spec, "fairSharing");
    auto_field struct field weight = field_get(&sharing, "weight");
    struct error error = {0};
    int64_t milli;

    field_expect_names(&sharing, fields);
    if (weight.value == NULL) {
        return FAIR_WEIGHT_DEFAULT_MILLI;
    }
    if (!quantity_decode(weight.value, "cpu", &milli, &error)) {
        field_fault(&weight, "%s", error.message);
        return FAIR_WEIGHT_DEFAULT_MILLI;
    }
    if (milli > weight_milli_max) {
        field_fault(&weight, "must be at most 1000000: weights are compared with each other");
        return FAIR_WEIGHT_DEFAULT_MILLI;
    }
    return milli;
}
