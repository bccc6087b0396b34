/* SPDX-License-Identifier: Apache-2.0 */
#include "base/failpoint.h"

#ifdef GPUAAS_FAILPOINTS
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void failpoint_reach(const char *name)
{
    const char *path = getenv("GPUAAS_FAILPOINT_FILE");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    char armed[64] = "";
    char action[16] = "";

    if (file == NULL) {
        return;
    }
    int fields = fscanf(file, "%63s %15s", armed, action);
    fclose(file);
    if (fields != 2 || strcmp(armed, name) != 0 || unlink(path) != 0) {
        return;
    }
    /* To this thread, so that it does not go one instruction further. */
    raise(strcmp(action, "stop") == 0 ? SIGSTOP : SIGKILL);
}
#else
typedef int failpoint_is_compiled_out;
#endif
