/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Binds and listens; the caller closes *out_descriptor. An address is ":9443" (every address, IPv6
 * and IPv4), "127.0.0.1:0" (any port), "[::1]:9443" or "localhost:9443". */
must_check bool http_listener_open(const char *address, int *out_descriptor, uint16_t *out_port,
                                   struct error *error);
