/* One thread, one ledger: from opening to closing. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID "019aafdc-5d6b-7fff-bfff-ffffffffffff"

static uint32_t record(sealbook_ledger *ledger, const char *kind, const char *text, const char *id, char **entry,
                       sealbook_error **error) {
    return sealbook_ledger_record(ledger, kind, text, strlen(text), id, entry, error);
}

static void the_library_is_of_the_headers_version(void) {
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", SEALBOOK_VERSION_MAJOR, SEALBOOK_VERSION_MINOR, SEALBOOK_VERSION_PATCH);
    CHECK(strcmp(sealbook_version(), SEALBOOK_VERSION) == 0);
    CHECK(strcmp(sealbook_version(), version) == 0);
}

static void what_was_recorded_is_found_after_reopening(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *folder = scratch("reopened"), *entry = NULL, *again = NULL, *path = NULL, *origin = NULL;
    CHECK_CODE(SEALBOOK_OK,
               sealbook_ledger_open(folder, "{\"create\":true,\"origin\":\"example.org/c\"}", &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, record(ledger, "human_review", "{ \"spec\": \"F-1\" }", NULL, &entry, &error));
    CHECK(has(entry, "{\"seq\":1,\"id\":\""));
    CHECK(has(entry, "\"kind\":\"human_review\"") && has(entry, "\"payload\":{\"spec\":\"F-1\"}}"));
    sealbook_ledger_free(ledger);

    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_get(ledger, "1", &again, &error));
    CHECK(again != NULL && strcmp(entry, again) == 0);
    CHECK(size_of(ledger) == 2);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_path(ledger, &path, &error));
    CHECK(has(path, "/reopened/.sealbook/ledger.db"));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_origin(ledger, &origin, &error));
    CHECK(origin != NULL && strcmp(origin, "example.org/c") == 0);
    CHECK(is_intact(ledger));
    sealbook_ledger_free(ledger);
    sealbook_string_free(origin);
    sealbook_string_free(path);
    sealbook_string_free(again);
    sealbook_string_free(entry);
    free(folder);
}

static void a_ledger_is_made_once_and_refused_where_there_is_none(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL, *untouched = (sealbook_ledger *)&error;
    char *folder = scratch("made"), *nowhere = scratch("nowhere");
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_init(folder, NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_LEDGER_EXISTS, sealbook_ledger_init(folder, NULL, &untouched, &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_ledger_open(nowhere, NULL, &untouched, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_ledger_open(folder, "{\"creat\":true}", &untouched, &error));
    CHECK_CODE(SEALBOOK_ORIGIN_MISMATCH,
               sealbook_ledger_open(folder, "{\"origin\":\"example.org/other\"}", &untouched, &error));
    CHECK(untouched == (sealbook_ledger *)&error); /* outputs are written on success only */
    sealbook_ledger_free(ledger);
    free(nowhere);
    free(folder);
}

static void the_same_id_records_once(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *first = NULL, *second = NULL, *found = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, record(ledger, "custom.x", "{\"a\":1}", ID, &first, &error));
    CHECK_CODE(SEALBOOK_OK, record(ledger, "custom.x", "{ \"a\": 1.0 }", ID, &second, &error));
    CHECK(first != NULL && second != NULL && strcmp(first, second) == 0);
    CHECK_CODE(SEALBOOK_ID_CONFLICT, record(ledger, "custom.x", "{\"a\":2}", ID, &found, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_get(ledger, ID, &found, &error));
    CHECK(found != NULL && strcmp(first, found) == 0);
    CHECK(size_of(ledger) == 2);
    sealbook_string_free(found);
    sealbook_string_free(second);
    sealbook_string_free(first);
    sealbook_ledger_free(ledger);
}

static void a_payload_ends_where_its_length_says(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *entry = NULL;
    const char unended[] = {'{', '}', 'x'};
    const char with_nul[] = "{\"a\":\"\0\"}";
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_record(ledger, "custom.x", unended, 2, NULL, &entry, &error));
    CHECK(has(entry, "\"payload\":{}}"));
    sealbook_string_free(entry);
    entry = NULL;
    CHECK_CODE(SEALBOOK_PAYLOAD_NOT_JSON,
               sealbook_ledger_record(ledger, "custom.x", with_nul, sizeof with_nul - 1, NULL, &entry, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT,
               sealbook_ledger_record(ledger, "custom.x", unended, SIZE_MAX, NULL, &entry, &error));
    CHECK(entry == NULL && size_of(ledger) == 2);
    sealbook_ledger_free(ledger);
}

static void texts_that_are_not_utf8_are_refused(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL, *other = NULL;
    char *out = NULL;
    const char bad[] = "\xff";
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_INVALID_KIND, record(ledger, bad, "{}", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ID, record(ledger, "custom.x", "{}", bad, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ID, sealbook_ledger_get(ledger, bad, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_QUERY, sealbook_ledger_query(ledger, bad, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_ledger_verify(ledger, bad, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_ledger_in_memory(bad, &other, &error));
    CHECK_CODE(SEALBOOK_PAYLOAD_NOT_UTF8, sealbook_ledger_record_many(ledger, bad, 1, &out, &error));
    CHECK_CODE(SEALBOOK_PAYLOAD_NOT_UTF8, sealbook_canonicalize(bad, 1, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_ledger_open(bad, NULL, &other, &error));
    CHECK(out == NULL && other == NULL && size_of(ledger) == 1);
    sealbook_ledger_free(ledger);
}

static void many_are_recorded_together_or_not_at_all(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *entries = NULL;
    const char good[] = "[{\"kind\":\"custom.a\",\"payload\":{\"n\":1}},{\"kind\":\"custom.b\",\"payload\":{\"n\":2}}]";
    const char bad[] = "[{\"kind\":\"custom.a\",\"payload\":{\"n\":3}},{\"kind\":\"sys.key\",\"payload\":{}}]";
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_record_many(ledger, good, strlen(good), &entries, &error));
    CHECK(has(entries, "[{\"seq\":1,") && has(entries, "},{\"seq\":2,"));
    sealbook_string_free(entries);
    entries = NULL;
    CHECK(sealbook_ledger_record_many(ledger, bad, strlen(bad), &entries, &error) == SEALBOOK_RESERVED_KIND);
    CHECK(has(sealbook_error_json(error), "\"record\":\"1\"")); /* which one */
    sealbook_error_free(error);
    CHECK(entries == NULL && size_of(ledger) == 3);
    sealbook_ledger_free(ledger);
}

static void pages_follow_each_other(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *page = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    for (unsigned n = 0; n < 5; n++)
        record_number(ledger, n);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_query(ledger, "{\"kind\":\"custom.*\",\"limit\":2}", &page, &error));
    CHECK(has(page, "{\"entries\":[{\"seq\":5,") && has(page, "},{\"seq\":4,") && has(page, "],\"next\":\"n4\"}"));
    sealbook_string_free(page);
    CHECK_CODE(SEALBOOK_OK,
               sealbook_ledger_query(ledger, "{\"kind\":\"custom.*\",\"limit\":9,\"cursor\":\"n4\"}", &page, &error));
    CHECK(has(page, "{\"entries\":[{\"seq\":3,") && has(page, "],\"next\":null}"));
    sealbook_string_free(page);
    page = NULL;
    CHECK_CODE(SEALBOOK_INVALID_QUERY, sealbook_ledger_query(ledger, "{\"limit\":0}", &page, &error));
    CHECK_CODE(SEALBOOK_INVALID_QUERY, sealbook_ledger_query(ledger, "{\"order\":\"random\"}", &page, &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_ledger_get(ledger, "6", &page, &error));
    CHECK(page == NULL);
    sealbook_ledger_free(ledger);
}

static void an_export_verifies_and_is_imported_once(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *from = NULL, *to = NULL;
    char *file = scratch("export.jsonl"), *absent = scratch("no/such/folder.jsonl"), *report = NULL, *imported = NULL;
    uint64_t entries = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory("{\"origin\":\"example.org/from\"}", &from, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &to, &error));
    record_number(from, 1);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_export(from, file, &entries, &error));
    CHECK(entries == 2);
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_ledger_export(from, absent, &entries, &error));
    CHECK_CODE(SEALBOOK_OK,
               sealbook_verify_export(file, "{\"origin\":\"example.org/from\",\"size\":2}", &report, &error));
    CHECK(has(report, "\"schema\":\"sealbook/verify/1\"") && has(report, "\"verdict\":\"intact\""));
    sealbook_string_free(report);
    report = NULL;
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_verify_export(file, "{\"root\":\"00\"}", &report, &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_verify_export(absent, NULL, &report, &error));
    CHECK(report == NULL);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_import(to, file, &imported, &error));
    CHECK(imported != NULL && strcmp(imported, "{\"entries\":2,\"recorded\":2}") == 0);
    sealbook_string_free(imported);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_import(to, file, &imported, &error));
    CHECK(imported != NULL && strcmp(imported, "{\"entries\":2,\"recorded\":0}") == 0);
    sealbook_string_free(imported);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_reindex(to, &error));
    CHECK(is_intact(to));
    sealbook_ledger_free(to);
    sealbook_ledger_free(from);
    free(absent);
    free(file);
}

static void a_tampered_export_is_reported_and_not_imported(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *report = NULL, *file = project_file("tests/vectors/ledger/header-edited-seq.jsonl");
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_verify_export(file, NULL, &report, &error)); /* damage is no error */
    CHECK(has(report, "\"verdict\":\"tampered\""));
    sealbook_string_free(report);
    report = NULL;
    CHECK_CODE(SEALBOOK_INVALID_EXPORT, sealbook_ledger_import(ledger, file, &report, &error));
    CHECK(report == NULL && size_of(ledger) == 1);
    sealbook_ledger_free(ledger);
    free(file);
}

static void a_scan_counts_commits_and_records_them_once(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *report = NULL, *elsewhere = scratch("");
    CHECK_CODE(SEALBOOK_OK, sealbook_scan(repository, NULL, &report, &error));
    CHECK(has(report, "\"schema\":\"sealbook/scan/1\"") && has(report, "\"commits\":{\"total\":2,\"ai\":1,"));
    CHECK(!has(report, "\"recorded\""));
    sealbook_string_free(report);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_scan(ledger, repository, NULL, &report, &error));
    CHECK(!has(report, "\"recorded\"") && size_of(ledger) == 1); /* asked for explicitly, or not at all */
    sealbook_string_free(report);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_scan(ledger, repository, "{\"revision\":\"HEAD\",\"record\":true}", &report, &error));
    CHECK(has(report, "\"recorded\":2"));
    sealbook_string_free(report);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_scan(ledger, repository, "{\"record\":true}", &report, &error));
    CHECK(has(report, "\"recorded\":0"));
    sealbook_string_free(report);
    report = NULL;
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_scan(repository, "{\"revision\":\"no-such\"}", &report, &error));
    CHECK_CODE(SEALBOOK_NOT_A_REPOSITORY, sealbook_scan(elsewhere, NULL, &report, &error));
    CHECK(report == NULL && size_of(ledger) == 3);
    sealbook_ledger_free(ledger);
    free(elsewhere);
}

static void a_closed_ledger_refuses_every_call(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *out = NULL;
    uint64_t number = 77;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_close(ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_close(ledger, &error));
    CHECK_CODE(SEALBOOK_CLOSED, record(ledger, "custom.x", "{}", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_get(ledger, "0", &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_query(ledger, NULL, &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_verify(ledger, NULL, &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_reindex(ledger, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_origin(ledger, &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_path(ledger, &out, &error));
    CHECK_CODE(SEALBOOK_CLOSED, sealbook_ledger_size(ledger, &number, &error));
    CHECK(out == NULL && number == 77);
    sealbook_ledger_free(ledger);
}

static void an_error_says_what_was_wrong(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *out = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK(record(ledger, "Review", "{}", NULL, &out, &error) == SEALBOOK_INVALID_KIND);
    CHECK(strcmp(sealbook_error_code(error), "INVALID_KIND") == 0);
    CHECK(sealbook_error_number(error) == SEALBOOK_INVALID_KIND);
    CHECK(has(sealbook_error_message(error), "Review"));
    CHECK(!sealbook_error_is_retryable(error));
    CHECK(has(sealbook_error_json(error), "\"class\":\"InvalidKindError\"") && has(sealbook_error_json(error), "\"context\":{"));
    sealbook_error_free(error);
    error = (sealbook_error *)ledger; /* what is there is written over, on success too, and never released */
    CHECK(sealbook_ledger_get(ledger, "0", &out, &error) == SEALBOOK_OK && error == NULL);
    sealbook_string_free(out);
    CHECK(record(ledger, "Review", "{}", NULL, &out, NULL) == SEALBOOK_INVALID_KIND); /* no interest in the error */
    sealbook_ledger_free(ledger);
}

const struct test ledger_tests[] = {
    {"the_library_is_of_the_headers_version", the_library_is_of_the_headers_version},
    {"what_was_recorded_is_found_after_reopening", what_was_recorded_is_found_after_reopening},
    {"a_ledger_is_made_once_and_refused_where_there_is_none", a_ledger_is_made_once_and_refused_where_there_is_none},
    {"the_same_id_records_once", the_same_id_records_once},
    {"a_payload_ends_where_its_length_says", a_payload_ends_where_its_length_says},
    {"texts_that_are_not_utf8_are_refused", texts_that_are_not_utf8_are_refused},
    {"many_are_recorded_together_or_not_at_all", many_are_recorded_together_or_not_at_all},
    {"pages_follow_each_other", pages_follow_each_other},
    {"an_export_verifies_and_is_imported_once", an_export_verifies_and_is_imported_once},
    {"a_tampered_export_is_reported_and_not_imported", a_tampered_export_is_reported_and_not_imported},
    {"a_scan_counts_commits_and_records_them_once", a_scan_counts_commits_and_records_them_once},
    {"a_closed_ledger_refuses_every_call", a_closed_ledger_refuses_every_call},
    {"an_error_says_what_was_wrong", an_error_says_what_was_wrong},
    {NULL, NULL},
};
