/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "webhook/kube/kube_token.h"

static char path[] = "kube-token-XXXXXX";

static void make_file(void)
{
    int descriptor = mkstemp(path);

    cr_assert_geq(descriptor, 0);
    close(descriptor);
}

static void remove_file(void)
{
    unlink(path);
}

static void write_token(const char *text)
{
    cr_assert(file_replace(path, text, strlen(text), 0600, NULL));
}

Test(kube_token, is_none_without_a_token)
{
    const struct kube_config config = {0};
    struct kube_token token;

    kube_token_init(&token, &config);
    cr_assert_null(kube_token_get(&token));
    cr_assert_not(kube_token_renew(&token));
    kube_token_release(&token);
}

Test(kube_token, follows_its_file, .init = make_file, .fini = remove_file)
{
    const struct kube_config config = {.token_path = path};
    struct kube_token token;

    kube_token_init(&token, &config);
    write_token("first\n");
    cr_assert_str_eq(kube_token_get(&token), "first");
    write_token("second");
    cr_assert_str_eq(kube_token_get(&token), "second");
    kube_token_release(&token);
}

Test(kube_token, keeps_the_last_one_while_the_file_is_away_or_empty, .init = make_file)
{
    const struct kube_config config = {.token_path = path};
    struct kube_token token;

    kube_token_init(&token, &config);
    write_token("first");
    cr_assert_str_eq(kube_token_get(&token), "first");
    write_token("");
    cr_assert_str_eq(kube_token_get(&token), "first");
    unlink(path);
    cr_assert_str_eq(kube_token_get(&token), "first");
    kube_token_release(&token);
}

Test(kube_token, is_renewed_only_by_another_one, .init = make_file, .fini = remove_file)
{
    const struct kube_config config = {.token_path = path};
    struct kube_token token;

    kube_token_init(&token, &config);
    write_token("first");
    cr_assert_str_eq(kube_token_get(&token), "first");
    cr_assert_not(kube_token_renew(&token));
    write_token("second");
    cr_assert(kube_token_renew(&token));
    cr_assert_str_eq(kube_token_get(&token), "second");
    kube_token_release(&token);
}
