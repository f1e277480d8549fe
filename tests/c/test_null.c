/* NULL wherever a pointer is taken. run.sh checks that every function of the header is called here. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define REFUSED(call) CHECK_CODE(SEALBOOK_NULL_POINTER, (call))

static sealbook_ledger *in_memory(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    return ledger;
}

static void a_null_handle_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_job *job = NULL;
    char *out = NULL;
    uint64_t done = 77, total = 77;
    REFUSED(sealbook_ledger_close(NULL, &error));
    REFUSED(sealbook_ledger_size(NULL, &done, &error));
    REFUSED(sealbook_ledger_origin(NULL, &out, &error));
    REFUSED(sealbook_ledger_path(NULL, &out, &error));
    REFUSED(sealbook_ledger_record(NULL, "custom.x", "{}", 2, NULL, &out, &error));
    REFUSED(sealbook_ledger_record_many(NULL, "[]", 2, &out, &error));
    REFUSED(sealbook_ledger_get(NULL, "0", &out, &error));
    REFUSED(sealbook_ledger_query(NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_verify(NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_verify_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_reindex(NULL, &error));
    REFUSED(sealbook_ledger_reindex_start(NULL, &job, &error));
    REFUSED(sealbook_ledger_export(NULL, "x", &done, &error));
    REFUSED(sealbook_ledger_export_start(NULL, "x", &job, &error));
    REFUSED(sealbook_ledger_import(NULL, "x", &out, &error));
    REFUSED(sealbook_ledger_import_start(NULL, "x", &job, &error));
    REFUSED(sealbook_ledger_scan(NULL, "x", NULL, &out, &error));
    REFUSED(sealbook_ledger_scan_start(NULL, "x", NULL, &job, &error));
    REFUSED(sealbook_job_wait(NULL, 0, &out, &error));
    REFUSED(sealbook_job_progress(NULL, &done, &total, &error));
    CHECK(out == NULL && job == NULL && done == 77 && total == 77);
}

static void a_null_argument_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = in_memory(), *other = NULL;
    sealbook_job *job = NULL;
    char *out = NULL;
    uint64_t number = 77;
    REFUSED(sealbook_ledger_open(NULL, NULL, &other, &error));
    REFUSED(sealbook_ledger_init(NULL, NULL, &other, &error));
    REFUSED(sealbook_ledger_record(ledger, NULL, "{}", 2, NULL, &out, &error));
    REFUSED(sealbook_ledger_record(ledger, "custom.x", NULL, 0, NULL, &out, &error));
    REFUSED(sealbook_ledger_record_many(ledger, NULL, 0, &out, &error));
    REFUSED(sealbook_ledger_get(ledger, NULL, &out, &error));
    REFUSED(sealbook_verify_export(NULL, NULL, &out, &error));
    REFUSED(sealbook_verify_export_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_export(ledger, NULL, &number, &error));
    REFUSED(sealbook_ledger_export_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_ledger_import(ledger, NULL, &out, &error));
    REFUSED(sealbook_ledger_import_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_scan(NULL, NULL, &out, &error));
    REFUSED(sealbook_scan_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_scan(ledger, NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_scan_start(ledger, NULL, NULL, &job, &error));
    REFUSED(sealbook_why(NULL, "HEAD", NULL, &out, &error));
    REFUSED(sealbook_why(repository, NULL, NULL, &out, &error));
    REFUSED(sealbook_why_start(NULL, "HEAD", NULL, &job, &error));
    REFUSED(sealbook_why_start(repository, NULL, NULL, &job, &error));
    REFUSED(sealbook_stats(NULL, NULL, &out, &error));
    REFUSED(sealbook_stats_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_report(NULL, NULL, &out, &error));
    REFUSED(sealbook_report_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_rules(NULL, &out, &error));
    REFUSED(sealbook_test_rules(NULL, "x", &out, &error));
    REFUSED(sealbook_test_rules(repository, NULL, &out, &error));
    REFUSED(sealbook_canonicalize(NULL, 0, &out, &error));
    CHECK(other == NULL && job == NULL && out == NULL && number == 77 && size_of(ledger) == 1);
    sealbook_ledger_free(ledger);
}

static void a_null_place_for_the_result_is_refused_before_anything_is_done(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = in_memory();
    sealbook_job *job = NULL;
    char *file = scratch("not-written.jsonl"), *folder = scratch("not-made"), *out = NULL;
    const char one[] = "[{\"kind\":\"custom.x\",\"payload\":{}}]";
    uint64_t number = 0;
    REFUSED(sealbook_error_table(NULL, &error));
    REFUSED(sealbook_canonicalize("{}", 2, NULL, &error));
    REFUSED(sealbook_ledger_open(folder, "{\"create\":true}", NULL, &error));
    REFUSED(sealbook_ledger_init(folder, NULL, NULL, &error));
    REFUSED(sealbook_ledger_in_memory(NULL, NULL, &error));
    REFUSED(sealbook_ledger_size(ledger, NULL, &error));
    REFUSED(sealbook_ledger_origin(ledger, NULL, &error));
    REFUSED(sealbook_ledger_path(ledger, NULL, &error));
    REFUSED(sealbook_ledger_record(ledger, "custom.x", "{}", 2, NULL, NULL, &error));
    REFUSED(sealbook_ledger_record_many(ledger, one, strlen(one), NULL, &error));
    REFUSED(sealbook_ledger_get(ledger, "0", NULL, &error));
    REFUSED(sealbook_ledger_query(ledger, NULL, NULL, &error));
    REFUSED(sealbook_ledger_verify(ledger, NULL, NULL, &error));
    REFUSED(sealbook_ledger_verify_start(ledger, NULL, NULL, &error));
    REFUSED(sealbook_verify_export(file, NULL, NULL, &error));
    REFUSED(sealbook_verify_export_start(file, NULL, NULL, &error));
    REFUSED(sealbook_ledger_reindex_start(ledger, NULL, &error));
    REFUSED(sealbook_ledger_export(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_export_start(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_import(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_import_start(ledger, file, NULL, &error));
    REFUSED(sealbook_scan(repository, NULL, NULL, &error));
    REFUSED(sealbook_scan_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_ledger_scan(ledger, repository, NULL, NULL, &error));
    REFUSED(sealbook_ledger_scan_start(ledger, repository, NULL, NULL, &error));
    REFUSED(sealbook_why(repository, "HEAD", NULL, NULL, &error));
    REFUSED(sealbook_why_start(repository, "HEAD", NULL, NULL, &error));
    REFUSED(sealbook_stats(repository, NULL, NULL, &error));
    REFUSED(sealbook_stats_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_report(repository, NULL, NULL, &error));
    REFUSED(sealbook_report_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_rules(repository, NULL, &error));
    REFUSED(sealbook_test_rules(repository, "x", NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_verify_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_job_wait(job, 0, NULL, &error));
    REFUSED(sealbook_job_progress(job, NULL, &number, &error));
    REFUSED(sealbook_job_progress(job, &number, NULL, &error));
    sealbook_job_free(job);

    CHECK(size_of(ledger) == 1);
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_verify_export(file, NULL, &out, &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_ledger_open(folder, NULL, &ledger, &error));
    sealbook_ledger_free(ledger);
    free(folder);
    free(file);
}

static void what_reads_and_releases_takes_null(void) {
    CHECK(sealbook_version() != NULL);
    CHECK(sealbook_error_number(NULL) == SEALBOOK_OK);
    CHECK(sealbook_error_code(NULL) == NULL);
    CHECK(sealbook_error_message(NULL) == NULL);
    CHECK(sealbook_error_json(NULL) == NULL);
    CHECK(!sealbook_error_is_retryable(NULL));
    sealbook_error_free(NULL);
    sealbook_string_free(NULL);
    sealbook_ledger_free(NULL);
    sealbook_ledger_pause(NULL);
    sealbook_ledger_resume(NULL, false);
    sealbook_ledger_resume(NULL, true);
    sealbook_job_cancel(NULL);
    sealbook_job_free(NULL);
}

const struct test null_tests[] = {
    {"a_null_handle_is_refused", a_null_handle_is_refused},
    {"a_null_argument_is_refused", a_null_argument_is_refused},
    {"a_null_place_for_the_result_is_refused_before_anything_is_done",
     a_null_place_for_the_result_is_refused_before_anything_is_done},
    {"what_reads_and_releases_takes_null", what_reads_and_releases_takes_null},
    {NULL, NULL},
};
