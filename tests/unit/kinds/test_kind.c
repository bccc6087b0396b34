/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

#define ADMISSION                                                                                  \
    "{workload: uid-1, clusterQueue: main, localQueue: research, podSets: [{name: main, count: "   \
    "1, flavors: {nvidia.com/gpu: [a100, 1]}}]}"
#define IDENTITY                                                                                   \
    "{op: replace, path: /metadata/uid, value: uid-1},"                                            \
    "{op: replace, path: /metadata/resourceVersion, value: \"7\"}"
/* The annotation's text has the order in which the admission is written. */
#define ANNOTATED                                                                                  \
    "{op: add, path: /metadata/annotations/gpuaas.dev~1admission, value: "                         \
    "'{\"workload\":\"uid-1\",\"clusterQueue\":\"main\",\"localQueue\":\"research\","              \
    "\"podSets\":[{\"name\":\"main\",\"count\":1,\"flavors\":{\"nvidia.com/"                       \
    "gpu\":[\"a100\",1]}}]}'}"
#define NEW_ANNOTATIONS "{op: add, path: /metadata/annotations, value: {}}," ANNOTATED
#define GPU_CONTAINER "containers: [{name: a, resources: {limits: {nvidia.com/gpu: 1}}}]"
#define GATE "{name: kueue.x-k8s.io/admission}"
#define TOLERATION "{key: gpu, operator: Exists, effect: NoSchedule}"

static void expect_start(const struct kind *kind, const char *object_yaml, const char *flavor_spec,
                         const char *expected)
{
    auto_object struct object *object = decode_object(kind, object_yaml);
    struct resource_flavor *flavor = NULL;
    auto_admission struct admission *admission = NULL;
    struct flavor_list flavors = {0};
    json_auto_t *admission_json = yaml_text(ADMISSION);
    json_auto_t *flavor_json =
        json_pack("{s:{s:s}, s:o}", "metadata", "name", "a100", "spec", yaml_text(flavor_spec));

    cr_assert(resource_flavor_decode(flavor_json, NULL, &flavor));
    cr_assert(admission_decode(admission_json, &admission, NULL));
    array_append(&flavors, flavor);
    auto_free char *patch = kind_format_start(object, admission, &flavors);
    expect_json(patch, expected);
    resource_flavor_unref(flavor);
    array_release(&flavors);
}

Test(kind, starts_a_pod_in_one_patch)
{
    static const struct {
        const char *pod;
        const char *flavor;
        const char *expected;
    } cases[] = {
        {"{metadata: {" METADATA "}, spec: {" GPU_CONTAINER ", schedulingGates: [" GATE "]}}", "{}",
         "[" IDENTITY "," NEW_ANNOTATIONS ",{op: remove, path: /spec/schedulingGates}]"},
        {"{metadata: {" METADATA ", annotations: {a: b}}, spec: {" GPU_CONTAINER
         ", schedulingGates: [{name: other}, " GATE "]}}",
         "{nodeLabels: {gpu: a100, zone: one}, tolerations: [" TOLERATION "]}",
         "[" IDENTITY "," ANNOTATED ",{op: add, path: /spec/nodeSelector, value: {}},"
         "{op: add, path: /spec/nodeSelector/gpu, value: a100},"
         "{op: add, path: /spec/nodeSelector/zone, value: one},"
         "{op: add, path: /spec/tolerations, value: []},"
         "{op: add, path: /spec/tolerations/-, value: " TOLERATION "},"
         "{op: remove, path: /spec/schedulingGates/1}]"},
        {"{metadata: {" METADATA ", annotations: {}}, spec: {" GPU_CONTAINER
         ", nodeSelector: {gpu: a100}, tolerations: [{operator: Exists}], schedulingGates: "
         "[" GATE "]}}",
         "{nodeLabels: {gpu: a100, zone: one}, tolerations: [" TOLERATION "]}",
         "[" IDENTITY "," ANNOTATED ",{op: add, path: /spec/nodeSelector/zone, value: one},"
         "{op: remove, path: /spec/schedulingGates}]"},
        {"{metadata: {" METADATA ", annotations: {}}, spec: {" GPU_CONTAINER
         ", tolerations: [{key: gpu, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}, "
         "{key: other}], schedulingGates: [" GATE "]}}",
         "{tolerations: [{key: gpu, operator: Exists}]}",
         "[" IDENTITY "," ANNOTATED ",{op: add, path: /spec/tolerations/-, value: {key: gpu, "
         "operator: Exists}},{op: remove, path: /spec/schedulingGates}]"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_start(&kind_pod, cases[i].pod, cases[i].flavor, cases[i].expected);
    }
}

Test(kind, starts_a_job_by_its_template)
{
    expect_start(&kind_job,
                 "{metadata: {" METADATA "}, spec: {suspend: true, template: {spec: "
                 "{" GPU_CONTAINER ", nodeSelector: {disk: ssd}}}}}",
                 "{nodeLabels: {gpu: a100}, tolerations: [" TOLERATION "]}",
                 "[" IDENTITY "," NEW_ANNOTATIONS
                 ",{op: add, path: /spec/template/spec/nodeSelector/gpu, value: a100},"
                 "{op: add, path: /spec/template/spec/tolerations, value: []},"
                 "{op: add, path: /spec/template/spec/tolerations/-, value: " TOLERATION "},"
                 "{op: add, path: /metadata/annotations/gpuaas.dev~1placement, value: "
                 "'{\"nodeSelector\":{\"gpu\":\"a100\"},\"tolerations\":[{\"key\":\"gpu\","
                 "\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]}'},"
                 "{op: add, path: /spec/suspend, value: false}]");
}

Test(kind, releases_without_placement)
{
    static const struct {
        const struct kind *kind;
        const char *object;
        const char *expected;
    } cases[] = {
        {&kind_pod,
         "{metadata: {" METADATA "}, spec: {" GPU_CONTAINER ", schedulingGates: [" GATE "]}}",
         "[" IDENTITY ",{op: remove, path: /spec/schedulingGates}]"},
        {&kind_job,
         "{metadata: {" METADATA "}, spec: {suspend: true, template: {spec: {" GPU_CONTAINER "}}}}",
         "[" IDENTITY ",{op: add, path: /spec/suspend, value: false}]"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_object struct object *object = decode_object(cases[i].kind, cases[i].object);
        auto_free char *patch = kind_format_release(object);
        expect_json(patch, cases[i].expected);
    }
}

Test(kind, adopts_without_a_change_of_the_spec)
{
    auto_object struct object *object =
        decode_object(&kind_pod, "{metadata: {" METADATA "}, spec: {" GPU_CONTAINER "}}");
    auto_admission struct admission *admission = NULL;
    json_auto_t *json = yaml_text(ADMISSION);

    cr_assert(admission_decode(json, &admission, NULL));
    auto_free char *patch = kind_format_adoption(object, admission);
    expect_json(patch, "[" IDENTITY "," NEW_ANNOTATIONS "]");
}

Test(kind, is_found_by_group_and_name)
{
    cr_expect_eq(kind_find("", "Pod"), &kind_pod);
    cr_expect_eq(kind_find("batch", "Job"), &kind_job);
    cr_expect_eq(kind_find("kubeflow.org", "Notebook"), &kind_notebook);
    cr_expect_null(kind_find("batch", "Pod"));
    for (int id = 0; id < KIND_COUNT; id++) {
        cr_expect_eq((int)kind_get((enum kind_id)id)->id, id);
    }
}

Test(kind, counts_the_pods_of_a_job_that_run_at_once)
{
    static const struct {
        const char *spec;
        int64_t count;
    } cases[] = {
        {"{}", 1},
        {"{parallelism: 4}", 4},
        {"{parallelism: 4, completions: 2}", 2},
        {"{parallelism: 2, completions: 4}", 2},
        {"{completions: 3}", 1},
        {"{parallelism: 0}", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *job = json_pack("{s:o}", "spec", yaml_text(cases[i].spec));
        cr_expect_eq(kind_job.read_count(job), cases[i].count, "%s", cases[i].spec);
    }
}

Test(kind, suspends_only_what_is_not_suspended)
{
    static const struct {
        const struct kind *kind;
        const char *object;
        const char *expected;
    } cases[] = {
        {&kind_pod, "{spec: {}}",
         "[{op: add, path: /spec/schedulingGates, value: []},"
         "{op: add, path: /spec/schedulingGates/-, value: " GATE "}]"},
        {&kind_pod, "{spec: {schedulingGates: [{name: other}]}}",
         "[{op: add, path: /spec/schedulingGates/-, value: " GATE "}]"},
        {&kind_pod, "{spec: {schedulingGates: [" GATE "]}}", "[]"},
        {&kind_job, "{spec: {suspend: false}}", "[{op: add, path: /spec/suspend, value: true}]"},
        {&kind_job, "{spec: {suspend: true}}", "[]"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_json_patch struct json_patch patch;
        json_auto_t *json = yaml_text(cases[i].object);
        json_patch_init(&patch);
        cases[i].kind->suspend(json, &patch);
        auto_free char *text = json_dumps(patch.operations, JSON_COMPACT);
        expect_json(text, cases[i].expected);
    }
}

Test(kind, starts_a_part_of_a_job_and_remembers_the_whole)
{
    expect_start(&kind_job,
                 "{metadata: {" METADATA
                 "}, spec: {suspend: true, parallelism: 3, template: {spec: "
                 "{" GPU_CONTAINER "}}}}",
                 "{}",
                 "[" IDENTITY "," NEW_ANNOTATIONS
                 ",{op: add, path: /metadata/annotations/gpuaas.dev~1parallelism, value: \"3\"},"
                 "{op: add, path: /spec/parallelism, value: 1},"
                 "{op: add, path: /spec/suspend, value: false}]");
}

#define STOP_TIME "2026-01-01T00:00:00Z"
#define STOP_TIME_US 1767225600000000
#define STOPPED_NOTEBOOK                                                                           \
    "{metadata: {" METADATA ", annotations: {kubeflow-resource-stopped: \"" STOP_TIME              \
    "\", gpuaas.dev/stopped-by: \"gpuaas:Waiting " STOP_TIME                                       \
    "\"}}, spec: {template: {spec: {" GPU_CONTAINER "}}}}"
#define UNSTOPPED                                                                                  \
    "{op: remove, path: /metadata/annotations/gpuaas.dev~1stopped-by},"                            \
    "{op: remove, path: /metadata/annotations/kubeflow-resource-stopped}"

Test(kind, starts_a_notebook_that_we_stopped_without_a_change_of_its_spec)
{
    expect_start(&kind_notebook, STOPPED_NOTEBOOK,
                 "{nodeLabels: {gpu: a100}, tolerations: [" TOLERATION "]}",
                 "[" IDENTITY "," ANNOTATED "," UNSTOPPED "]");
}

Test(kind, releases_a_notebook_that_we_stopped)
{
    auto_object struct object *notebook = decode_object(&kind_notebook, STOPPED_NOTEBOOK);
    auto_free char *patch = kind_format_release(notebook);

    expect_json(patch, "[" IDENTITY "," UNSTOPPED "]");
}

#define HELD "annotations: {gpuaas.dev/admission: '" ADMISSION_TEXT "'}"
#define ADMISSION_TEXT                                                                             \
    "{\"workload\":\"uid-1\",\"clusterQueue\":\"main\",\"localQueue\":\"research\",\"podSets\":["  \
    "{\"name\":\"main\",\"count\":1,\"flavors\":{}}]}"
#define UNHELD "{op: remove, path: /metadata/annotations/gpuaas.dev~1admission}"

Test(kind, stops_each_kind_in_its_own_way)
{
    static const struct {
        const struct kind *kind;
        const char *object;
        enum kube_method method;
        const char *path;
        const char *body;
    } cases[] = {
        {&kind_pod, "{metadata: {" METADATA "}, spec: {" GPU_CONTAINER "}}", KUBE_DELETE,
         "/api/v1/namespaces/team/pods/one",
         "{apiVersion: v1, kind: DeleteOptions, preconditions: {uid: uid-1}}"},
        {&kind_job,
         "{metadata: {" METADATA ", " HELD "}, spec: {template: {spec: {" GPU_CONTAINER "}}}}",
         KUBE_JSON_PATCH, "/apis/batch/v1/namespaces/team/jobs/one",
         "[" IDENTITY "," UNHELD ", {op: add, path: /spec/suspend, value: true}]"},
        {&kind_job,
         "{metadata: {" METADATA ", annotations: {gpuaas.dev/parallelism: \"3\"}}, spec: "
         "{parallelism: 1, template: {spec: {" GPU_CONTAINER "}}}}",
         KUBE_JSON_PATCH, "/apis/batch/v1/namespaces/team/jobs/one",
         "[" IDENTITY ", {op: remove, path: /metadata/annotations/gpuaas.dev~1parallelism}, "
         "{op: add, path: /spec/parallelism, value: 3}, {op: add, path: /spec/suspend, value: "
         "true}]"},
        {&kind_notebook,
         "{metadata: {" METADATA ", " HELD "}, spec: {template: {spec: {" GPU_CONTAINER "}}}}",
         KUBE_JSON_PATCH, "/apis/kubeflow.org/v1/namespaces/team/notebooks/one",
         "[" IDENTITY "," UNHELD ", {op: add, path: "
         "/metadata/annotations/kubeflow-resource-stopped, value: \"" STOP_TIME "\"}, {op: add, "
         "path: /metadata/annotations/gpuaas.dev~1stopped-by, value: \"gpuaas:Preempted " STOP_TIME
         "\"}]"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_object struct object *object = decode_object(cases[i].kind, cases[i].object);
        auto_kube_request struct kube_request request;
        kind_format_stop(object, "Preempted", STOP_TIME_US, &request);
        cr_expect_eq(request.method, cases[i].method, "case %zu", i);
        cr_expect_str_eq(request.path, cases[i].path);
        expect_json(request.body, cases[i].body);
    }
}

Test(kind, takes_an_admission_off_what_runs_on)
{
    auto_object struct object *notebook =
        decode_object(&kind_notebook, "{metadata: {" METADATA ", " HELD "}}");
    auto_free char *patch = kind_format_withdrawal(notebook);

    expect_json(patch, "[" IDENTITY "," UNHELD "]");
}
