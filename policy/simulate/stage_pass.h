/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/simulation.h"

/* What the rules' clock shows when a simulation begins: to them, zero means no time at all. */
#define STAGE_PASS_EPOCH_US (3600 * MICROS_PER_SECOND)

/* Lets the rules decide about all that wait on the stage until nobody more starts, as the companion
 * does, and does what they say: who starts holds from now on, and who must go gets an appointment.
 */
void stage_pass_run(struct simulation *simulation, struct stage *stage);
