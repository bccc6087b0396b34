/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/controller.h"

#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/unit/policy/yaml_text.h"

static struct controller *decode(const char *more, const char *spec)
{
    auto_free char *yaml =
        text_format("{metadata: {name: web, uid: u, namespace: team%s}, spec: %s}", more, spec);
    json_auto_t *json = yaml_text(yaml);
    struct controller *controller = NULL;

    cr_assert(controller_decode(json, true, &controller, NULL));
    return controller;
}

Test(controller, wants_the_pods_that_its_replicas_cover)
{
    static const struct {
        const char *spec;
        const char *pod;
        bool is_wanted;
    } cases[] = {
        {"{replicas: 2}", "web-0", true},
        {"{replicas: 2}", "web-1", true},
        {"{replicas: 2}", "web-2", false},
        {"{replicas: 0}", "web-0", false},
        {"{}", "web-0", true},
        {"{}", "web-1", false},
        {"{replicas: 2, ordinals: {start: 5}}", "web-4", false},
        {"{replicas: 2, ordinals: {start: 5}}", "web-6", true},
        {"{replicas: 2, ordinals: {start: 5}}", "web-7", false},
        {"{replicas: 2}", "web", false},
        {"{replicas: 2}", "web-", false},
        {"{replicas: 2}", "web-a", false},
        {"{replicas: 2}", "web-0a", false},
        {"{replicas: 2}", "web-api-0", false},
        {"{replicas: 2}", "other-0", false},
        {"{replicas: 2}", "web0", false},
        {"{replicas: 2}", "web--1", false},
        {"{replicas: 2}", "web-99999999999999999999", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct controller *controller = decode("", cases[i].spec);
        cr_expect_eq(controller_wants_pod(controller, cases[i].pod), cases[i].is_wanted, "%s %s",
                     cases[i].spec, cases[i].pod);
        controller_destroy(controller);
    }
}

Test(controller, wants_nothing_once_it_is_being_deleted)
{
    struct controller *controller =
        decode(", deletionTimestamp: \"2026-01-01T00:00:00Z\"", "{replicas: 2}");

    cr_expect_not(controller_wants_pod(controller, "web-0"));
    controller_destroy(controller);
}

Test(controller, needs_uid_and_name)
{
    json_auto_t *json = yaml_text("{metadata: {name: web}}");
    struct controller *controller = NULL;
    struct error error;

    cr_expect_not(controller_decode(json, true, &controller, &error));
}
