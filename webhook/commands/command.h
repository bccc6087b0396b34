/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One subcommand of the program: `gpuaas <name> …`. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
    const char *summary;
};

enum exit_status { EXIT_OK = 0, EXIT_FOUND_MISTAKES = 1, EXIT_USAGE = 2 };

int command_serve(int argc, char **argv);
int command_check(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_certs(int argc, char **argv);
int command_version(int argc, char **argv);
