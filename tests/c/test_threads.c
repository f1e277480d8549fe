/* One ledger, many threads. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define EACH 25

/* The checks count without a lock, so that threads only keep what they saw. */
struct writer {
    pthread_t thread;
    sealbook_ledger *ledger;
    unsigned failed;
};

static void *write_entries(void *argument) {
    struct writer *writer = argument;
    for (unsigned n = 0; n < EACH; n++) {
        char text[PAYLOAD_SIZE], *entry = NULL;
        payload(text, n);
        writer->failed +=
            sealbook_ledger_record(writer->ledger, "custom.test", text, strlen(text), NULL, &entry, NULL) != SEALBOOK_OK;
        sealbook_string_free(entry);
    }
    return NULL;
}

static void eight_threads_record_at_once(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    struct writer writers[THREADS];
    char *folder = scratch("threads");
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, "{\"create\":true}", &ledger, &error));
    for (size_t n = 0; n < THREADS; n++) {
        writers[n].ledger = ledger;
        writers[n].failed = 0;
        CHECK(pthread_create(&writers[n].thread, NULL, write_entries, &writers[n]) == 0);
    }
    for (size_t n = 0; n < THREADS; n++) {
        CHECK(pthread_join(writers[n].thread, NULL) == 0);
        CHECK(writers[n].failed == 0);
    }
    CHECK(size_of(ledger) == 1 + THREADS * EACH);
    CHECK(is_intact(ledger));
    sealbook_ledger_free(ledger);
    free(folder);
}

static void *write_until_closed(void *argument) {
    struct writer *writer = argument;
    uint32_t code = SEALBOOK_OK;
    while (code == SEALBOOK_OK) {
        char *entry = NULL;
        code = sealbook_ledger_record(writer->ledger, "custom.test", "{}", 2, NULL, &entry, NULL);
        sealbook_string_free(entry);
    }
    writer->failed = code != SEALBOOK_CLOSED;
    return NULL;
}

static void closing_ends_the_work_of_other_threads(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    struct writer writers[THREADS];
    char *folder = scratch("closing");
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, "{\"create\":true}", &ledger, &error));
    for (size_t n = 0; n < THREADS; n++) {
        writers[n].ledger = ledger;
        writers[n].failed = 0;
        CHECK(pthread_create(&writers[n].thread, NULL, write_until_closed, &writers[n]) == 0);
    }
    while (size_of(ledger) < 1 + THREADS)
        ;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_close(ledger, &error));
    for (size_t n = 0; n < THREADS; n++) {
        CHECK(pthread_join(writers[n].thread, NULL) == 0);
        CHECK(writers[n].failed == 0);
    }
    sealbook_ledger_free(ledger);
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, NULL, &ledger, &error));
    CHECK(is_intact(ledger));
    sealbook_ledger_free(ledger);
    free(folder);
}

const struct test thread_tests[] = {
    {"eight_threads_record_at_once", eight_threads_record_at_once},
    {"closing_ends_the_work_of_other_threads", closing_ends_the_work_of_other_threads},
    {NULL, NULL},
};
