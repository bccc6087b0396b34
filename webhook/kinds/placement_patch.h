/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"
#include "webhook/kinds/json_patch.h"
#include "webhook/kinds/object.h"

/*
 * What a start writes so that the pods run on the nodes of their flavors: node selector and
 * tolerations that they do not have yet; what they have stays as it is. A Job notes it in
 * gpuaas.dev/placement: when it waits again, it may run elsewhere.
 */
void placement_patch_add(const struct object *object, const struct admission *admission,
                         const struct flavor_list *flavors, struct json_patch *patch);

/* Takes out what the object notes to have been written, if it is still there as it was. */
void placement_patch_remove(const struct object *object, struct json_patch *patch);
