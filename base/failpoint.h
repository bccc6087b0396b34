/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A place where a test may kill or stop the process: FAILPOINT("after_commit").
 *
 * Compiled in only by `make FAILPOINTS=1`. The file named by GPUAAS_FAILPOINT_FILE arms one point
 * with a line such as `after_commit kill`; it is unlinked when the point is reached.
 */
#ifdef GPUAAS_FAILPOINTS
void failpoint_reach(const char *name);
#define FAILPOINT(name) failpoint_reach(name)
#else
#define FAILPOINT(name)                                                                            \
    do {                                                                                           \
    } while (0)
#endif
