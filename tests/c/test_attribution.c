/* The calls about AI over the cases that every language runs, as vectors.py has prepared them. Outcomes are written to a file, which
 * vectors.py judges. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls what a case names, in its blocking form. */
static uint32_t blocking(const char *name, const char *path, const char *text, const char *options, char **out,
                         sealbook_error **error) {
    if (strcmp(name, "scan") == 0)
        return sealbook_scan(path, options, out, error);
    if (strcmp(name, "why") == 0)
        return sealbook_why(path, text, options, out, error);
    if (strcmp(name, "stats") == 0)
        return sealbook_stats(path, options, out, error);
    if (strcmp(name, "report") == 0)
        return sealbook_report(path, options, out, error);
    if (strcmp(name, "rules") == 0)
        return sealbook_rules(path, out, error);
    return sealbook_test_rules(path, text, out, error);
}

/* The same as a job, which is cancelled at once if it is to be; false for a call that has no such form. */
static bool as_job(const char *name, const char *path, const char *text, const char *options, bool cancel, char **out,
                   uint32_t *code, sealbook_error **error) {
    sealbook_job *job = NULL;
    if (strcmp(name, "scan") == 0)
        *code = sealbook_scan_start(path, options, &job, error);
    else if (strcmp(name, "why") == 0)
        *code = sealbook_why_start(path, text, options, &job, error);
    else if (strcmp(name, "stats") == 0)
        *code = sealbook_stats_start(path, options, &job, error);
    else if (strcmp(name, "report") == 0)
        *code = sealbook_report_start(path, options, &job, error);
    else
        return false;
    if (cancel)
        sealbook_job_cancel(job);
    while (*code == SEALBOOK_OK && *out == NULL)
        *code = sealbook_job_wait(job, 1000, out, error);
    sealbook_job_free(job);
    return true;
}

/* Releases the outcome. */
static void put(FILE *outcomes, uint32_t code, char *out, sealbook_error *error) {
    CHECK((code == SEALBOOK_OK) == (out != NULL) && (code == SEALBOOK_OK) == (error == NULL));
    CHECK(sealbook_error_number(error) == code);
    fprintf(outcomes, "%u %zu\n%s\n", (unsigned)code, out ? strlen(out) : 0, out ? out : "");
    sealbook_string_free(out);
    sealbook_error_free(error);
}

static void every_call_about_ai_has_an_outcome(void) {
    char *path = scratch("vectors/calls.txt"), *result = scratch("vectors/outcomes.txt"), line[8192];
    FILE *cases = fopen(path, "r"), *outcomes = fopen(result, "w");
    unsigned count = 0;
    CHECK(cases != NULL && outcomes != NULL);
    while (cases != NULL && outcomes != NULL && fgets(line, sizeof line, cases) != NULL) {
        char *fields[5], *rest = line, *out = NULL;
        sealbook_error *error = NULL;
        uint32_t code = SEALBOOK_OK;
        bool cancel;
        line[strcspn(line, "\n")] = '\0';
        for (int n = 0; n < 5; n++) {
            fields[n] = rest;
            if (n < 4 && (rest = strchr(rest, '\t')) != NULL)
                *rest++ = '\0';
        }
        cancel = strcmp(fields[4], "cancel") == 0;
        if (!cancel) {
            const char *options = fields[3][0] == '\0' ? NULL : fields[3];
            code = blocking(fields[0], fields[1], fields[2], options, &out, &error);
            put(outcomes, code, out, error);
            out = NULL;
            error = NULL;
        }
        if (as_job(fields[0], fields[1], fields[2], fields[3], cancel, &out, &code, &error))
            put(outcomes, code, out, error);
        count++;
    }
    CHECK(count > 25);
    CHECK(outcomes != NULL && fclose(outcomes) == 0);
    CHECK(cases != NULL && fclose(cases) == 0);
    free(result);
    free(path);
}

static void what_is_no_text_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_job *job = NULL;
    char *out = NULL;
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_why(repository, "\xff", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_why(repository, "HEAD", "{\"target\":\"\xff\"}", &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_why_start(repository, "HEAD", "[]", &job, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_stats(repository, "{\"folder\":1}", &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_report_start(repository, "{\"tree\":1}", &job, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_test_rules(repository, "\xc3", &out, &error));
    CHECK(out == NULL && job == NULL);
}

const struct test attribution_tests[] = {
    {"every_call_about_ai_has_an_outcome", every_call_about_ai_has_an_outcome},
    {"what_is_no_text_is_refused", what_is_no_text_is_refused},
    {NULL, NULL},
};
