/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* What an unquoted YAML scalar means to Kubernetes: the rules of YAML 1.2, and yes, no, on and off
 * as booleans and 0644 as an octal number, as kubectl reads them. A number beyond 64 bits becomes
 * a real, or a text if it is beyond that too. NULL for infinities and NaN, which JSON lacks, and
 * for what is not UTF-8. A new reference. */
json_t *yaml_scalar_resolve(const char *text, size_t size_bytes);
