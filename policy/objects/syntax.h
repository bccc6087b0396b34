/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Kubernetes' rules for names, all in ASCII. */

/* RFC 1123 subdomain, at most 253 characters: the name of most objects. */
bool syntax_is_object_name(const char *text);

/* RFC 1123 label, at most 63 characters: the name of a namespace. */
bool syntax_is_dns_label(const char *text);

/* `[prefix/]name`: the key of a label or an annotation, the name of a resource. */
bool syntax_is_qualified_name(const char *text);

/* Empty, or at most 63 characters that begin and end with a letter or digit. */
bool syntax_is_label_value(const char *text);
