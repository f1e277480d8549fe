/* The vectors that every language runs, as vectors.py has prepared them. Reports are written to a file, which vectors.py judges. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file with a NUL behind it. To be freed. */
static char *content(const char *path) {
    FILE *file = fopen(path, "rb");
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    if (file == NULL || text == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    while (!feof(file) && !ferror(file)) {
        size += fread(text + size, 1, room - size - 1, file);
        if (size == room - 1 && (text = realloc(text, room *= 2)) == NULL)
            abort();
    }
    fclose(file);
    text[size] = '\0';
    return text;
}

/* Reads hexadecimal digits where they stand; returns how many bytes there are. A NUL is put behind them. */
static size_t unhex(char *text) {
    size_t size = strlen(text) / 2;
    for (size_t n = 0; n < size; n++) {
        const char pair[] = {text[2 * n], text[2 * n + 1], '\0'};
        text[n] = (char)strtoul(pair, NULL, 16);
    }
    text[size] = '\0';
    return size;
}

static void the_numbers_are_those_of_the_table(void) {
    unsigned rows = 0;
#define ROW(name, number)                                                                                              \
    CHECK(SEALBOOK_##name == number);                                                                                  \
    rows++;
#include "errors.inc"
#undef ROW
    CHECK(rows > 30);
}

static void the_table_is_the_exported_one(void) {
    sealbook_error *error = NULL;
    char *table = NULL, *file = project_file("tests/vectors/errors.json"), *text = content(file);
    CHECK_CODE(SEALBOOK_OK, sealbook_error_table(&table, &error));
    CHECK(table != NULL && strcmp(table, text) == 0);
    sealbook_string_free(table);
    free(text);
    free(file);
}

static void bad_input_is_refused_with_its_code(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    char *path = scratch("vectors/bad_input.txt"), *text = content(path), *lines = NULL;
    unsigned cases = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    for (char *line = strtok_r(text, "\n", &lines); line != NULL; line = strtok_r(NULL, "\n", &lines)) {
        char *fields[6], *entry = NULL;
        size_t size;
        uint32_t code;
        for (int n = 0; n < 6; n++) {
            fields[n] = line;
            if (n < 5 && (line = strchr(line, '\t')) != NULL)
                *line++ = '\0';
        }
        unhex(fields[3]);
        if (strcmp(fields[4], "-") != 0)
            unhex(fields[4]);
        size = unhex(fields[5]);
        code = sealbook_ledger_record(ledger, fields[3], fields[5], size, strcmp(fields[4], "-") == 0 ? NULL : fields[4],
                                      &entry, &error);
        if (!CHECK(code == strtoul(fields[0], NULL, 10) && error != NULL) || !CHECK(strcmp(sealbook_error_code(error), fields[1]) == 0))
            fprintf(stderr, "  case %s: %u %s\n", fields[2], (unsigned)code, sealbook_error_message(error));
        CHECK(entry == NULL);
        sealbook_error_free(error);
        error = NULL;
        cases++;
    }
    CHECK(cases > 25 && size_of(ledger) == 1);
    sealbook_ledger_free(ledger);
    free(text);
    free(path);
}

static void every_exemplar_gets_a_report(void) {
    sealbook_error *error = NULL;
    char *path = scratch("vectors/cases.txt"), *text = content(path), *lines = NULL;
    char *out = scratch("vectors/reports.txt"), *folder = project_file("tests/vectors/ledger");
    FILE *reports = fopen(out, "w");
    unsigned cases = 0;
    CHECK(reports != NULL);
    for (char *line = strtok_r(text, "\n", &lines); line != NULL && reports != NULL; line = strtok_r(NULL, "\n", &lines)) {
        char file[4096], *expected = strchr(line, '\t'), *report = NULL;
        *expected++ = '\0';
        snprintf(file, sizeof file, "%s/%s", folder, line);
        CHECK_CODE(SEALBOOK_OK, sealbook_verify_export(file, expected, &report, &error));
        fprintf(reports, "%s\n", report ? report : "{}");
        sealbook_string_free(report);
        cases++;
    }
    CHECK(cases > 200);
    CHECK(reports != NULL && fclose(reports) == 0);
    free(folder);
    free(out);
    free(text);
    free(path);
}

const struct test vector_tests[] = {
    {"the_numbers_are_those_of_the_table", the_numbers_are_those_of_the_table},
    {"the_table_is_the_exported_one", the_table_is_the_exported_one},
    {"bad_input_is_refused_with_its_code", bad_input_is_refused_with_its_code},
    {"every_exemplar_gets_a_report", every_exemplar_gets_a_report},
    {NULL, NULL},
};
