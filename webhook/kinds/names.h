/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Names that Kueue, OpenShift AI and Kubernetes gave. */
#define LABEL_QUEUE_NAME "kueue.x-k8s.io/queue-name"
#define LABEL_JOB_UID "kueue.x-k8s.io/job-uid"
#define LABEL_JOB_NAME "kueue.x-k8s.io/job-name"
#define LABEL_NAMESPACE_MANAGED "kueue.openshift.io/managed"
#define LABEL_NAMESPACE_MANAGED_OLD "kueue-managed"
#define GATE_ADMISSION "kueue.x-k8s.io/admission"
#define ANNOTATION_PROFILE "opendatahub.io/hardware-profile-name"
#define ANNOTATION_STOPPED "kubeflow-resource-stopped"
#define ANNOTATION_MIRROR_POD "kubernetes.io/config.mirror"

/* Our annotations, ours alone but for keep-until. */
#define ANNOTATION_PREFIX "gpuaas.dev/"
#define ANNOTATION_ARRIVAL "gpuaas.dev/arrival"
#define ANNOTATION_OWNER "gpuaas.dev/owner"
#define ANNOTATION_ADMISSION "gpuaas.dev/admission"
#define ANNOTATION_FENCE "gpuaas.dev/fence"
#define ANNOTATION_KEEP_UNTIL "gpuaas.dev/keep-until"

#define POD_SET_MAIN "main"
