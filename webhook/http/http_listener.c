/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"

/* A peer that went away without a word is noticed after about a minute. */
enum { KEEPALIVE_IDLE_S = 30, KEEPALIVE_INTERVAL_S = 10, KEEPALIVE_PROBES = 3 };
enum { PORT_DIGITS_MAX = 5 };

/* Splits at the last colon; brackets around the host are dropped. */
static bool split_address(const char *address, char **out_host, char **out_port)
{
    const char *colon = strrchr(address, ':');

    if (colon == NULL) {
        return false;
    }
    size_t host_bytes = (size_t)(colon - address);
    bool is_bracketed = host_bytes >= 2 && address[0] == '[' && address[host_bytes - 1] == ']';
    if (!is_bracketed && memchr(address, ':', host_bytes) != NULL) {
        return false;
    }
    *out_host = is_bracketed ? text_format("%.*s", (int)host_bytes - 2, address + 1)
                             : text_format("%.*s", (int)host_bytes, address);
    *out_port = memory_copy_text(colon + 1);
    return true;
}

/* getaddrinfo would take 70000 and mean 4464. */
static bool is_port(const char *port)
{
    size_t digits = strspn(port, "0123456789");

    return digits > 0 && digits <= PORT_DIGITS_MAX && port[digits] == '\0' &&
           strtol(port, NULL, 10) <= UINT16_MAX;
}

static bool resolve(const char *host, const char *port, int family, struct addrinfo **out_found)
{
    struct addrinfo hints = {
        .ai_family = family,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };

    return getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, out_found) == 0;
}

static bool set_option(int descriptor, int level, int name, int value)
{
    return setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

/* Accepted sockets inherit the keepalive options. */
static bool set_options(int descriptor, int family)
{
    return set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) &&
           set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1) &&
           set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S) &&
           set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S) &&
           set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES) &&
           (family != AF_INET6 || set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0));
}

/* Returns the descriptor, or -1 with errno set. */
static int listen_on(const struct addrinfo *found)
{
    int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (descriptor < 0) {
        return -1;
    }
    if (!set_options(descriptor, found->ai_family) ||
        bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(descriptor, SOMAXCONN) != 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return -1;
    }
    return descriptor;
}

static uint16_t read_port(int descriptor)
{
    struct sockaddr_storage address = {0};
    socklen_t address_bytes = sizeof address;

    getsockname(descriptor, (struct sockaddr *)&address, &address_bytes);
    return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
                                         : ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* An IPv6 socket on every address takes IPv4 as well; where there is no IPv6, IPv4 does alone. A
 * name such as localhost means its IPv4 address first. */
bool http_listener_open(const char *address, int *out_descriptor, uint16_t *out_port,
                        struct error *error)
{
    auto_free char *host = NULL;
    auto_free char *port = NULL;

    if (!split_address(address, &host, &port) || !is_port(port)) {
        return error_set(error, ERROR_INVALID,
                         "'%s' is no address to listen on: it reads like ':9443'", address);
    }
    const int families[] = {host[0] == '\0' ? AF_INET6 : AF_INET,
                            host[0] == '\0' ? AF_INET : AF_INET6};
    errno = EADDRNOTAVAIL;
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        struct addrinfo *found;
        if (!resolve(host, port, families[i], &found)) {
            continue;
        }
        int descriptor = listen_on(found);
        freeaddrinfo(found);
        if (descriptor >= 0) {
            *out_descriptor = descriptor;
            *out_port = read_port(descriptor);
            return true;
        }
    }
    return error_set(error, ERROR_INVALID, "listening on '%s': %s", address, strerror(errno));
}
