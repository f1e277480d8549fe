/* Long calls on threads of the library. An export into a pipe that nobody reads yet is a job that is surely under way. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waits until the job has ended; its result is to be released. */
static char *result_of(sealbook_job *job) {
    sealbook_error *error = NULL;
    char *result = NULL;
    while (result == NULL && CHECK_CODE(SEALBOOK_OK, sealbook_job_wait(job, 1000, &result, &error)))
        ;
    sealbook_job_free(job);
    return result;
}

static void every_long_call_works_as_a_job(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL, *other = NULL;
    sealbook_job *job = NULL;
    char *file = scratch("job.jsonl"), *result;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &other, &error));
    record_number(ledger, 1);

    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_verify_start(ledger, "{\"size\":2}", &job, &error));
    CHECK(has(result = result_of(job), "\"verdict\":\"intact\""));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_export_start(ledger, file, &job, &error));
    CHECK(has(result = result_of(job), "{\"entries\":2}"));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_verify_export_start(file, NULL, &job, &error));
    CHECK(has(result = result_of(job), "\"verdict\":\"intact\""));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_import_start(other, file, &job, &error));
    CHECK(has(result = result_of(job), "{\"entries\":2,\"recorded\":2}"));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_reindex_start(ledger, &job, &error));
    CHECK(has(result = result_of(job), "{}"));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_scan_start(repository, NULL, &job, &error));
    CHECK(has(result = result_of(job), "\"total\":2"));
    sealbook_string_free(result);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_scan_start(other, repository, "{\"record\":true}", &job, &error));
    CHECK(has(result = result_of(job), "\"recorded\":2"));
    sealbook_string_free(result);

    sealbook_ledger_free(other);
    sealbook_ledger_free(ledger);
    free(file);
}

static void a_job_outlives_its_ledgers_handle_and_says_how_far_it_is(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    sealbook_job *job = NULL;
    char *report = NULL;
    uint64_t done = 0, total = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    record_number(ledger, 1);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_verify_start(ledger, NULL, &job, &error));
    sealbook_ledger_free(ledger);
    while (report == NULL && CHECK_CODE(SEALBOOK_OK, sealbook_job_wait(job, 1000, &report, &error)))
        ;
    CHECK_CODE(SEALBOOK_OK, sealbook_job_progress(job, &done, &total, &error));
    CHECK(done == 2 && total == 2);
    sealbook_string_free(report);
    report = NULL;
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_job_wait(job, 0, &report, &error)); /* it comes once */
    CHECK(report == NULL);
    sealbook_job_free(job);
}

static void a_job_returns_the_error_of_its_call(void) {
    sealbook_error *error = NULL;
    sealbook_job *job = NULL;
    char *report = NULL, *absent = scratch("absent.jsonl");
    uint32_t code;
    CHECK_CODE(SEALBOOK_OK, sealbook_verify_export_start(absent, NULL, &job, &error));
    while ((code = sealbook_job_wait(job, 1000, &report, &error)) == SEALBOOK_OK && report == NULL)
        ;
    CHECK_CODE(SEALBOOK_NOT_FOUND, code);
    CHECK(report == NULL);
    sealbook_job_free(job);
    free(absent);
}

static void a_cancelled_job_stops(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    sealbook_job *job = NULL;
    char *pipe = scratch("pipe"), *result = NULL, buffer[4096];
    uint32_t code;
    int end;
    CHECK(mkfifo(pipe, 0600) == 0);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_export_start(ledger, pipe, &job, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_job_wait(job, 1, &result, &error)); /* it waits for a reader */
    CHECK(result == NULL);
    sealbook_job_cancel(job);
    CHECK((end = open(pipe, O_RDONLY)) >= 0);
    while (read(end, buffer, sizeof buffer) > 0)
        ;
    close(end);
    while ((code = sealbook_job_wait(job, 1000, &result, &error)) == SEALBOOK_OK && result == NULL)
        ;
    CHECK_CODE(SEALBOOK_CANCELLED, code);
    CHECK(result == NULL);
    sealbook_job_free(job);
    sealbook_ledger_free(ledger);
    free(pipe);
}

const struct test job_tests[] = {
    {"every_long_call_works_as_a_job", every_long_call_works_as_a_job},
    {"a_job_outlives_its_ledgers_handle_and_says_how_far_it_is", a_job_outlives_its_ledgers_handle_and_says_how_far_it_is},
    {"a_job_returns_the_error_of_its_call", a_job_returns_the_error_of_its_call},
    {"a_cancelled_job_stops", a_cancelled_job_stops},
    {NULL, NULL},
};
