/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_token.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum { TOKEN_BYTES_MAX = 64 * 1024 };

static void read_file(struct kube_token *token, const char *path)
{
    char *text = NULL;
    size_t size_bytes = 0;

    if (!file_read(path, TOKEN_BYTES_MAX, &text, &size_bytes, NULL)) {
        return; /* the old one is as good as any */
    }
    text[strcspn(text, "\r\n")] = '\0';
    free(token->text);
    token->text = text;
}

const char *kube_token_get(struct kube_token *token, const struct kube_config *config)
{
    struct stat status;

    if (config->token_path == NULL) {
        return config->token;
    }
    if (stat(config->token_path, &status) == 0 &&
        memcmp(&status.st_mtim, &token->changed, sizeof token->changed) != 0) {
        token->changed = status.st_mtim;
        read_file(token, config->token_path);
    }
    return token->text;
}

void kube_token_release(struct kube_token *token)
{
    free(token->text);
    memset(token, 0, sizeof *token);
}
