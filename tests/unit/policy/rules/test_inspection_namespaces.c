/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

#define PREEMPTS(name, fields)                                                                     \
    HEAD("ClusterQueue") "metadata: {name: " name "}\nspec:\n  " fields "\n"
#define WITHIN "preemption: {withinClusterQueue: LowerPriority}"
#define RECLAIM "preemption: {reclaimWithinCohort: Any}\n  cohort: lab"
#define WORKBENCHES NAMESPACE("team", "opendatahub.io/dashboard: \"true\"")
#define NOTEBOOK                                                                                   \
    "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: n, namespace: team}\n"
#define WARNING(queue)                                                                             \
    ": namespace 'team' has workbenches on ClusterQueue '" queue "': a Notebook that is "          \
    "preempted is stopped, and what is in its memory is lost; set Never, or keep what has just "   \
    "started with the annotation gpuaas.dev/minimum-runtime\n"

Test(inspection_namespaces, warns_of_preemption_of_workbenches)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {PREEMPTS("main", WITHIN) NEXT LOCAL_QUEUE("name: q, namespace: team", "main"), ""},
        {PREEMPTS("main", WITHIN) NEXT WORKBENCHES, ""},
        {PREEMPTS("main", WITHIN) NEXT LOCAL_QUEUE("name: q, namespace: other", "main")
             NEXT WORKBENCHES,
         ""},
        {PREEMPTS("main", WITHIN) NEXT LOCAL_QUEUE("name: q, namespace: team", "main")
             NEXT NAMESPACE("team", "opendatahub.io/dashboard: \"false\""),
         ""},
        {PREEMPTS("main", "preemption: {withinClusterQueue: Never}")
             NEXT LOCAL_QUEUE("name: q, namespace: team", "main") NEXT WORKBENCHES,
         ""},
        {PREEMPTS("main", WITHIN) NEXT LOCAL_QUEUE("name: q, namespace: team", "main")
             NEXT WORKBENCHES,
         "a.yaml:5:16: warning: spec.preemption.withinClusterQueue" WARNING("main")},
        {PREEMPTS("main", WITHIN) NEXT LOCAL_QUEUE("name: q, namespace: team", "main")
             NEXT NOTEBOOK,
         "a.yaml:5:16: warning: spec.preemption.withinClusterQueue" WARNING("main")},
        {PREEMPTS("main", RECLAIM) NEXT LOCAL_QUEUE("name: q, namespace: team", "main")
             NEXT WORKBENCHES,
         "a.yaml:5:16: warning: spec.preemption.reclaimWithinCohort" WARNING("main")},
        {PREEMPTS("main", RECLAIM) NEXT PREEMPTS("other", "cohort: lab")
             NEXT LOCAL_QUEUE("name: q, namespace: team", "other") NEXT WORKBENCHES,
         "a.yaml:5:16: warning: spec.preemption.reclaimWithinCohort" WARNING("other")},
        {PREEMPTS("main", RECLAIM) NEXT PREEMPTS("other", "cohort: office")
             NEXT LOCAL_QUEUE("name: q, namespace: team", "other") NEXT WORKBENCHES,
         ""},
        {PREEMPTS("main", RECLAIM) NEXT PREEMPTS("other", "cohort: office")
             NEXT LOCAL_QUEUE("name: q, namespace: team", "other") NEXT WORKBENCHES NEXT COHORT(
                 "lab", "parentName: company") NEXT COHORT("office", "parentName: company"),
         "a.yaml:5:16: warning: spec.preemption.reclaimWithinCohort" WARNING("other")},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_of_file(cases[i].text, cases[i].expected);
    }
}

#define MANAGED NAMESPACE("team", "kueue.openshift.io/managed: \"true\"")
#define MANAGED_AS_BEFORE NAMESPACE("team", "kueue-managed: \"true\"")
#define OF_TEAM(metadata) LOCAL_QUEUE("namespace: team, " metadata, "main")
#define DEFAULT "annotations: {kueue.x-k8s.io/default-queue: \"true\"}"
#define NO_DEFAULT(place, count)                                                                   \
    "a.yaml:" place ": warning: metadata.name: namespace 'team' has " count " LocalQueues and no " \
    "default: what names none waits for ever; add the annotation 'kueue.x-k8s.io/default-queue: "  \
    "\"true\"' to one of them\n"

Test(inspection_namespaces, warns_of_several_queues_without_a_default)
{
    static const struct {
        const char *queues;
        const char *expected;
    } cases[] = {
        {MANAGED, ""},
        {MANAGED NEXT OF_TEAM("name: a"), ""},
        {MANAGED NEXT OF_TEAM("name: a") NEXT OF_TEAM("name: default"), ""},
        {MANAGED NEXT OF_TEAM("name: a") NEXT OF_TEAM("name: b, " DEFAULT), ""},
        {MANAGED NEXT OF_TEAM("name: a") NEXT LOCAL_QUEUE("name: b, namespace: x", "main"), ""},
        {MANAGED NEXT OF_TEAM("name: a") NEXT OF_TEAM("name: b"), NO_DEFAULT("11:29", "2")},
        {MANAGED_AS_BEFORE NEXT OF_TEAM("name: a") NEXT OF_TEAM("name: b") NEXT OF_TEAM("name: c"),
         NO_DEFAULT("11:29", "3")},
        {OF_TEAM("name: a") NEXT OF_TEAM("name: b"), NO_DEFAULT("7:29", "2")},
        {NAMESPACE("team", "") NEXT OF_TEAM("name: a") NEXT OF_TEAM("name: b"), ""},
        {LOCAL_QUEUE("name: a", "main") NEXT LOCAL_QUEUE("name: b", "main"), ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *text = text_format("%s---\n%s",
                                           HEAD("ClusterQueue") "metadata: {name: "
                                                                "main}\n",
                                           cases[i].queues);
        expect_of_file(text, cases[i].expected);
    }
}
