/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavors.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/quantity.h"

/* One attempt to place all pod sets, and what was learnt on the way. */
struct attempt {
    const struct flavor_rules *rules;
    const char *only_flavor;
    struct usage used; /* by others and by the pod sets placed so far */
    struct admission *admission;
    enum verdict_kind kind;
    struct text messages;
    struct text advice;
    const char *separator;
    const char *advised_resource; /* the last that the advice told the need of */
};

const struct resource_flavor *flavor_list_find(const struct flavor_list *list, const char *name)
{
    array_for_each(flavor, list) {
        if (strcmp((*flavor)->name, name) == 0) {
            return *flavor;
        }
    }
    return NULL;
}

static void truncate_text(struct text *text, size_t size_bytes)
{
    if (text->size_bytes > size_bytes) {
        text->size_bytes = size_bytes;
        text->bytes[size_bytes] = '\0';
    }
}

static void add_reason(struct attempt *attempt, char *reason)
{
    text_append_format(&attempt->messages, "%s%s", attempt->separator, reason);
    attempt->separator = ", ";
    free(reason);
}

static int64_t total_of(const struct pod_set *set, const char *resource)
{
    int64_t total;

    if (__builtin_mul_overflow(resources_get(&set->requests, resource), set->count, &total)) {
        return INT64_MAX;
    }
    return total;
}

static const struct taint *find_untolerated_taint(const struct resource_flavor *flavor,
                                                  const struct pod_spec *spec)
{
    array_for_each(taint, &flavor->node_taints) {
        bool is_tolerated = taint->effect == TAINT_EFFECT_PREFER_NO_SCHEDULE;
        array_for_each(toleration, &spec->tolerations) {
            is_tolerated = is_tolerated || toleration_covers_taint(toleration, taint);
        }
        array_for_each(toleration, &flavor->tolerations) {
            is_tolerated = is_tolerated || toleration_covers_taint(toleration, taint);
        }
        if (!is_tolerated) {
            return taint;
        }
    }
    return NULL;
}

/* A label key that no flavor of the group sets says nothing about flavors. */
static bool is_relevant_key(const struct flavor_rules *rules, const struct resource_group *group,
                            const char *key)
{
    array_for_each(quota, &group->flavors) {
        const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);
        if (flavor != NULL && string_map_find(&flavor->node_labels, key) != NULL) {
            return true;
        }
    }
    return false;
}

static bool selector_matches(const struct flavor_rules *rules, const struct resource_group *group,
                             const struct resource_flavor *flavor, const struct pod_spec *spec)
{
    for (size_t i = 0; i < spec->node_selector.count; i++) {
        const struct string_pair *pair = &spec->node_selector.pairs[i];
        if (is_relevant_key(rules, group, pair->key) &&
            !text_equal(string_map_find(&flavor->node_labels, pair->key), pair->value)) {
            return false;
        }
    }
    return true;
}

/* One term of the affinity, without its requirements on keys that say nothing about flavors. */
static bool term_matches(const struct flavor_rules *rules, const struct resource_group *group,
                         const struct resource_flavor *flavor,
                         const struct label_requirement_list *term)
{
    struct label_requirement_list relevant = {0};

    array_for_each(requirement, term) {
        if (is_relevant_key(rules, group, requirement->key)) {
            array_append(&relevant, *requirement);
        }
    }
    bool is_match = label_requirements_match(&relevant, &flavor->node_labels);
    array_release(&relevant);
    return is_match;
}

static bool affinity_matches(const struct flavor_rules *rules, const struct resource_group *group,
                             const struct resource_flavor *flavor, const struct pod_spec *spec)
{
    if (spec->required_affinity.count == 0) {
        return true;
    }
    array_for_each(term, &spec->required_affinity) {
        if (term_matches(rules, group, flavor, term)) {
            return true;
        }
    }
    return false;
}

/* True if the flavor has quota for a managed resource: no place for pods that ask for none. */
static bool is_accelerated(const struct flavor_rules *rules, const struct flavor_quota *quota)
{
    for (size_t i = 0; i < quota->nominal.count; i++) {
        if (quota->nominal.items[i].amount > 0 &&
            configuration_manages(rules->configuration, quota->nominal.items[i].name)) {
            return true;
        }
    }
    return false;
}

static bool asks_managed(const struct flavor_rules *rules, const struct pod_set *set)
{
    for (size_t i = 0; i < set->requests.count; i++) {
        if (set->requests.items[i].amount > 0 &&
            configuration_manages(rules->configuration, set->requests.items[i].name)) {
            return true;
        }
    }
    return false;
}

char *flavors_explain_mismatch(const struct flavor_rules *rules, const struct resource_group *group,
                               const struct flavor_quota *quota, const struct pod_set *set)
{
    const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);

    if (flavor == NULL) {
        return text_format("flavor %s not found", quota->flavor);
    }
    const struct taint *taint = find_untolerated_taint(flavor, &set->spec);
    if (taint != NULL) {
        return text_format("untolerated taint {%s %s} in flavor %s", taint->key, taint->value,
                           flavor->name);
    }
    if (!selector_matches(rules, group, flavor, &set->spec) ||
        !affinity_matches(rules, group, flavor, &set->spec)) {
        return text_format("flavor %s doesn't match node affinity", flavor->name);
    }
    if (is_accelerated(rules, quota) && !asks_managed(rules, set)) {
        return text_format("flavor %s is kept for pods that ask for its accelerators",
                           flavor->name);
    }
    return NULL;
}

static void advise(struct attempt *attempt, const char *flavor, const char *resource,
                   int64_t needed, int64_t available, int64_t nominal)
{
    char needed_text[QUANTITY_TEXT_BYTES];
    char free_text[QUANTITY_TEXT_BYTES];
    char nominal_text[QUANTITY_TEXT_BYTES];

    quantity_format(needed, resource, needed_text);
    quantity_format(available > 0 ? available : 0, resource, free_text);
    quantity_format(nominal, resource, nominal_text);
    if (text_equal(attempt->advised_resource, resource)) {
        text_append(&attempt->advice, ", ");
    } else {
        text_append_format(&attempt->advice, "%s%s %s needed, ",
                           attempt->advice.size_bytes > 0 ? "; " : "", needed_text, resource);
        attempt->advised_resource = resource;
    }
    text_append_format(&attempt->advice, "%s of %s free in %s", free_text, nominal_text, flavor);
}

/* One resource of one pod set against the quota that is left. */
static enum verdict_kind check_quota(struct attempt *attempt, const char *flavor,
                                     const char *resource, int64_t nominal, int64_t needed)
{
    int64_t available = nominal - usage_get(&attempt->used, flavor, resource);
    char needed_text[QUANTITY_TEXT_BYTES];
    char other_text[QUANTITY_TEXT_BYTES];

    if (needed <= available || needed == 0) { /* nothing fits even where too much is taken */
        return VERDICT_FITS;
    }
    advise(attempt, flavor, resource, needed, available, nominal);
    if (needed > nominal) {
        quantity_format(needed, resource, needed_text);
        quantity_format(nominal, resource, other_text);
        add_reason(attempt, text_format("insufficient quota for %s in flavor %s, request > maximum "
                                        "capacity (%s > %s)",
                                        resource, flavor, needed_text, other_text));
        return VERDICT_INADMISSIBLE;
    }
    quantity_format(needed - (available > 0 ? available : 0), resource, other_text);
    add_reason(attempt, text_format("insufficient unused quota for %s in flavor %s, %s more needed",
                                    resource, flavor, other_text));
    return VERDICT_WAITS;
}

/* The worst over the resources of the group that the pod set asks for. */
static enum verdict_kind try_flavor(struct attempt *attempt, const struct resource_group *group,
                                    const struct flavor_quota *quota, const struct pod_set *set)
{
    enum verdict_kind worst = VERDICT_FITS;
    char *mismatch = flavors_explain_mismatch(attempt->rules, group, quota, set);

    if (mismatch != NULL) {
        add_reason(attempt, mismatch);
        return VERDICT_INADMISSIBLE;
    }
    array_for_each(resource, &group->covered_resources) {
        if (!resources_has(&set->requests, *resource)) {
            continue;
        }
        enum verdict_kind kind =
            check_quota(attempt, quota->flavor, *resource,
                        resources_get(&quota->nominal, *resource), total_of(set, *resource));
        worst = kind > worst ? kind : worst;
    }
    return worst;
}

static void assign(struct attempt *attempt, const struct resource_group *group, const char *flavor,
                   const struct pod_set *set, struct pod_set_admission *out_set)
{
    array_for_each(resource, &group->covered_resources) {
        if (!resources_has(&set->requests, *resource)) {
            continue;
        }
        usage_add(&attempt->used, flavor, *resource, total_of(set, *resource));
        array_append(&out_set->assignments, ((struct flavor_assignment){
                                                .resource = memory_copy_text(*resource),
                                                .flavor = memory_copy_text(flavor),
                                                .amount = resources_get(&set->requests, *resource),
                                            }));
    }
}

static bool asks_from_group(const struct pod_set *set, const struct resource_group *group)
{
    array_for_each(resource, &group->covered_resources) {
        if (resources_has(&set->requests, *resource)) {
            return true;
        }
    }
    return false;
}

static bool group_has_flavor(const struct resource_group *group, const char *flavor)
{
    array_for_each(quota, &group->flavors) {
        if (strcmp(quota->flavor, flavor) == 0) {
            return true;
        }
    }
    return false;
}

/* The first flavor that fits takes the pod set; otherwise the best of the reasons stands. */
static enum verdict_kind place_in_group(struct attempt *attempt, const struct resource_group *group,
                                        const struct pod_set *set,
                                        struct pod_set_admission *out_set)
{
    bool is_bound = attempt->only_flavor != NULL && group_has_flavor(group, attempt->only_flavor);
    enum verdict_kind best = VERDICT_INADMISSIBLE;

    array_for_each(quota, &group->flavors) {
        if (is_bound && strcmp(quota->flavor, attempt->only_flavor) != 0) {
            continue;
        }
        enum verdict_kind kind = try_flavor(attempt, group, quota, set);
        if (kind == VERDICT_FITS) {
            assign(attempt, group, quota->flavor, set, out_set);
            return VERDICT_FITS;
        }
        best = kind < best ? kind : best;
    }
    return best;
}

/* A managed resource must be covered; any other that is not is left out of the account. */
static enum verdict_kind check_coverage(struct attempt *attempt, const struct pod_set *set)
{
    enum verdict_kind kind = VERDICT_FITS;

    for (size_t i = 0; i < set->requests.count; i++) {
        const struct resource_amount *request = &set->requests.items[i];
        if (request->amount > 0 &&
            configuration_manages(attempt->rules->configuration, request->name) &&
            cluster_queue_find_group(attempt->rules->queue, request->name) == NULL) {
            add_reason(attempt,
                       text_format("resource %s unavailable in ClusterQueue", request->name));
            kind = VERDICT_INADMISSIBLE;
        }
    }
    return kind;
}

static enum verdict_kind place_pod_set(struct attempt *attempt, const struct pod_set *set)
{
    struct pod_set_admission placed = {.name = memory_copy_text(set->name), .count = set->count};
    size_t before_bytes = attempt->messages.size_bytes;
    size_t advice_bytes = attempt->advice.size_bytes;

    attempt->advised_resource = NULL;
    if (before_bytes > 0) {
        text_append(&attempt->messages, "; ");
    }
    text_append_format(&attempt->messages, "couldn't assign flavors to pod set %s: ", set->name);
    attempt->separator = "";
    enum verdict_kind worst = check_coverage(attempt, set);
    array_for_each(group, &attempt->rules->queue->resource_groups) {
        if (asks_from_group(set, group)) {
            enum verdict_kind kind = place_in_group(attempt, group, set, &placed);
            worst = kind > worst ? kind : worst;
        }
    }
    array_append(&attempt->admission->pod_sets, placed);
    if (worst == VERDICT_FITS) {
        truncate_text(&attempt->messages, before_bytes);
        truncate_text(&attempt->advice, advice_bytes);
    }
    return worst;
}

void flavors_assign(const struct flavor_rules *rules, const struct usage *used,
                    const struct pod_set_list *pod_sets, const char *only_flavor,
                    struct admission **out_admission, struct verdict *out_verdict)
{
    struct attempt attempt = {.rules = rules, .only_flavor = only_flavor};

    usage_copy(used, &attempt.used);
    attempt.admission = memory_allocate(sizeof *attempt.admission);
    attempt.admission->workload_uid = memory_copy_text("");
    attempt.admission->cluster_queue = memory_copy_text(rules->queue->name);
    attempt.admission->local_queue = memory_copy_text("");
    array_for_each(set, pod_sets) {
        enum verdict_kind kind = place_pod_set(&attempt, set);
        attempt.kind = kind > attempt.kind ? kind : attempt.kind;
    }
    if (attempt.kind == VERDICT_FITS) {
        verdict_set(out_verdict, VERDICT_FITS, NULL, NULL);
        *out_admission = take_pointer(&attempt.admission);
    } else {
        const char *advice = attempt.advice.size_bytes > 0 ? attempt.advice.bytes : NULL;
        verdict_set(out_verdict, attempt.kind, attempt.messages.bytes, advice);
    }
    admission_destroy(attempt.admission);
    usage_release(&attempt.used);
    text_release(&attempt.messages);
    text_release(&attempt.advice);
}

void flavors_count(const struct admission *admission, struct usage *out_usage)
{
    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            int64_t total;
            if (__builtin_mul_overflow(assignment->amount, set->count, &total)) {
                total = INT64_MAX;
            }
            usage_add(out_usage, assignment->flavor, assignment->resource, total);
        }
    }
}
