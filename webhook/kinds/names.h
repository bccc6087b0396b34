/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Names that Kueue, OpenShift AI and Kubernetes gave. */
#define LABEL_QUEUE_NAME "kueue.x-k8s.io/queue-name"
#define LABEL_JOB_UID "kueue.x-k8s.io/job-uid"
#define LABEL_JOB_NAME "kueue.x-k8s.io/job-name"
#define LABEL_PRIORITY_CLASS "kueue.x-k8s.io/priority-class"
#define LABEL_MAX_EXEC_TIME "kueue.x-k8s.io/max-exec-time-seconds"
#define LABEL_NAMESPACE_MANAGED "kueue.openshift.io/managed"
#define LABEL_NAMESPACE_MANAGED_OLD "kueue-managed"
#define GATE_ADMISSION "kueue.x-k8s.io/admission"
#define ANNOTATION_PROFILE "opendatahub.io/hardware-profile-name"
#define ANNOTATION_STOPPED "kubeflow-resource-stopped"
#define STOPPED_BY_ODH_LOCK "odh-notebook-controller-lock" /* its value in a new Notebook */
#define ANNOTATION_MIN_PARALLELISM "kueue.x-k8s.io/job-min-parallelism"
#define ANNOTATION_MIRROR_POD "kubernetes.io/config.mirror"

/* Our annotations, ours alone but for keep-until. */
#define ANNOTATION_PREFIX "gpuaas.dev/"
#define ANNOTATION_ARRIVAL "gpuaas.dev/arrival"
#define ANNOTATION_OWNER "gpuaas.dev/owner"
#define ANNOTATION_ADMISSION "gpuaas.dev/admission"
#define ANNOTATION_FENCE "gpuaas.dev/fence"
#define ANNOTATION_USER "gpuaas.dev/user"
#define ANNOTATION_STOPPED_BY "gpuaas.dev/stopped-by"
#define ANNOTATION_PARALLELISM "gpuaas.dev/parallelism"
#define ANNOTATION_PLACEMENT "gpuaas.dev/placement"
#define ANNOTATION_KEEP_UNTIL "gpuaas.dev/keep-until"

#define POD_SET_MAIN "main"
