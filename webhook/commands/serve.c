/* SPDX-License-Identifier: Apache-2.0 */
#include <libgen.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "certs/tls_context.h"
#include "policy/objects/document.h"
#include "webhook/admission/routes.h"
#include "webhook/commands/command.h"
#include "webhook/commands/configuration_file.h"
#include "webhook/commands/health.h"
#include "webhook/commands/options.h"
#include "webhook/companion/companion.h"
#include "webhook/companion/serving_certificate.h"

enum {
    TICK_MS = 1000,
    CERTIFICATE_CHECK_MS = 60000, /* of the one that we make ourselves */
    CERTIFICATE_RETRY_MS = 2000,
    UNREADY_MS = 500, /* between unready and the end of accepting */
    DRAIN_MS = 3000,
    REQUEST_TIMEOUT_MS = 5000,
    HTTP_THREADS_MAX = 4,
};

/* All that one run of the server holds. Owned by the main thread. */
struct server {
    const char *listen;
    const char *health_listen;
    const char *kubeconfig_path;
    const char *certificate_folder;
    struct configuration_file configuration_file;

    const struct configuration *configuration;
    struct kube_config *kube;
    struct kube_client *client;
    char *namespace_name;
    char *identity;
    char *username; /* NULL: not known yet */
    struct snapshot_slot snapshots;
    struct admission_context admission;
    struct http_route routes[ROUTES_COUNT];
    struct http_route health_routes[HEALTH_ROUTES_COUNT];
    struct health health;
    struct http_server *webhook;
    struct http_server *health_server;
    struct companion *companion;
    struct certificate_pair certificate;
    struct serving_certificate own_certificate;
    int64_t next_certificate_ms;
    bool has_certificate;
    bool is_trouble_told;
};

static const struct metric reload_metric = {"gpuaas_configuration_reloads_total",
                                            "Changes of the configuration file, by outcome.",
                                            METRIC_COUNTER,
                                            {"outcome"},
                                            NULL,
                                            0};
static const struct metric expiry_metric = {"gpuaas_certificate_not_after_seconds",
                                            "When the serving certificate ends.",
                                            METRIC_GAUGE,
                                            {NULL},
                                            NULL,
                                            0};

static const struct option_command *serve_command(struct server *server)
{
    static struct option_flag flags[5];
    static struct option_command command = {
        .name = "serve",
        .operands = "",
        .summary = "Runs the webhook (/mutate and /validate over HTTPS) and the companion that "
                   "starts what waits.",
        .flags = flags,
        .flag_count = ARRAY_LENGTH(flags),
    };

    flags[0] = (struct option_flag){.name = "listen",
                                    .value_name = "ADDRESS",
                                    .text = &server->listen,
                                    .help = "address of the webhook"};
    flags[1] = (struct option_flag){.name = "health-listen",
                                    .value_name = "ADDRESS",
                                    .text = &server->health_listen,
                                    .help = "address of /healthz, /readyz and /metrics"};
    flags[2] = (struct option_flag){.name = "kubeconfig",
                                    .value_name = "FILE",
                                    .text = &server->kubeconfig_path,
                                    .help = "how to reach the API server; without it: the mounted "
                                            "service account"};
    flags[3] = (struct option_flag){.name = "config",
                                    .value_name = "FILE",
                                    .text = &server->configuration_file.path,
                                    .help = "our Configuration; read again when it changes"};
    flags[4] = (struct option_flag){.name = "cert-dir",
                                    .value_name = "DIR",
                                    .text = &server->certificate_folder,
                                    .help = "holds tls.crt and tls.key, read again when they "
                                            "change; without it: a certificate of our own, kept "
                                            "in a Secret"};
    return &command;
}

static bool load_kubeconfig(const char *path, struct kube_config **out_config, struct error *error)
{
    struct document_list documents = {0};
    auto_free char *copy = memory_copy_text(path);

    if (!document_load_all(path, &documents, error)) {
        return false;
    }
    bool is_ok = documents.count == 1
                     ? kube_config_decode(document_root(documents.items[0]), dirname(copy),
                                          out_config, error)
                     : error_set(error, ERROR_INVALID, "not one kubeconfig document");
    document_list_release(&documents);
    return is_ok || error_wrap(error, "kubeconfig '%s'", path);
}

static bool load_inputs(struct server *server, struct error *error)
{
    if (!configuration_file_load(&server->configuration_file, &server->configuration, error)) {
        return false;
    }
    return server->kubeconfig_path != NULL
               ? load_kubeconfig(server->kubeconfig_path, &server->kube, error)
               : kube_config_load_in_cluster(&server->kube, error);
}

/* Unique for each start of the process: the Lease tells two lives of one Pod apart. */
static char *make_identity(void)
{
    unsigned char random_bytes[6];
    char host[256] = "gpuaas";
    const char *pod = getenv("POD_NAME");

    gethostname(host, sizeof host - 1);
    RAND_bytes(random_bytes, sizeof random_bytes);
    return text_format("%s_%02x%02x%02x%02x%02x%02x", pod != NULL ? pod : host, random_bytes[0],
                       random_bytes[1], random_bytes[2], random_bytes[3], random_bytes[4],
                       random_bytes[5]);
}

static char *find_namespace(const struct server *server)
{
    const char *variable = getenv("POD_NAMESPACE");

    if (variable != NULL) {
        return memory_copy_text(variable);
    }
    return memory_copy_text(server->kube->namespace_name != NULL ? server->kube->namespace_name
                                                                 : "gpuaas-system");
}

static void use_log_level(const struct configuration *configuration)
{
    static const enum log_level levels[] = {
        [CONFIGURATION_LOG_DEBUG] = LOG_DEBUG,
        [CONFIGURATION_LOG_INFO] = LOG_INFO,
        [CONFIGURATION_LOG_WARNING] = LOG_WARNING,
        [CONFIGURATION_LOG_ERROR] = LOG_ERROR,
    };

    log_set_level(levels[configuration->log_level]);
}

/* What is said of the cluster before anything was listed: nothing. */
static const struct snapshot *make_first_snapshot(const struct server *server)
{
    struct directory *directory = directory_create();
    const struct uid_set *holders = memory_allocate(sizeof *holders);

    directory_seal(directory);
    const struct snapshot *snapshot = snapshot_create(server->configuration, directory, holders);
    directory_unref(directory);
    uid_set_unref(holders);
    return snapshot;
}

static int thread_count(const struct configuration *configuration)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (configuration->http_threads > 0) {
        return configuration->http_threads;
    }
    return processors > HTTP_THREADS_MAX ? HTTP_THREADS_MAX : processors > 0 ? (int)processors : 1;
}

static bool start_servers(struct server *server, struct error *error)
{
    const struct http_server_options health = {
        .name = "health",
        .listen = server->health_listen,
        .routes = server->health_routes,
        .route_count = HEALTH_ROUTES_COUNT,
        .thread_count = 1,
        .body_bytes_max = 64 * 1024,
        .connections_max = 64,
    };
    const struct http_server_options webhook = {
        .name = "webhook",
        .listen = server->listen,
        .routes = server->routes,
        .route_count = ROUTES_COUNT,
        .thread_count = thread_count(server->configuration),
        .is_tls = true,
    };

    health_fill_routes(&server->health, server->health_routes);
    routes_fill(&server->admission, server->routes);
    return http_server_start(&health, &server->health_server, error) &&
           http_server_start(&webhook, &server->webhook, error);
}

static void tell_trouble(struct server *server, const char *doing, const struct error *error)
{
    if (!server->is_trouble_told) {
        log_warning("trouble", LOG_TEXT("doing", doing), LOG_TEXT("error", error->message));
    }
    server->is_trouble_told = true;
}

static void use_certificate(struct server *server, const struct certificate_pair *pair)
{
    auto_tls_context SSL_CTX *context = NULL;
    struct error error = {0};
    int64_t not_after = 0;

    if (!tls_context_create(pair, &context, &error)) {
        log_error("the certificate cannot be used", LOG_TEXT("error", error.message));
        return;
    }
    if (certificate_read_not_after(pair->certificate_pem, &not_after, NULL)) {
        metrics_set(&expiry_metric, (double)not_after, NULL);
    }
    http_server_set_certificate(server->webhook, context);
    server->has_certificate = true;
    log_info("using a new certificate", LOG_NUMBER("notAfter", not_after));
}

/* Files that are being replaced are read again at the next tick. */
static void check_certificate_files(struct server *server)
{
    auto_certificate_pair struct certificate_pair pair = {0};
    struct error error = {0};

    if (!certificate_pair_load(server->certificate_folder, &pair, &error)) {
        tell_trouble(server, "reading the certificate", &error);
        return;
    }
    if (server->has_certificate && certificate_pair_equal(&pair, &server->certificate)) {
        return;
    }
    use_certificate(server, &pair);
    certificate_pair_release(&server->certificate);
    server->certificate = pair;
    memset(&pair, 0, sizeof pair);
    server->is_trouble_told = false;
}

static void check_own_certificate(struct server *server, int64_t now_ms)
{
    struct error error = {0};
    bool is_new = false;

    if (now_ms < server->next_certificate_ms) {
        return;
    }
    server->own_certificate.client = server->client;
    server->own_certificate.namespace_name = server->namespace_name;
    bool is_ok = serving_certificate_ensure(&server->own_certificate, time(NULL), &is_new, &error);
    if (is_new) {
        use_certificate(server, &server->own_certificate.pair);
    }
    if (is_ok) {
        server->is_trouble_told = false;
    } else {
        tell_trouble(server, "keeping our own certificate", &error);
    }
    server->next_certificate_ms = now_ms + (is_ok ? CERTIFICATE_CHECK_MS : CERTIFICATE_RETRY_MS);
}

/* Who we are to the API server: what this user does is done by us. */
static bool fetch_username(struct server *server)
{
    auto_kube_request struct kube_request request = {
        .method = KUBE_POST,
        .path = memory_copy_text("/apis/authentication.k8s.io/v1/selfsubjectreviews"),
        .body = memory_copy_text(
            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}"),
    };
    auto_kube_answer struct kube_answer answer = {0};
    struct error error = {0};

    kube_client_send(server->client, &request, REQUEST_TIMEOUT_MS, &answer);
    json_auto_t *json =
        answer.outcome == KUBE_DONE ? json_loadb(answer.body, answer.body_bytes, 0, NULL) : NULL;
    const json_t *user =
        json_object_get(json_object_get(json_object_get(json, "status"), "userInfo"), "username");
    if (!json_is_string(user)) {
        error_set(&error, ERROR_UNAVAILABLE, "asking who we are: %s", answer.message);
        tell_trouble(server, "starting", &error);
        return false;
    }
    server->username = memory_copy_text(json_string_value(user));
    server->is_trouble_told = false;
    return true;
}

static void start_companion(struct server *server)
{
    const struct companion_options options = {
        .kube = server->kube,
        .configuration = server->configuration,
        .slot = &server->snapshots,
        .namespace_name = server->namespace_name,
        .identity = server->identity,
        .username = server->username,
    };

    server->companion = companion_create(&options);
}

/* The state is the cluster's: with another configuration it is simply built anew. */
static void reload_configuration(struct server *server)
{
    const struct configuration *configuration = NULL;
    struct error error = {0};

    if (!configuration_file_load(&server->configuration_file, &configuration, &error)) {
        metrics_add(&reload_metric, 1, METRIC_LABELS("refused"));
        log_error("the configuration is not used: the last good one stays",
                  LOG_TEXT("error", error.message));
        return;
    }
    metrics_add(&reload_metric, 1, METRIC_LABELS("used"));
    log_info("using a new configuration", LOG_TEXT("file", server->configuration_file.path));
    companion_destroy(take_pointer(&server->companion));
    configuration_unref(server->configuration);
    server->configuration = configuration;
    use_log_level(configuration);
}

static void tick(struct server *server)
{
    if (server->certificate_folder != NULL) {
        check_certificate_files(server);
    } else {
        check_own_certificate(server, clock_monotonic_ms());
    }
    if (configuration_file_has_changed(&server->configuration_file)) {
        reload_configuration(server);
    }
    if (server->companion == NULL && (server->username != NULL || fetch_username(server))) {
        start_companion(server);
    }
    bool is_ready = server->has_certificate && server->companion != NULL &&
                    companion_is_synced(server->companion);
    atomic_store(&server->health.is_ready, is_ready);
}

static void wait_for_end(struct server *server, const sigset_t *signals)
{
    int signal_number = -1;

    while (signal_number != SIGTERM && signal_number != SIGINT) {
        tick(server);
        bool is_settled = atomic_load(&server->health.is_ready);
        int64_t pause_ms = is_settled ? TICK_MS : TICK_MS / 20;
        const struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000};
        signal_number = sigtimedwait(signals, NULL, &pause);
    }
    log_info("ending", LOG_NUMBER("signal", signal_number));
}

/* Unready first, and for a moment nothing else: who balances the calls has nothing to tell us when
 * it has seen that. Then what was sent is answered. */
static void end(struct server *server)
{
    const struct timespec pause = {0, UNREADY_MS * 1000000L};

    atomic_store(&server->health.is_ready, false);
    nanosleep(&pause, NULL);
    http_server_drain(server->webhook, DRAIN_MS);
    companion_destroy(take_pointer(&server->companion));
    log_info("ended", LOG_BOOL("drained", true));
}

static void release(struct server *server)
{
    http_server_destroy(server->webhook);
    http_server_destroy(server->health_server);
    companion_destroy(server->companion);
    snapshot_slot_release(&server->snapshots);
    configuration_unref(server->configuration);
    certificate_pair_release(&server->certificate);
    serving_certificate_release(&server->own_certificate);
    kube_client_destroy(server->client);
    kube_config_destroy(server->kube);
    free(server->namespace_name);
    free(server->identity);
    free(server->username);
}

static int run(struct server *server)
{
    struct error error = {0};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    sigdelset(&signals, SIGPIPE);
    use_log_level(server->configuration);
    server->client = kube_client_create(server->kube);
    server->identity = make_identity();
    server->namespace_name = find_namespace(server);
    snapshot_slot_init(&server->snapshots, make_first_snapshot(server));
    server->admission.snapshots = &server->snapshots;
    int exit_code = EXIT_FOUND_MISTAKES;
    if (start_servers(server, &error)) {
        log_info("serving", LOG_NUMBER("port", http_server_port(server->webhook)),
                 LOG_NUMBER("healthPort", http_server_port(server->health_server)),
                 LOG_TEXT("identity", server->identity));
        wait_for_end(server, &signals);
        end(server);
        exit_code = EXIT_OK;
    } else {
        fprintf(stderr, "gpuaas serve: %s\n", error.message);
    }
    release(server);
    return exit_code;
}

int command_serve(int argc, char **argv)
{
    struct server server = {.listen = ":9443", .health_listen = ":8080"};
    const struct option_command *command = serve_command(&server);
    struct error error = {0};
    int first_operand;
    int exit_code;

    if (!options_parse(command, argc, argv, &first_operand, &exit_code)) {
        return exit_code;
    }
    if (first_operand < argc) {
        return options_fail(command, "unexpected argument '%s'", argv[first_operand]);
    }
    if (!load_inputs(&server, &error)) {
        configuration_unref(server.configuration);
        return options_fail(command, "%s", error.message);
    }

    exit_code = run(&server);

    return exit_code;
}
