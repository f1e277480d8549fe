/* The calls about tasks over the cases that every language runs, as vectors.py has prepared them. Outcomes are written to a file, which
 * vectors.py judges. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 6
#define KNOWN 8

/* What the placeholders of one case stand for. */
struct names {
    char *ids[KNOWN], *plea;
    size_t count;
};

/* The text with ids in the place of `{{0}}`, `{{1}}`, ... and `{{plea}}`. To be freed. */
static char *filled(const char *text, const struct names *names) {
    char *out = calloc(1, strlen(text) * 8 + 64), *end = out;
    if (out == NULL)
        abort();
    while (*text != '\0') {
        size_t n = (size_t)(text[2 * (text[0] == '{' && text[1] == '{')] - '0');
        const char *id = NULL;
        if (strncmp(text, "{{plea}}", 8) == 0) {
            id = names->plea;
            text += 8;
        } else if (text[0] == '{' && text[1] == '{' && n < names->count) {
            id = names->ids[n];
            text += 5;
        }
        if (id == NULL) {
            *end++ = *text++;
        } else {
            strcpy(end, id);
            end += strlen(id);
        }
    }
    return out;
}

/* The task, or array of tasks, that a text of `{id, repeated}` names. To be freed. */
static char *shown(sealbook_orchestrator *tasks, const char *submitted) {
    sealbook_error *error = NULL;
    bool several = submitted[0] == '[';
    size_t room = 64;
    char *all = malloc(room);
    if (all == NULL)
        abort();
    strcpy(all, several ? "[" : "");
    for (const char *at = strstr(submitted, "\"id\":"); at != NULL; at = strstr(at + 1, "\"id\":")) {
        char *id = first_id(at), *task = NULL;
        CHECK_CODE(SEALBOOK_OK, sealbook_task_show(tasks, id, &task, &error));
        room += strlen(task) + 1;
        if ((all = realloc(all, room)) == NULL)
            abort();
        if (strlen(all) > several)
            strcat(all, ",");
        strcat(all, task);
        sealbook_string_free(task);
        free(id);
    }
    return strcat(all, several ? "]" : "");
}

/* A key in PEM, whose lines were put on one; NULL if none is given. */
static const char *key_of(char *text) {
    for (char *end = text; (end = strchr(end, '|')) != NULL;)
        *end = '\n';
    return text[0] == '\0' ? NULL : text;
}

static uint32_t called(sealbook_orchestrator *tasks, char **arguments, char **out, sealbook_error **error) {
    const char *name = arguments[0];
    if (strcmp(name, "submit") == 0)
        return sealbook_task_submit(tasks, arguments[1], out, error);
    if (strcmp(name, "submit_many") == 0)
        return sealbook_task_submit_many(tasks, arguments[1], out, error);
    if (strcmp(name, "list") == 0)
        return sealbook_task_list(tasks, arguments[1], out, error);
    if (strcmp(name, "show") == 0)
        return sealbook_task_show(tasks, arguments[1], out, error);
    if (strcmp(name, "act") == 0)
        return sealbook_task_act(tasks, arguments[1], arguments[2], arguments[3], arguments[4], out, error);
    if (strcmp(name, "act_many") == 0)
        return sealbook_task_act_many(tasks, arguments[1], arguments[2], arguments[3], arguments[4], out, error);
    if (strcmp(name, "breaker") == 0)
        return sealbook_breaker_act(tasks, arguments[1], arguments[2], arguments[3], arguments[4], out, error);
    if (strcmp(name, "limit") == 0)
        return sealbook_task_limit(tasks, arguments[1], arguments[2], arguments[3], out, error);
    if (strcmp(name, "say") == 0)
        return sealbook_plea_say(tasks, arguments[1], arguments[2], arguments[3], key_of(arguments[4]), out, error);
    if (strcmp(name, "ballot") == 0)
        return sealbook_plea_ballot(tasks, arguments[1], arguments[2], arguments[3], out, error);
    if (strcmp(name, "cast") == 0)
        return sealbook_plea_cast(tasks, arguments[1], arguments[2], out, error);
    if (strcmp(name, "set_health") == 0)
        return sealbook_agent_set_health(tasks, arguments[1], arguments[2], arguments[3], arguments[4], out, error);
    if (strcmp(name, "record_and_submit") == 0)
        return sealbook_record_and_submit(tasks, arguments[1], arguments[2], out, error);
    CHECK(strcmp(name, "vote") == 0);
    return sealbook_plea_vote(tasks, arguments[1], arguments[2], arguments[3], arguments[4], out, error);
}

/* Makes the tasks that are there before, and learns their ids and that of the plea. */
static void prepare(sealbook_orchestrator *tasks, const char *before, struct names *names) {
    sealbook_error *error = NULL;
    char *submitted = NULL, *pleas = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_task_submit_many(tasks, before, &submitted, &error));
    for (const char *at = strstr(submitted, "\"id\":"); at != NULL && names->count < KNOWN; at = strstr(at + 1, "\"id\":"))
        names->ids[names->count++] = first_id(at);
    CHECK_CODE(SEALBOOK_OK, sealbook_pleas(tasks, false, &pleas, &error));
    names->plea = first_id(pleas);
    sealbook_string_free(pleas);
    sealbook_string_free(submitted);
}

/* Releases what a case had. */
static void forget(sealbook_orchestrator *tasks, struct names *names) {
    for (size_t n = 0; n < names->count; n++)
        free(names->ids[n]);
    free(names->plea);
    names->count = 0;
    names->plea = NULL;
    sealbook_orchestrator_free(tasks);
}

/* One line of JSON: the code, the names, the result or the error, and the tasks that are there afterwards. */
static void put(FILE *outcomes, sealbook_orchestrator *tasks, char **arguments, struct names *names) {
    sealbook_error *failure = NULL, *error = NULL;
    char *out = NULL, *left = NULL, *result = NULL;
    uint32_t code = called(tasks, arguments, &out, &failure);
    CHECK((code == SEALBOOK_OK) == (out != NULL) && sealbook_error_number(failure) == code);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_list(tasks, NULL, &left, &error));
    if (out != NULL && strncmp(arguments[0], "submit", 6) == 0)
        result = shown(tasks, out);
    fprintf(outcomes, "{\"code\":%u,\"result\":%s,\"error\":%s,\"left\":%s,\"plea\":\"%s\",\"ids\":[", (unsigned)code,
            result ? result : out ? out : "null", failure ? sealbook_error_json(failure) : "null", left, names->plea);
    for (size_t n = 0; n < names->count; n++)
        fprintf(outcomes, "%s\"%s\"", n > 0 ? "," : "", names->ids[n]);
    fprintf(outcomes, "]}\n");
    free(result);
    sealbook_string_free(left);
    sealbook_string_free(out);
    sealbook_error_free(failure);
}

static void every_call_about_tasks_has_an_outcome(void) {
    char *path = scratch("vectors/task_calls.txt"), *result = scratch("vectors/task_outcomes.txt"), line[8192];
    FILE *cases = fopen(path, "r"), *outcomes = fopen(result, "w");
    unsigned count = 0;
    CHECK(cases != NULL && outcomes != NULL);
    sealbook_orchestrator *tasks = NULL;
    struct names names = {{NULL}, NULL, 0};
    while (cases != NULL && outcomes != NULL && fgets(line, sizeof line, cases) != NULL) {
        char *fields[FIELDS] = {NULL}, *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int n = 0; n < FIELDS && rest != NULL; n++) {
            fields[n] = rest;
            if ((rest = strchr(rest, '\t')) != NULL)
                *rest++ = '\0';
        }
        /* A call that is made behind others of its case. */
        if (strcmp(fields[0], "+") != 0) {
            forget(tasks, &names);
            tasks = orchestrator_in_memory();
            prepare(tasks, fields[0], &names);
        }
        for (int n = 1; n < FIELDS; n++)
            fields[n] = fields[n] != NULL ? filled(fields[n], &names) : NULL;
        put(outcomes, tasks, fields + 1, &names);
        for (int n = 1; n < FIELDS; n++)
            free(fields[n]);
        count++;
    }
    forget(tasks, &names);
    CHECK(count > 40);
    CHECK(cases != NULL && fclose(cases) == 0);
    CHECK(outcomes != NULL && fclose(outcomes) == 0);
    free(result);
    free(path);
}

const struct test task_vector_tests[] = {
    {"every_call_about_tasks_has_an_outcome", every_call_about_tasks_has_an_outcome},
    {NULL, NULL},
};
