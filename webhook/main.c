/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/suggestion.h"
#include "webhook/commands/command.h"

static const struct command commands[] = {
    {"serve", command_serve, "run the webhook and the companion"},
    {"check", command_check, "look for mistakes in Kueue objects and our configuration"},
    {"simulate", command_simulate, "replay arrivals against a policy: who waits how long, and why"},
    {"certs", command_certs, "make a certificate authority and a serving certificate"},
    {"version", command_version, "print the version"},
};

static void print_usage(FILE *stream)
{
    fputs("usage: gpuaas COMMAND [FLAG]...\n\n"
          "GPU-as-a-Service admission for Kubernetes: who asks for a GPU gets a queue.\n\n",
          stream);
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        fprintf(stream, "  %-9s%s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`gpuaas COMMAND --help` tells about one of them.\n", stream);
}

static int fail_unknown(const char *name)
{
    const char *names[ARRAY_LENGTH(commands) + 1] = {NULL};

    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        names[i] = commands[i].name;
    }
    const char *nearest = suggestion_find(name, names);
    if (nearest != NULL) {
        fprintf(stderr, "gpuaas: unknown command '%s'; did you mean '%s'?\n", name, nearest);
    } else {
        fprintf(stderr, "gpuaas: unknown command '%s'; see gpuaas --help\n", name);
    }
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return EXIT_OK;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    return fail_unknown(argv[1]);
}
