/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/queue_options.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

#define ANNOTATED(annotations) "{metadata: {annotations: {" annotations "}}}"

Test(queue_options, decodes_every_option)
{
    static const struct {
        const char *yaml;
        struct queue_options expected;
    } cases[] = {
        {"{}", {SWITCH_DEFAULT, SWITCH_DEFAULT, -1, -1}},
        {ANNOTATED("other.example/backfill: x"), {SWITCH_DEFAULT, SWITCH_DEFAULT, -1, -1}},
        {ANNOTATED("gpuaas.dev/node-places: 'true'"), {SWITCH_ON, SWITCH_DEFAULT, -1, -1}},
        {ANNOTATED("gpuaas.dev/node-places: 'false', gpuaas.dev/backfill: 'true'"),
         {SWITCH_OFF, SWITCH_ON, -1, -1}},
        {ANNOTATED("gpuaas.dev/backfill: 'false'"), {SWITCH_DEFAULT, SWITCH_OFF, -1, -1}},
        {ANNOTATED("gpuaas.dev/minimum-runtime: 90s"), {SWITCH_DEFAULT, SWITCH_DEFAULT, 90, -1}},
        {ANNOTATED("gpuaas.dev/minimum-runtime: 15m"), {SWITCH_DEFAULT, SWITCH_DEFAULT, 900, -1}},
        {ANNOTATED("gpuaas.dev/minimum-runtime: 2h"), {SWITCH_DEFAULT, SWITCH_DEFAULT, 7200, -1}},
        {ANNOTATED("gpuaas.dev/minimum-runtime: '0'"), {SWITCH_DEFAULT, SWITCH_DEFAULT, 0, -1}},
        {ANNOTATED("gpuaas.dev/max-gpus-per-user: '4'"), {SWITCH_DEFAULT, SWITCH_DEFAULT, -1, 4}},
        {ANNOTATED("gpuaas.dev/max-gpus-per-user: '0'"), {SWITCH_DEFAULT, SWITCH_DEFAULT, -1, 0}},
        {ANNOTATED("gpuaas.dev/max-gpus-per-user: '1000000'"),
         {SWITCH_DEFAULT, SWITCH_DEFAULT, -1, 1000000}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        json_auto_t *value = yaml_text(cases[i].yaml);
        auto_field struct field root = field_root(&decoding, value, "");
        struct queue_options options;
        queue_options_read(&root, &options);
        cr_assert_eq(findings.count, 0, "%s", print_findings(&findings));
        cr_assert_eq(options.node_places, cases[i].expected.node_places, "%s", cases[i].yaml);
        cr_assert_eq(options.backfill, cases[i].expected.backfill, "%s", cases[i].yaml);
        cr_assert_eq(options.minimum_runtime_seconds, cases[i].expected.minimum_runtime_seconds,
                     "%s", cases[i].yaml);
        cr_assert_eq(options.max_gpus_per_user, cases[i].expected.max_gpus_per_user, "%s",
                     cases[i].yaml);
    }
}

static const struct {
    const char *yaml;
    const char *path;
    const char *words;
    bool is_mistake;
} mistakes[] = {
    {ANNOTATED("gpuaas.dev/node-places: 'True'"), "metadata.annotations[gpuaas.dev/node-places]",
     "must be \"true\" or \"false\", not 'True'", true},
    {ANNOTATED("gpuaas.dev/backfill: 'yes'"), "metadata.annotations[gpuaas.dev/backfill]",
     "must be \"true\" or \"false\", not 'yes'", true},
    {ANNOTATED("gpuaas.dev/minimum-runtime: '90'"),
     "metadata.annotations[gpuaas.dev/minimum-runtime]", "'90' is no duration", true},
    {ANNOTATED("gpuaas.dev/minimum-runtime: ''"),
     "metadata.annotations[gpuaas.dev/minimum-runtime]", "'' is no duration", true},
    {ANNOTATED("gpuaas.dev/minimum-runtime: 9000h"),
     "metadata.annotations[gpuaas.dev/minimum-runtime]", "is longer than a year", true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: four"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "must be a number of GPUs from \"0\"",
     true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: '-1'"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "not '-1'", true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: ''"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "must be a number", true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: '4 '"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "must be a number", true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: '1000001'"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "to \"1000000\"", true},
    {ANNOTATED("gpuaas.dev/max-gpus-per-user: '99999999999999999999999'"),
     "metadata.annotations[gpuaas.dev/max-gpus-per-user]", "to \"1000000\"", true},
    {ANNOTATED("gpuaas.dev/backfil: 'true'"), "metadata.annotations[gpuaas.dev/backfil]",
     "unknown option 'gpuaas.dev/backfil': did you mean 'gpuaas.dev/backfill'?", false},
    {ANNOTATED("gpuaas.dev/zebra: 'true'"), "metadata.annotations[gpuaas.dev/zebra]",
     "unknown option 'gpuaas.dev/zebra'", false},
};

Test(queue_options, tells_of_mistakes)
{
    for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        json_auto_t *value = yaml_text(mistakes[i].yaml);
        auto_field struct field root = field_root(&decoding, value, "");
        struct queue_options options;
        queue_options_read(&root, &options);
        cr_assert(has_finding(&findings, mistakes[i].path, mistakes[i].words), "%s%s",
                  mistakes[i].yaml, print_findings(&findings));
        cr_assert_eq(findings.count, 1);
        cr_assert_eq(decoding.has_mistake, mistakes[i].is_mistake);
    }
}

Test(queue_options, reads_the_cap_of_a_local_queue)
{
    static const struct {
        const char *yaml;
        int64_t max_gpus;
        const char *words; /* NULL: nothing is told */
    } cases[] = {
        {"{}", 0, NULL},
        {ANNOTATED("gpuaas.dev/max-gpus: '8'"), 8, NULL},
        {ANNOTATED("gpuaas.dev/max-gpus: '0'"), 0, NULL},
        {ANNOTATED("gpuaas.dev/max-gpus: 8.5"), 0, NULL}, /* metadata_read tells of that */
        {ANNOTATED("gpuaas.dev/max-gpus: '8.5'"), 0, "must be a number of GPUs"},
        {ANNOTATED("gpuaas.dev/max-gpu: '8'"), 0, "did you mean 'gpuaas.dev/max-gpus'"},
        {ANNOTATED("gpuaas.dev/backfill: 'true'"), 0, "unknown option 'gpuaas.dev/backfill'"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        json_auto_t *value = yaml_text(cases[i].yaml);
        auto_field struct field root = field_root(&decoding, value, "");
        cr_assert_eq(queue_options_read_max_gpus(&root), cases[i].max_gpus, "%s", cases[i].yaml);
        cr_assert_eq(findings.count, cases[i].words != NULL ? 1 : 0, "%s", cases[i].yaml);
        cr_assert(cases[i].words == NULL ||
                      strstr(findings.items[0].message, cases[i].words) != NULL,
                  "%s", print_findings(&findings));
    }
}
