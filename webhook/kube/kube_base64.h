/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Bytes as Kubernetes writes them into JSON: Secrets, kubeconfigs, patches of a review. Owned. */
char *kube_base64_encode(const char *text);

/* NULL if it is no base64, empty, or longer than 1 MiB. Ends at the first zero byte. Owned. */
char *kube_base64_decode(const char *encoded);
