/*
 * Records what an AI agent and a person did, finds it again, and proves that nothing was changed since.
 *
 *     cc -std=c99 record_and_verify.c $(pkg-config --cflags --libs sealbook) -o record_and_verify
 *     ./record_and_verify FOLDER
 */
#include <inttypes.h>
#include <sealbook.h>
#include <stdio.h>
#include <string.h>

/* Says what went wrong and releases the error. */
static int failed(const char *doing, sealbook_error *error) {
    fprintf(stderr, "cannot %s: %s (%s)\n", doing, sealbook_error_message(error), sealbook_error_code(error));
    sealbook_error_free(error);
    return 1;
}

/* Records one entry and prints it. */
static int record(sealbook_ledger *ledger, const char *kind, const char *payload) {
    sealbook_error *error = NULL;
    char *entry = NULL;

    /* The entry is on the disk when this returns. */
    if (sealbook_ledger_record(ledger, kind, payload, strlen(payload), NULL, &entry, &error) != SEALBOOK_OK)
        return failed("record", error);
    printf("recorded %s\n", entry);
    sealbook_string_free(entry);
    return 0;
}

/* Prints the newest reviews. */
static int show_reviews(sealbook_ledger *ledger) {
    sealbook_error *error = NULL;
    char *page = NULL;

    if (sealbook_ledger_query(ledger, "{\"kind\": \"human_review\", \"limit\": 10}", &page, &error) != SEALBOOK_OK)
        return failed("query", error);
    printf("reviews  %s\n", page);
    sealbook_string_free(page);
    return 0;
}

/* Verifies the ledger on a thread of the library's own, and says how far it has come. */
static int verify(sealbook_ledger *ledger) {
    sealbook_error *error = NULL;
    sealbook_job *job = NULL;
    char *report = NULL;
    int intact;

    if (sealbook_ledger_verify_start(ledger, NULL, &job, &error) != SEALBOOK_OK)
        return failed("start to verify", error);
    while (report == NULL) {
        uint64_t done = 0, total = 0;
        if (sealbook_job_wait(job, 100, &report, &error) != SEALBOOK_OK) {
            sealbook_job_free(job);
            return failed("verify", error);
        }
        sealbook_job_progress(job, &done, &total, NULL);
        printf("verified %" PRIu64 " of %" PRIu64 " entries\n", done, total);
    }
    sealbook_job_free(job);

    printf("report   %s\n", report);
    intact = strstr(report, "\"verdict\":\"intact\"") != NULL;
    sealbook_string_free(report);
    return intact ? 0 : 1;
}

int main(int argc, char **argv) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    int result;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    if (sealbook_ledger_open(argv[1], "{\"create\": true}", &ledger, &error) != SEALBOOK_OK)
        return failed("open the ledger", error);

    result = record(ledger, "ai_assistance",
                    "{\"actor\": {\"type\": \"ai\", \"id\": \"agent-7\", \"model\": \"m-2\"},"
                    " \"action\": {\"type\": \"edit\"},"
                    " \"files\": [{\"path\": \"src/main.c\", \"change\": \"modified\"}]}");
    if (result == 0)
        result = record(ledger, "human_review",
                        "{\"actor\": {\"type\": \"human\", \"id\": \"ana\"}, \"action\": {\"type\": \"approve\"}}");
    if (result == 0)
        result = show_reviews(ledger);
    if (result == 0)
        result = verify(ledger);

    sealbook_ledger_free(ledger);
    return result;
}
