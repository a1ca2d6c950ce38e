// SPDX-License-Identifier: GPL-2.0
/* Databases that are old, new, foreign, broken, or may only be read; passwords and their wait. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shop.h"
#include "../../tools/ovctl/store/db.h"

static int stocked_setup(void **state)
{
	struct shop *shop = shop_new();

	shop_stock(shop);
	*state = shop;
	return 0;
}

static int stocked_teardown(void **state)
{
	ovctl_store_use_clock(NULL);
	return shop_teardown(state);
}

/* Everything of a store that is not a log or its index. */
static char *file_bytes(struct shop *shop, const char *name, size_t *len)
{
	char path[512];
	char *bytes;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", shop->dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	bytes = malloc(1 << 20);
	assert_non_null(bytes);
	*len = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

/* A command that is refused with a sentence, and leaves the file as it is, byte for byte. */
#define assert_untouched(shop, name, line, sentence) do {				\
	size_t before_len_, after_len_;							\
	char *before_ = file_bytes(shop, name, &before_len_);				\
	char *after_;									\
	shop_refuses(shop, line, sentence);						\
	after_ = file_bytes(shop, name, &after_len_);					\
	assert_int_equal(before_len_, after_len_);					\
	assert_memory_equal(before_, after_, before_len_);				\
	free(before_);									\
	free(after_);									\
} while (0)

static void put_file(struct shop *shop, const char *name, const char *bytes, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", shop->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(bytes, 1, len, f);
	assert_int_equal(fclose(f), 0);
}

static void test_modes(void **state)
{
	static const char *const names[] = {
		"provider.db", "database_1.db", "lock", "login.lock",
	};
	struct shop *shop = *state;
	char path[512];
	struct stat st;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", shop->dir, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_int_equal(chmod(shop->dir, 0722), 0);
	assert_int_equal(shop_run(shop, "show 1"), OVCTL_FAILED);
	assert_non_null(strstr(bench_err(shop->bench), "ovctl: others may write into the store "));
	assert_int_equal(chmod(shop->dir, 0700), 0);
	/* One that is made is nobody else's. */
	snprintf(path, sizeof(path), "host show --store %s/new", shop->dir);
	assert_int_equal(shop_run(shop, path), OVCTL_FAILED);
	snprintf(path, sizeof(path), "provider passwd --store %s/new", shop->dir);
	shop_does(shop, path);
	snprintf(path, sizeof(path), "%s/new", shop->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	snprintf(path, sizeof(path), "rm -r %s/new", shop->dir);
	assert_int_equal(system(path), 0);
}

static void test_newer(void **state)
{
	struct shop *shop = *state;

	shop_sql(shop, "database_1.db", "UPDATE meta SET version = 4");
	assert_untouched(shop, "database_1.db", "show 1",
			 "database_1.db is of version 4, and this ovctl knows versions up to 3: a newer ovctl is needed");
	shop_sql(shop, "provider.db", "UPDATE meta SET version = 7");
	assert_untouched(shop, "provider.db", "show 1",
			 "provider.db is of version 7, and this ovctl knows versions up to 1: a newer ovctl is needed");
}

static void test_foreign(void **state)
{
	static const char text[] = "This is not a database, and longer than a header of one is. "
				   "It is here so that nothing is read from it nor written to it.";
	struct shop *shop = *state;

	put_file(shop, "database_1.db", text, sizeof(text));
	assert_untouched(shop, "database_1.db", "show 1",
			 "database_1.db is not a database of ovctl");
	put_file(shop, "database_1.db", "", 0);
	shop_sql(shop, "database_1.db", "CREATE TABLE cats (name TEXT)");
	assert_untouched(shop, "database_1.db", "show 1",
			 "database_1.db is not a database of ovctl");
	put_file(shop, "database_1.db", "", 0);
	assert_untouched(shop, "database_1.db", "show 1", "database_1.db is empty");
	shop_sql(shop, "provider.db", "PRAGMA application_id = 7");
	assert_untouched(shop, "provider.db", "show 1", "provider.db is not a database of ovctl");
}

/* One tenant's file in the place of another's, and one that nobody knows. */
static void test_mixed_up(void **state)
{
	struct shop *shop = *state;
	char from[512], to[512];

	shop_does(shop, "tenant add 2");
	snprintf(from, sizeof(from), "%s/database_1.db", shop->dir);
	snprintf(to, sizeof(to), "%s/database_2.db", shop->dir);
	assert_int_equal(rename(from, to), 0);
	shop_refuses(shop, "show 2",
		     "database_2.db is damaged (it is another tenant's): restore it from a copy");
	shop_refuses(shop, "show 1", "database_1.db cannot be opened: No such file or directory");
	assert_int_equal(rename(to, from), 0);
	shop_does(shop, "show 1");
	snprintf(to, sizeof(to), "%s/database_9.db", shop->dir);
	assert_int_equal(rename(from, to), 0);
	shop_refuses(shop, "tenant add 9",
		     "database_9.db is in the store, but provider.db knows no tenant 9: move one of the two away");
	assert_int_equal(access(to, F_OK), 0);
}

static void test_broken(void **state)
{
	struct shop *shop = *state;
	char *bytes;
	size_t len;

	bytes = file_bytes(shop, "database_1.db", &len);
	assert_true(len > 8192);
	memset(bytes + 4096, 0xa5, len - 4096);
	put_file(shop, "database_1.db", bytes, len);
	free(bytes);
	assert_int_equal(shop_run(shop, "show 1"), OVCTL_FAILED);
	assert_non_null(strstr(bench_err(shop->bench), "ovctl: database_1.db is damaged ("));
	/* The others' are not, and are not refused. */
	shop_does(shop, "tenant add 2");
	shop_does(shop, "show 2");
}

/* In a mount namespace of its own, where the store may be read only. Root would get around modes. */
static void test_read_only(void **state)
{
	struct shop *shop = *state;
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount(shop->dir, shop->dir, NULL, MS_BIND, NULL) ||
		    mount(NULL, shop->dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
			_exit(77);
		if (shop_run(shop, "tenant add 2") != OVCTL_FAILED)
			_exit(1);
		_exit(!strstr(bench_err(shop->bench), "ovctl: the store ") ||
		      !strstr(bench_err(shop->bench), " cannot be opened: Read-only file system\n"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77) {
		print_message("# no mount namespace here: read-only not tried\n");
		return;
	}
	assert_int_equal(status, 0);
}

static const char *const upgrade_steps[] = {
	"CREATE TABLE meta (kind TEXT, version INTEGER); INSERT INTO meta VALUES ('shelf', 1);"
	"CREATE TABLE things (id INTEGER PRIMARY KEY); INSERT INTO things VALUES (7);",
	"ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 3;",
	"CREATE TABLE more (id INTEGER); INSERT INTO more SELECT size FROM things;"
	"INSERT INTO nowhere VALUES (1);",
};

static int upgrade_open(struct shop *shop, unsigned int version, bool make, int64_t *size)
{
	const struct ovctl_schema schema = {
		.kind = "shelf", .steps = upgrade_steps, .count = version,
	};
	struct ovctl *ov = &shop->bench->ov;
	struct ovctl_db db;
	int ret;

	bench_reset(shop->bench);
	ret = ovctl_db_open(ov, &db, shop->dir, "shelf.db", &schema, NULL, make);
	if (ret)
		return ret;
	*size = 0;
	db.quiet = true;
	ovctl_db_number(ov, &db, size, "SELECT size FROM things WHERE id = 7", "");
	ovctl_db_close(&db);
	return OVCTL_DONE;
}

/* A step that fails takes back what it did, and the older version is there to be used. */
static void test_upgrade(void **state)
{
	struct shop *shop = *state;
	int64_t size;

	assert_int_equal(upgrade_open(shop, 1, true, &size), OVCTL_DONE);
	assert_int_equal(size, 0);
	assert_int_equal(upgrade_open(shop, 3, false, &size), OVCTL_FAILED);
	assert_says(shop->bench, "shelf.db: no such table: nowhere");
	assert_int_equal(upgrade_open(shop, 1, false, &size), OVCTL_DONE);
	assert_int_equal(size, 0);
	assert_int_equal(upgrade_open(shop, 2, false, &size), OVCTL_DONE);
	assert_int_equal(size, 3);
	assert_int_equal(upgrade_open(shop, 1, false, &size), OVCTL_FAILED);
	assert_says(shop->bench, "shelf.db is of version 2, and this ovctl knows versions up to 1: a newer ovctl is needed");
}

/* What the model refuses the schema refuses too, should the model fail to. */
static void test_constraints(void **state)
{
	static const char *const bad[] = {
		"INSERT INTO vpcs VALUES (0, 'hv1', '10.0.0.9', '')",
		"INSERT INTO vpcs VALUES (65536, 'hv1', '10.0.0.9', '')",
		"INSERT INTO vpcs SELECT 9, host, vtep, uplink FROM vpcs WHERE id = 1",
		"INSERT INTO links VALUES (2, 1)",
		"INSERT INTO links VALUES (1, 9)",
		"INSERT INTO presence VALUES (21, 9)",
		"INSERT INTO presence VALUES (9, 1)",
		"UPDATE subnets SET vni = 65535 WHERE id = 21",
		"UPDATE subnets SET vni = (SELECT vni FROM subnets WHERE id = 31) WHERE id = 21",
		"UPDATE subnets SET ha = 8 WHERE id = 21",
		"UPDATE subnets SET ha = 1 WHERE id = 31",
		"UPDATE subnets SET encap = 'stt' WHERE id = 31",
		"UPDATE subnets SET cidr4 = NULL, gw4 = NULL WHERE id = 21",
		"UPDATE vms SET vpc = 3 WHERE name = 'web1'",
		"UPDATE vms SET ip4 = '21.0.0.3' WHERE name = 'web1'",
		"UPDATE vms SET mac = (SELECT mac FROM vms WHERE name = 'web2') WHERE name = 'web1'",
		"UPDATE vms SET name = 'web2' WHERE name = 'web1'",
		"UPDATE vms SET kind = 'pid' WHERE name = 'web1'",
		"UPDATE vms SET seq = -1",
		"UPDATE vms SET seq = 'many'",
		"DELETE FROM subnets WHERE id = 21",
		"DELETE FROM vpcs WHERE id = 1",
		"UPDATE settings SET transport = 'pigeon'",
		"UPDATE settings SET transit_vni = 65536",
	};
	struct shop *shop = *state;
	struct ovctl *ov = &shop->bench->ov;
	struct ovctl_db db;
	unsigned int i;

	assert_int_equal(ovctl_db_open(ov, &db, shop->dir, "database_1.db", &ovctl_schema_tenant,
				       NULL, false), OVCTL_DONE);
	db.quiet = true;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ovctl_db_begin(ov, &db), OVCTL_DONE);
		if (ovctl_db_run(ov, &db, bad[i], "") == OVCTL_DONE &&
		    ovctl_db_commit(ov, &db) == OVCTL_DONE)
			fail_msg("taken: %s", bad[i]);
		ovctl_db_rollback(&db);
	}
	ovctl_db_close(&db);
}

/* What is asked of sqlite holds in every connection. */
static void test_settings(void **state)
{
	struct shop *shop = *state;
	struct ovctl *ov = &shop->bench->ov;
	struct ovctl_db db;
	int64_t value = 0;

	assert_int_equal(ovctl_db_open(ov, &db, shop->dir, "database_1.db", &ovctl_schema_tenant,
				       NULL, false), OVCTL_DONE);
	ovctl_db_number(ov, &db, &value, "PRAGMA synchronous", "");
	assert_int_equal(value, 2);
	ovctl_db_number(ov, &db, &value, "PRAGMA foreign_keys", "");
	assert_int_equal(value, 1);
	ovctl_db_number(ov, &db, &value, "PRAGMA busy_timeout", "");
	assert_int_equal(value, OVCTL_STORE_WAIT_MS);
	ovctl_db_number(ov, &db, &value,
			"SELECT journal_mode = 'wal' FROM pragma_journal_mode", "");
	assert_int_equal(value, 1);
	ovctl_db_close(&db);
}

static void test_adopt(void **state)
{
	struct shop *shop = *state;
	struct ovctl *ov = &shop->bench->ov;
	const struct ovctl_adoption list[] = {
		{ .tenant = 1, .vm = 1, .vpc = 2, .seq = 4 },	/* moved, and said so */
		{ .tenant = 1, .vm = 2, .vpc = 1, .seq = 1 },	/* moved by announcement */
		{ .tenant = 1, .vm = 3, .vpc = 1, .seq = 9 },	/* its subnet is not there */
		{ .tenant = 1, .vm = 9, .vpc = 1, .seq = 9 },	/* gone */
		{ .tenant = 8, .vm = 1, .vpc = 1, .seq = 9 },	/* gone */
	};
	const struct ovctl_adoption past = { .tenant = 1, .vm = 1, .vpc = 1, .seq = 3 };
	struct ovctl_store *store;
	struct ovctl_model model;

	bench_reset(shop->bench);
	assert_int_equal(ovctl_store_open(ov, &store, shop->dir, false), OVCTL_DONE);
	assert_int_equal(ovctl_store_adopt(ov, store, list, 5), OVCTL_DONE);
	assert_int_equal(ovctl_store_adopt(ov, store, &past, 1), OVCTL_DONE);
	assert_silent(shop->bench);
	ovctl_store_close(store);
	shop_load(shop, &model);
	assert_int_equal(model.tenants[0].vms[0].vpc, 2);
	assert_int_equal(model.tenants[0].vms[0].seq, 4);
	assert_string_equal(model.tenants[0].vms[0].netns, "ns1_t1-s21_vm");
	assert_int_equal(model.tenants[0].vms[1].vpc, 1);
	assert_int_equal(model.tenants[0].vms[1].seq, 1);
	assert_int_equal(model.tenants[0].vms[2].vpc, 3);
	assert_int_equal(model.tenants[0].vms[2].seq, 1);
	ovctl_model_free(&model);
}

/* A host of another machine's name is remote, as one that is marked so; one of no name is not. */
static void test_machines(void **state)
{
	struct shop *shop = *state;
	struct ovctl_model model;
	char line[128];
	char name[64];

	assert_int_equal(gethostname(name, sizeof(name)), 0);
	snprintf(line, sizeof(line), "host set hv1 --machine %s", name);
	shop_does(shop, line);
	shop_does(shop, "host set hv2 --machine somewhere-else");
	shop_load(shop, &model);
	assert_false(ovctl_model_host(&model, "hv1")->remote);
	assert_true(ovctl_model_host(&model, "hv2")->remote);
	ovctl_model_free(&model);
	/* What is stored stays what was said. */
	shop_does(shop, "host set hv2 --machine none");
	shop_does(shop, "host set hv1 --remote on");
	shop_load(shop, &model);
	assert_true(ovctl_model_host(&model, "hv1")->remote);
	assert_false(ovctl_model_host(&model, "hv2")->remote);
	ovctl_model_free(&model);
}

static int64_t clock_now;

static int64_t clock_read(void)
{
	return clock_now;
}

static void with_password(const char *password)
{
	setenv("OVCTL_PASSWORD", password, 1);
}

static void test_passwords(void **state)
{
	struct shop *shop = *state;

	with_password("two");
	shop_does(shop, "tenant add 2");
	shop_does(shop, "show 2");
	shop_refuses(shop, "show 1", "this is not the password of tenant 1");
	shop_refuses(shop, "host show", "this is not the password of the provider");
	shop_refuses(shop, "tenant show", "this is not the password of the provider");
	with_password("provider");
	shop_does(shop, "show 2");
	with_password("nonsense");
	/* A tenant that is not there is told in the same words. */
	shop_refuses(shop, "show 77", "this is not the password of tenant 77");
	with_password("provider");
	shop_refuses(shop, "show 77", "there is no tenant 77");
	with_password("two");
	setenv("OVCTL_NEW_PASSWORD", "deux", 1);
	shop_does(shop, "tenant passwd 2");
	shop_refuses(shop, "show 2", "this is not the password of tenant 2");
	with_password("deux");
	shop_does(shop, "show 2");
	with_password("");
	shop_refuses(shop, "show 2", "the password is empty");
	unsetenv("OVCTL_PASSWORD");
	unsetenv("OVCTL_NEW_PASSWORD");
}

static void test_password_file(void **state)
{
	struct shop *shop = *state;
	char line[256];

	put_file(shop, "secret", "provider\nand more\n", 18);
	unsetenv("OVCTL_PASSWORD");
	snprintf(line, sizeof(line), "show 1 --password-file %s/secret", shop->dir);
	shop_does(shop, line);
	snprintf(line, sizeof(line), "show 1 --password-file=%s/secret", shop->dir);
	shop_does(shop, line);
	shop_refuses(shop, "show 1 --password-file /no/such/file",
		     "/no/such/file: No such file or directory");
	/* What one command is given is not the next one's. */
	assert_null(shop->bench->ov.password_file);
}

/* Three are free; then each waits twice as long as the one before, up to a quarter of an hour. */
static void test_wait(void **state)
{
	static const unsigned int waits[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 };
	struct shop *shop = *state;
	char sentence[128];
	unsigned int i;

	with_password("one");
	shop_does(shop, "tenant add 2");
	ovctl_store_use_clock(clock_read);
	clock_now = 1000000;
	with_password("wrong");
	for (i = 0; i < 3; i++)
		shop_refuses(shop, "show 2", "this is not the password of tenant 2");
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		shop_refuses(shop, "show 2", "this is not the password of tenant 2");
		snprintf(sentence, sizeof(sentence),
			 "ovctl: too many wrong passwords: try again in %u s\n", waits[i]);
		assert_int_equal(shop_run(shop, "show 2"), OVCTL_FAILED);
		assert_string_equal(bench_err(shop->bench), sentence);
		/* Nor does the right one help, but for others it does. */
		clock_now += waits[i] * 1000 - 1;
		with_password("one");
		shop_refuses(shop, "show 2", "too many wrong passwords: try again in 1 s");
		with_password("provider");
		shop_does(shop, "show 1");
		with_password("wrong");
		clock_now++;
	}
	/* The right one at the right time begins anew. */
	clock_now += 1000000;
	with_password("one");
	shop_does(shop, "show 2");
	with_password("wrong");
	shop_refuses(shop, "show 2", "this is not the password of tenant 2");
	with_password("one");
	shop_does(shop, "show 2");
	/* A clock that was set back locks out for the wait at most. */
	with_password("wrong");
	for (i = 0; i < 4; i++)
		shop_refuses(shop, "show 2", "this is not the password of tenant 2");
	clock_now = 5;
	shop_refuses(shop, "show 2", "too many wrong passwords: try again in 1 s");
}

/* Stand before libsodium's own and tell how much is hashed: KiB of memory times passes. */
static uint64_t hashed;

int crypto_pwhash_str_verify(const char str[crypto_pwhash_STRBYTES], const char *passwd,
			     unsigned long long len)
{
	int (*verify)(const char *str, const char *passwd, unsigned long long len);
	const char *cost = strstr(str, "$m=");
	unsigned long memory, ops;
	char *end;

	assert_non_null(cost);
	memory = strtoul(cost + 3, &end, 10);
	assert_int_equal(strncmp(end, ",t=", 3), 0);
	ops = strtoul(end + 3, NULL, 10);
	hashed += (uint64_t)memory * ops;
	*(void **)&verify = dlsym(RTLD_NEXT, "crypto_pwhash_str_verify");
	assert_non_null(verify);
	return verify(str, passwd, len);
}

int crypto_pwhash(unsigned char *out, unsigned long long out_len, const char *passwd,
		  unsigned long long len, const unsigned char *salt, unsigned long long ops,
		  size_t memory, int alg)
{
	int (*hash)(unsigned char *out, unsigned long long out_len, const char *passwd,
		    unsigned long long len, const unsigned char *salt, unsigned long long ops,
		    size_t memory, int alg);

	hashed += memory / 1024 * ops;
	*(void **)&hash = dlsym(RTLD_NEXT, "crypto_pwhash");
	assert_non_null(hash);
	return hash(out, out_len, passwd, len, salt, ops, memory, alg);
}

static uint64_t hashed_by(struct shop *shop, const char *line)
{
	uint64_t before = hashed;

	shop_run(shop, line);
	return hashed - before;
}

/* Whether the tenant is there, or who the password is of, is not told by the time it takes:
 * the same is hashed, which is nearly all of it.
 */
static void test_equal_time(void **state)
{
	struct shop *shop = *state;
	uint64_t right;

	shop_does(shop, "provider set --ops 3 --memory 8192");
	setenv("OVCTL_NEW_PASSWORD", "provider", 1);
	shop_does(shop, "provider passwd");
	unsetenv("OVCTL_NEW_PASSWORD");
	with_password("one");
	shop_does(shop, "tenant add 2");
	right = hashed_by(shop, "tenant show 2");
	assert_int_equal(right, 2 * 3 * 8192);
	with_password("provider");
	assert_int_equal(hashed_by(shop, "tenant show 2"), right);
	with_password("wrong");
	assert_int_equal(hashed_by(shop, "tenant show 2"), right);
	assert_int_equal(hashed_by(shop, "tenant show 3"), right);
}

/* Hashes are argon2id, made at the cost that is set. */
static void test_cost(void **state)
{
	struct shop *shop = *state;

	shop_sql(shop, "provider.db",
		 "CREATE TEMP TABLE t (ok CHECK (ok = 1));"
		 "INSERT INTO t SELECT passwd GLOB '$argon2id$v=19$m=8,t=1,p=1$*' FROM meta");
	shop_does(shop, "provider set --ops 2 --memory 16");
	shop_does(shop, "tenant add 2");
	shop_sql(shop, "provider.db",
		 "CREATE TEMP TABLE t (ok CHECK (ok = 1));"
		 "INSERT INTO t SELECT passwd GLOB '$argon2id$v=19$m=16,t=2,p=1$*'"
		 " FROM tenants WHERE id = 2");
	shop_misuses(shop, "provider set --ops 0 --memory 16",
		     "ops \"0\" is not accepted: a number from 1 to 1000 is");
	shop_misuses(shop, "provider set --ops 1 --memory 7",
		     "memory \"7\" is not accepted: a number from 8 to 4194304 is");
	/* A new store asks for what libsodium calls interactive. */
	shop_empty(shop);
	shop_does(shop, "provider passwd");
	shop_sql(shop, "provider.db",
		 "CREATE TEMP TABLE t (ok CHECK (ok = 1));"
		 "INSERT INTO t SELECT passwd GLOB '$argon2id$v=19$m=65536,t=2,p=1$*' FROM meta");
}

static void test_log(void **state)
{
	struct shop *shop = *state;

	ovctl_store_use_clock(clock_read);
	clock_now = 1795831200000;
	with_password("wrong");
	shop_refuses(shop, "show 1", "this is not the password of tenant 1");
	with_password("provider");
	shop_does(shop, "vm del 1 db");
	shop->bench->ov.json = true;
	assert_int_equal(shop_run(shop, "log 1"), OVCTL_DONE);
	assert_non_null(strstr(bench_out(shop->bench),
			       "\"time\":\"2026-11-28T02:00:00Z\",\"who\":\"tenant\",\"uid\":"));
	assert_non_null(strstr(bench_out(shop->bench),
			       "\"tenant\":1,\"state\":\"refused\",\"command\":\"login\"}"));
	assert_non_null(strstr(bench_out(shop->bench), "\"command\":\"vm del 1 db\"}\n]\n"));
	assert_null(strstr(bench_out(shop->bench), "host add"));
	assert_int_equal(shop_run(shop, "log"), OVCTL_DONE);
	assert_non_null(strstr(bench_out(shop->bench),
			       "\"state\":\"done\",\"command\":\"host add hv1 --router router\"}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_modes, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_newer, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_foreign, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_mixed_up, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_broken, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_read_only, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_upgrade, shop_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_constraints, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_settings, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_adopt, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_machines, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_passwords, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_password_file, stocked_setup,
						stocked_teardown),
		cmocka_unit_test_setup_teardown(test_wait, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_equal_time, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_cost, stocked_setup, stocked_teardown),
		cmocka_unit_test_setup_teardown(test_log, stocked_setup, stocked_teardown),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
