/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "webhook/commands/command.h"
#include "webhook/commands/options.h"

#ifndef GPUAAS_VERSION
#define GPUAAS_VERSION "unknown"
#endif

int command_version(int argc, char **argv)
{
    static const struct option_command command = {.name = "version",
                                                  .summary = "Prints the version of this program."};
    int first_operand;
    int exit_code;

    if (!options_parse(&command, argc, argv, &first_operand, &exit_code)) {
        return exit_code;
    }
    if (first_operand < argc) {
        return options_fail(&command, "unexpected argument '%s'", argv[first_operand]);
    }
    printf("gpuaas %s\n", GPUAAS_VERSION);
    return EXIT_OK;
}
