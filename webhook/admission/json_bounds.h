/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* A tree costs many times its text, and parsers recurse: what a peer may send is bounded before it
 * is parsed. No object that the API server stores comes near. */
enum { JSON_DEPTH_MAX = 512, JSON_VALUES_MAX = 500000 };

/* Fails if the text nests deeper or holds more values than allowed. Says nothing about whether it
 * is JSON at all. */
must_check bool json_bounds_check(struct text_view text, struct error *error);
