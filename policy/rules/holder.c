/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/holder.h"

void holder_list_release(struct holder_list *list)
{
    array_for_each(holder, list) {
        array_for_each(place, &holder->places) {
            array_release(&place->picks);
            resources_release(&place->requests);
        }
        array_release(&holder->places);
        array_release(&holder->amounts);
    }
    array_release(list);
}
