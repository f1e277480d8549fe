/*
 * Explains a commit, and writes a report about its repository.
 *
 *     cc -std=c99 why.c $(pkg-config --cflags --libs sealbook) -o why
 *     ./why REPOSITORY COMMIT REPORT.html
 */
#include <inttypes.h>
#include <sealbook.h>
#include <stdio.h>

/* Says what went wrong and releases the error. */
static int failed(const char *doing, sealbook_error *error) {
    fprintf(stderr, "cannot %s: %s (%s)\n", doing, sealbook_error_message(error), sealbook_error_code(error));
    sealbook_error_free(error);
    return 1;
}

/* Prints the verdict about a commit with the evidence for it. */
static int explain(const char *repository, const char *commit) {
    sealbook_error *error = NULL;
    char *explanation = NULL;

    if (sealbook_why(repository, commit, "{\"target\": \"commit\"}", &explanation, &error) != SEALBOOK_OK)
        return failed("explain", error);
    printf("%s\n", explanation);
    sealbook_string_free(explanation);
    return 0;
}

/* Makes the report on a thread of the library's own, and says how far it has come. */
static int report(const char *repository, const char *file) {
    sealbook_error *error = NULL;
    sealbook_job *job = NULL;
    char *page = NULL;
    FILE *out;
    int good;

    if (sealbook_report_start(repository, "{\"people\": \"hashed\"}", &job, &error) != SEALBOOK_OK)
        return failed("start the report", error);
    while (page == NULL) {
        uint64_t done = 0, total = 0;
        if (sealbook_job_wait(job, 100, &page, &error) != SEALBOOK_OK) {
            sealbook_job_free(job);
            return failed("report", error);
        }
        sealbook_job_progress(job, &done, &total, NULL);
        printf("read %" PRIu64 " of %" PRIu64 "\n", done, total);
    }
    sealbook_job_free(job);

    out = fopen(file, "w");
    good = out != NULL && fputs(page, out) >= 0;
    if (out != NULL && fclose(out) != 0)
        good = 0;
    sealbook_string_free(page);
    if (!good)
        perror(file);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: %s REPOSITORY COMMIT REPORT.html\n", argv[0]);
        return 2;
    }
    return explain(argv[1], argv[2]) || report(argv[1], argv[3]);
}
