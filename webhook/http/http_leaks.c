/* SPDX-License-Identifier: Apache-2.0 */

/* Called by LeakSanitizer, where it is linked in. h2o 2.2.5 keeps a few buffers for each thread
 * that ever ran a loop, and never frees them: their number is bounded by the number of threads. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:h2o_mem_alloc_recycle\n"
           "leak:h2o_evloop_create\n"
           "leak:h2o_multithread_create_queue\n";
}

/* Else it would report what it suppressed, and every report looks like a leak. */
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
