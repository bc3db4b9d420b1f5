/* SPDX-License-Identifier: Apache-2.0
 *
 * Other programs judge our certificates: `openssl verify` and GnuTLS `certtool --verify`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static void write_pem(const char *folder, const char *name, const struct der *const *certs,
                      size_t count)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++) {
        uint8_t text[4096];
        struct prov_buf buf = PROV_BUF_OF(text);
        assert_int_equal(prov_pki_pem_encode("CERTIFICATE", der_bytes(certs[i]), &buf), PROV_OK);
        assert_int_equal(fwrite(text, 1, buf.len, file), buf.len);
    }
    assert_int_equal(fclose(file), 0);
}

/* What the command prints, and its exit status. */
static int run(const char *command, char *out, size_t cap)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(out, 1, cap - 1, pipe);
    out[len] = '\0';
    return pclose(pipe);
}

/* The numbers of all "error N at" in the text are `only`, and there is one. */
static void assert_only_error(const char *text, int only)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, "error ")) != NULL; at++) {
        int number = 0;
        if (sscanf(at, "error %d at", &number) == 1) {
            assert_int_equal(number, only);
            count++;
        }
    }
    assert_true(count >= 1);
}

struct folder {
    char path[40];
};

static struct folder chain_files(struct works *works, int64_t now)
{
    struct folder folder = {"/tmp/prov-pki-XXXXXX"};
    struct prov_pki_key key;
    assert_non_null(mkdtemp(folder.path));
    struct der bootstrap =
        device_cert(works, 1, PROV_USE_BOOTSTRAP, now - DAY, PROV_TIME_NEVER, &key);
    struct der operational =
        device_cert(works, 2, PROV_USE_OPERATIONAL, now - DAY, now + 90 * DAY, &key);
    struct der server = server_cert(works, "enroll.example.com", now - DAY, &key);
    const struct der *leaves[] = {&bootstrap, &operational, &server};
    static const char *const names[] = {"bootstrap", "operational", "server"};
    const struct der *root_only[] = {&works->root}, *issuing_only[] = {&works->issuing};
    write_pem(folder.path, "root.pem", root_only, 1);
    write_pem(folder.path, "issuing.pem", issuing_only, 1);
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        const struct der *whole[] = {leaves[i], &works->issuing};
        (void)snprintf(name, sizeof name, "%s.pem", names[i]);
        write_pem(folder.path, name, leaves + i, 1);
        (void)snprintf(name, sizeof name, "%s-chain.pem", names[i]);
        write_pem(folder.path, name, whole, 2);
    }
    return folder;
}

static void folder_remove(const struct folder *folder)
{
    char command[128];
    char out[16];
    (void)snprintf(command, sizeof command, "rm -r '%s'", folder->path);
    (void)run(command, out, sizeof out);
}

static const char *const leaf_names[] = {"bootstrap", "operational", "server"};

static void h30_openssl_verify_passes(void **state)
{
    struct folder folder = chain_files(*state, TEST_NOW);
    static const char *const purposes[] = {"sslclient", "sslclient", "sslserver"};
    for (size_t i = 0; i < 3; i++) {
        char command[512], out[2048];
        (void)snprintf(
            command, sizeof command,
            "cd %s && openssl verify -attime %lld -purpose %s -CAfile root.pem -untrusted "
            "issuing.pem %s.pem 2>&1",
            folder.path, (long long)TEST_NOW, purposes[i], leaf_names[i]);
        assert_int_equal(run(command, out, sizeof out), 0);
        assert_non_null(strstr(out, ": OK"));
    }
    folder_remove(&folder);
}

static void h30_strict_verify_finds_error_85_alone(void **state)
{
    struct folder folder = chain_files(*state, TEST_NOW);
    for (size_t i = 0; i < 3; i++) {
        char command[512], out[2048];
        (void)snprintf(
            command, sizeof command,
            "cd %s && openssl verify -x509_strict -attime %lld -CAfile root.pem -untrusted "
            "issuing.pem %s.pem 2>&1",
            folder.path, (long long)TEST_NOW, leaf_names[i]);
        assert_int_not_equal(run(command, out, sizeof out), 0);
        assert_only_error(out, 85);
    }
    folder_remove(&folder);
}

static void h30_cas_pass_strict_verify(void **state)
{
    struct folder folder = chain_files(*state, TEST_NOW);
    char command[512], out[2048];
    (void)snprintf(
        command, sizeof command,
        "cd %s && openssl verify -x509_strict -attime %lld -CAfile root.pem issuing.pem root.pem "
        "2>&1",
        folder.path, (long long)TEST_NOW);
    assert_int_equal(run(command, out, sizeof out), 0);
    folder_remove(&folder);
}

/* Without a word of an error; for a server without a subject too, whose name is critical. */
static void h30_tls13_iot_passes_strict_verify(void **state)
{
    struct works *works = *state;
    works->profile = &prov_cert_profile_tls13_iot;
    struct folder folder = chain_files(works, TEST_NOW);
    static const char *const purposes[] = {"sslclient", "sslclient", "sslserver"};
    for (size_t i = 0; i < 3; i++) {
        char command[512], out[2048], expected[64];
        (void)snprintf(command, sizeof command,
                       "cd %s && openssl verify -x509_strict -attime %lld -purpose %s -CAfile "
                       "root.pem -untrusted issuing.pem %s.pem 2>&1",
                       folder.path, (long long)TEST_NOW, purposes[i], leaf_names[i]);
        (void)snprintf(expected, sizeof expected, "%s.pem: OK\n", leaf_names[i]);
        assert_int_equal(run(command, out, sizeof out), 0);
        assert_string_equal(out, expected);
    }
    folder_remove(&folder);
}

/* certtool has no option for the time, so these certificates are of the day the test runs. */
static void certtool_verify(struct works *works)
{
    struct folder folder = chain_files(works, (int64_t)time(NULL));
    for (size_t i = 0; i < 3; i++) {
        char command[512], out[4096];
        (void)snprintf(
            command, sizeof command,
            "cd %s && certtool --verify --load-ca-certificate root.pem --infile %s-chain.pem 2>&1",
            folder.path, leaf_names[i]);
        int status = run(command, out, sizeof out);
        if (status != 0 || strstr(out, "Chain verification output: Verified.") == NULL)
            fail_msg("%s: %s", command, out);
    }
    folder_remove(&folder);
}

static void certtool_verify_passes(void **state)
{
    certtool_verify(*state);
}

static void certtool_verify_passes_tls13_iot(void **state)
{
    struct works *works = *state;
    works->profile = &prov_cert_profile_tls13_iot;
    certtool_verify(works);
}

int main(void)
{
    char out[64];
    if (run("command -v openssl >/dev/null && command -v certtool >/dev/null", out, sizeof out) !=
        0) {
        (void)puts("skipped: openssl or certtool is not installed");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h30_openssl_verify_passes, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(h30_strict_verify_finds_error_85_alone, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(h30_cas_pass_strict_verify, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(h30_tls13_iot_passes_strict_verify, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(certtool_verify_passes, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(certtool_verify_passes_tls13_iot, works_setup,
                                        works_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
