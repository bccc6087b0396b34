/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* A whole number for people: "7,063". Owned. */
char *digits_format(int64_t number);
