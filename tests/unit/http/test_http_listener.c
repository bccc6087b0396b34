/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "tests/unit/http/peer.h"
#include "webhook/http/http_listener.h"

static int open_listener(const char *address, uint16_t *out_port)
{
    int descriptor = -1;
    struct error error = {0};

    cr_assert(http_listener_open(address, &descriptor, out_port, &error), "%s", error.message);
    return descriptor;
}

Test(http_listener, picks_a_port_and_takes_ipv4_on_every_kind_of_address)
{
    static const char *const addresses[] = {":0", "127.0.0.1:0", "0.0.0.0:0", "localhost:0"};

    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
        auto_peer struct peer peer = PEER_NONE;
        uint16_t port = 0;
        int descriptor = open_listener(addresses[i], &port);
        cr_expect_neq(port, 0);
        cr_expect(peer_connect(&peer, port), "%s", addresses[i]);
        close(descriptor);
    }
}

Test(http_listener, takes_a_port_again_that_was_just_in_use)
{
    auto_peer struct peer peer = PEER_NONE;
    uint16_t port = 0;
    int descriptor = open_listener("127.0.0.1:0", &port);

    cr_assert(peer_connect(&peer, port));
    int accepted = accept(descriptor, NULL, NULL);
    close(accepted);
    close(descriptor);
    auto_free char *address = text_format("127.0.0.1:%d", port);
    close(open_listener(address, &port));
}

Test(http_listener, names_an_address_that_it_cannot_use)
{
    static const char *const bad[] = {
        "",        "9443",  "127.0.0.1", "127.0.0.1:",    ":https", ":70000",
        "::1:443", "[::1]", "[::1:443",  "203.0.113.1:0", ":-1"};

    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct error error = {0};
        int descriptor;
        uint16_t port;
        auto_free char *quoted = text_format("'%s'", bad[i]);
        bool is_open = http_listener_open(bad[i], &descriptor, &port, &error);
        cr_expect_not(is_open, "%s", bad[i]);
        cr_expect_not_null(strstr(error.message, quoted), "%s", error.message);
    }
}

Test(http_listener, tells_that_the_port_is_taken)
{
    uint16_t port = 0;
    int descriptor = open_listener("127.0.0.1:0", &port);
    auto_free char *address = text_format("127.0.0.1:%d", port);
    struct error error = {0};
    int second;

    cr_assert_not(http_listener_open(address, &second, &port, &error));
    cr_assert(text_ends_with(error.message, ": Address already in use"));
    close(descriptor);
}
