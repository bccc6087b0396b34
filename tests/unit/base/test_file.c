/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static char folder[] = "test-file-XXXXXX";

static void enter_folder(void)
{
    cr_assert_eq(chdir(P_tmpdir), 0);
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave_folder(void)
{
    unlink("a");
    cr_assert_eq(chdir(".."), 0);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(file, .init = enter_folder, .fini = leave_folder);

Test(file, reads_what_was_written)
{
    auto_free char *text = NULL;
    size_t size_bytes = 0;
    struct stat status;

    cr_assert(file_replace("a", "x\0y", 3, 0600, NULL));
    cr_assert(file_replace("a", "new\0", 4, 0640, NULL));
    cr_assert(file_read("a", 4, &text, &size_bytes, NULL));
    cr_assert_eq(size_bytes, 4);
    cr_assert_eq(memcmp(text, "new\0", 5), 0);
    cr_assert_eq(stat("a", &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0640);
}

Test(file, reads_an_empty_file)
{
    auto_free char *text = NULL;

    cr_assert(file_replace("a", "", 0, 0600, NULL));
    cr_assert(file_read("a", 0, &text, NULL, NULL));
    cr_assert_str_eq(text, "");
}

Test(file, refuses_what_is_too_large)
{
    char *text = NULL;
    struct error error = {0};

    cr_assert(file_replace("a", "12345", 5, 0600, NULL));
    cr_assert_not(file_read("a", 4, &text, NULL, &error));
    cr_assert_eq(error.code, ERROR_INVALID);
    cr_assert_str_eq(error.message, "reading 'a': larger than 4 bytes");
    cr_assert_null(text);
}

Test(file, tells_an_absent_file_from_an_unreadable_one)
{
    char *text = NULL;
    struct error error = {0};

    cr_assert_not(file_read("absent", 10, &text, NULL, &error));
    cr_assert_eq(error.code, ERROR_NOT_FOUND);
    cr_assert_not(file_read(".", 10, &text, NULL, &error));
    cr_assert_eq(error.code, ERROR_INVALID);
}

Test(file, leaves_nothing_behind_when_it_cannot_write)
{
    struct error error = {0};

    cr_assert_not(file_replace("absent/a", "x", 1, 0600, &error));
    cr_assert_eq(error.code, ERROR_INVALID);
    cr_assert_eq(mkdir("a", 0700), 0);
    cr_assert_not(file_replace("a", "x", 1, 0600, &error));
    cr_assert_eq(rmdir("a"), 0);
}
