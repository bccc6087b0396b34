/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_token.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { MAX_TOKEN_BYTES = 64 * 1024 };

void kube_token_init(struct kube_token *token, const struct kube_config *config)
{
    *token = (struct kube_token){.config = config, .text = memory_copy_text(config->token)};
}

void kube_token_release(struct kube_token *token)
{
    free(token->text);
    memset(token, 0, sizeof *token);
}

/* True if what was read is another token than before. */
static bool read_file(struct kube_token *token, const struct stat *state)
{
    char *text;

    if (!file_read(token->config->token_path, MAX_TOKEN_BYTES, &text, NULL, NULL)) {
        return false;
    }
    text[strcspn(text, "\r\n")] = '\0';
    bool is_new = text[0] != '\0' && !text_equal(text, token->text);
    if (is_new) {
        free(token->text);
        token->text = take_pointer(&text);
    }
    free(text);
    token->device = state->st_dev;
    token->inode = state->st_ino;
    token->changed_at = state->st_mtim;
    return is_new;
}

static bool is_as_read(const struct kube_token *token, const struct stat *state)
{
    return token->device == state->st_dev && token->inode == state->st_ino &&
           token->changed_at.tv_sec == state->st_mtim.tv_sec &&
           token->changed_at.tv_nsec == state->st_mtim.tv_nsec;
}

const char *kube_token_get(struct kube_token *token)
{
    struct stat state;

    if (token->config->token_path != NULL && stat(token->config->token_path, &state) == 0 &&
        !is_as_read(token, &state)) {
        read_file(token, &state);
    }
    return token->text;
}

bool kube_token_renew(struct kube_token *token)
{
    struct stat state;

    return token->config->token_path != NULL && stat(token->config->token_path, &state) == 0 &&
           read_file(token, &state);
}
