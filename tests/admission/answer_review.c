/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Answers one review as the webhook would that knows the given cluster:
 *
 *     answer_review STATE.json PATH CONTENT_TYPE BODY ANSWER
 *
 * The status code goes before the body into the file ANSWER; the log goes to standard output.
 * run.py, which calls this, says what is in STATE.json.
 */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "webhook/admission/routes.h"
#include "webhook/kinds/kind.h"

enum { FILE_BYTES_MAX = 64 << 20 };

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "answer_review: %s: %s\n", what, why);
    exit(2);
}

static const char *text_of(const json_t *json, const char *field)
{
    return json_string_value(json_object_get(json, field));
}

static void add_object(struct directory *directory, const json_t *json)
{
    auto_findings struct findings findings = {0};
    struct namespace_info *namespace_info = NULL;
    struct resource_flavor *flavor = NULL;
    struct cluster_queue *cluster_queue = NULL;
    struct local_queue *local_queue = NULL;
    const char *kind = text_of(json, "kind");

    if (text_equal(kind, "Namespace") && namespace_info_decode(json, &namespace_info, NULL)) {
        directory_add_namespace(directory, namespace_info);
        namespace_info_unref(namespace_info);
    } else if (text_equal(kind, "ResourceFlavor") &&
               resource_flavor_decode(json, &findings, &flavor)) {
        directory_add_flavor(directory, flavor);
        resource_flavor_unref(flavor);
    } else if (text_equal(kind, "ClusterQueue") &&
               cluster_queue_decode(json, &findings, &cluster_queue)) {
        directory_add_cluster_queue(directory, cluster_queue);
        cluster_queue_unref(cluster_queue);
    } else if (text_equal(kind, "LocalQueue") &&
               local_queue_decode(json, &findings, &local_queue)) {
        directory_add_local_queue(directory, local_queue);
        local_queue_unref(local_queue);
    } else {
        fail(kind, findings.count > 0 ? findings.items[0].message : "cannot be read");
    }
}

static const struct directory *read_directory(const json_t *state)
{
    struct directory *directory = directory_create();
    size_t index;
    const json_t *object;

    json_array_foreach(json_object_get(state, "objects"), index, object) {
        add_object(directory, object);
    }
    directory_seal(directory);
    return directory;
}

static const struct uid_set *read_holders(const json_t *state)
{
    struct uid_set *holders = memory_allocate(sizeof *holders);
    size_t index;
    const json_t *uid;

    json_array_foreach(json_object_get(state, "holders"), index, uid) {
        array_append(&holders->uids, memory_copy_text(json_string_value(uid)));
    }
    return holders;
}

static void read_queues(const json_t *state, struct snapshot *snapshot)
{
    size_t index;
    const json_t *queue;

    json_array_foreach(json_object_get(state, "queues"), index, queue) {
        struct queue_state queue_state = {
            .cluster_queue = memory_copy_text(text_of(queue, "name")),
            .waiting_count = (size_t)json_integer_value(json_object_get(queue, "waiting")),
        };
        auto_usage struct usage used = {0};
        size_t used_index;
        const json_t *item;
        json_array_foreach(json_object_get(queue, "used"), used_index, item) {
            usage_add(&used, text_of(item, "flavor"), text_of(item, "resource"),
                      json_integer_value(json_object_get(item, "amount")));
        }
        snapshot_count_used(snapshot, queue_state.cluster_queue, &used);
        array_append(&snapshot->queues, queue_state);
    }
}

static const struct snapshot *load_snapshot(const char *path)
{
    json_error_t problem;
    json_auto_t *state = json_load_file(path, 0, &problem);
    auto_findings struct findings findings = {0};
    struct configuration *configuration = NULL;

    if (state == NULL) {
        fail(path, problem.text);
    }
    if (!configuration_decode(json_object_get(state, "configuration"), &findings, &configuration)) {
        fail("configuration", findings.items[0].message);
    }
    const struct directory *directory = read_directory(state);
    const struct uid_set *holders = read_holders(state);
    struct snapshot *snapshot = snapshot_create(configuration, directory, holders);
    snapshot->username = memory_copy_text(text_of(state, "username"));
    read_queues(state, snapshot);
    configuration_unref(configuration);
    directory_unref(directory);
    uid_set_unref(holders);
    return snapshot;
}

static void handle(const struct http_route *routes, const struct http_request *request,
                   struct http_response *out_response)
{
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (text_equal(routes[i].path, request->path)) {
            routes[i].handle(routes[i].context, request, out_response);
            return;
        }
    }
    fail(request->path, "no such route");
}

static void write_answer(const char *path, const struct http_response *response)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        fail(path, "cannot be written");
    }
    fprintf(file, "%d\n", response->status);
    fwrite(response->body, 1, response->body_bytes, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fail("usage", "STATE.json PATH CONTENT_TYPE BODY ANSWER");
    }
    struct snapshot_slot slot;
    struct admission_context context = {.snapshots = &slot};
    struct http_route routes[ROUTES_COUNT];
    struct http_request request = {.path = argv[2], .content_type = argv[3]};
    struct http_response response = {0};
    struct error error;
    auto_free char *body = NULL;

    if (!file_read(argv[4], FILE_BYTES_MAX, &body, &request.body.size_bytes, &error)) {
        fail(argv[4], error.message);
    }
    request.body.bytes = body;
    log_set_level(LOG_DEBUG);
    snapshot_slot_init(&slot, load_snapshot(argv[1]));
    routes_fill(&context, routes);
    handle(routes, &request, &response);
    write_answer(argv[5], &response);
    free(response.body);
    snapshot_slot_release(&slot);
    return 0;
}
