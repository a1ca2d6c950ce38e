// SPDX-License-Identifier: GPL-2.0
/* A store under commands that die, disks that fill up, and power that fails, at every point. */
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "shop.h"

/* One command of each kind: they differ in what decides them. */
static const char *const crash_commands[] = {
	"subnet add 1 41.0.0.0/24 --vpc 1,3",
	"vpc set 1 3 --host hv2",
	"vpc del 1 2 --yes",
	"tenant add 2",
	"tenant del 1 --yes",
	"host drain hv1",
	"provider passwd",
};

#define CRASH_COMMANDS (sizeof(crash_commands) / sizeof(crash_commands[0]))

/* Where a process dies and where the power fails every point is tried, with CRASH_ALL=1 in the
 * environment at all others too; without, and under sanitizers, one of so many.
 */
#ifdef __SANITIZE_ADDRESS__
#define CRASH_FEW 29
#define CRASH_MOST 29
#else
#define CRASH_FEW 7
#define CRASH_MOST 1
#endif

static unsigned int crash_stride(bool most)
{
	if (getenv("CRASH_ALL"))
		return 1;
	return most ? CRASH_MOST : CRASH_FEW;
}

/**
 * struct crash - A command that is to be cut short.
 * @line: The command.
 * @base: The store as it is before.
 * @shop: The store that it runs on.
 * @before: What base holds.
 * @after: What is held when it is carried out.
 * @points: How many operations of the disk it takes.
 */
struct crash {
	const char *line;
	struct shop *base;
	struct shop *shop;
	char *before;
	char *after;
	unsigned int points;
};

static int crash_setup(void **state)
{
	struct crash *crash = calloc(1, sizeof(*crash));

	assert_non_null(crash);
	disk_register();
	crash->base = shop_new();
	crash->shop = shop_new();
	shop_stock(crash->base);
	setenv("OVCTL_NEW_PASSWORD", "provider", 1);
	crash->before = shop_state(crash->base);
	*state = crash;
	return 0;
}

static int crash_teardown(void **state)
{
	struct crash *crash = *state;

	shop_free(crash->base);
	shop_free(crash->shop);
	free(crash->before);
	free(crash);
	return 0;
}

/* Runs the command as a whole, to see what it does and how many operations it takes. */
static void crash_measure(struct crash *crash, const char *line)
{
	crash->line = line;
	shop_copy(crash->base, crash->shop);
	ovctl_store_use_vfs(DISK_VFS);
	disk_arm(DISK_FINE, 0);
	shop_does(crash->shop, line);
	crash->points = disk_count();
	ovctl_store_use_vfs(NULL);
	crash->after = shop_state(crash->shop);
	assert_true(crash->points > 10);
	if (getenv("CRASH_VERBOSE"))
		print_message("%s: %u points\n", line, crash->points);
}

/* In a child, so that it may die: the answer is written only when the command is acknowledged. */
static bool crash_run(struct crash *crash, enum disk_fault fault, unsigned int at, int *status)
{
	int fds[2];
	char answer = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		ovctl_store_use_vfs(DISK_VFS);
		disk_arm(fault, at);
		answer = shop_run(crash->shop, crash->line) == OVCTL_DONE ? 'd' : 'f';
		if (write(fds[1], &answer, 1) != 1)
			_exit(2);
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &answer, 1) != 1)
		answer = 0;
	close(fds[0]);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return answer == 'd';
}

static int crash_text(void *arg, int count, char **values, char **names)
{
	(void)count;
	(void)names;
	snprintf(arg, 64, "%s", values[0] ? values[0] : "");
	return 0;
}

static void crash_query(struct crash *crash, const char *file, const char *sql,
			const char *expected)
{
	char found[64] = "nothing";
	char path[512];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", crash->shop->dir, file);
	if (access(path, F_OK))
		return;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, crash_text, found, NULL);
	sqlite3_close(db);
	if (strcmp(found, expected))
		fail_msg("%s: %s: %s: %s, not %s", crash->line, file, sql, found, expected);
}

/* The state is that before or after, nothing is left begun, and numbers are those in use. */
static void crash_check(struct crash *crash, bool acknowledged, const char *how, unsigned int at)
{
	/* Each tenant that drain has moved has moved, whatever becomes of the next one. */
	bool drain = !strncmp(crash->line, "host drain", 10);
	bool full = !strncmp(how, "disk full", 9) && !drain;
	char *state = shop_state(crash->shop);
	bool after = !strcmp(state, crash->after);

	if (!after && strcmp(state, crash->before) && !drain)
		fail_msg("%s: %s %u leaves\n%s", crash->line, how, at, state);
	if (full && !acknowledged && strcmp(state, crash->before))
		fail_msg("%s: %s %u: it was refused and is there", crash->line, how, at);
	if (acknowledged && !after)
		fail_msg("%s: %s %u: it was acknowledged and is not there", crash->line, how, at);
	crash_query(crash, "provider.db", "PRAGMA integrity_check", "ok");
	crash_query(crash, "database_1.db", "PRAGMA integrity_check", "ok");
	crash_query(crash, "database_2.db", "PRAGMA integrity_check", "ok");
	crash_query(crash, "provider.db", "SELECT count(*) FROM log WHERE state = 'begun'", "0");
	crash_query(crash, "provider.db", "SELECT count(*) FROM tenants WHERE state != 'present'",
		    "0");
	crash_query(crash, "provider.db",
		    "SELECT count(*) FROM vnis LEFT JOIN tenants ON tenant = id WHERE id IS NULL",
		    "0");
	free(state);
	/* What was cut short can be done, and the store be used; not each time, for it takes time. */
	if (at % 8)
		return;
	if (!after)
		shop_does(crash->shop, crash->line);
	else
		shop_does(crash->shop, "tenant add 7");
}

static void crash_all(struct crash *crash, enum disk_fault fault, const char *how)
{
	unsigned int stride = crash_stride(fault == DISK_KILL || fault == DISK_CUT);
	unsigned int i, at;
	bool acknowledged;
	int status;

	for (i = 0; i < CRASH_COMMANDS; i++) {
		unsigned int dead = 0;

		crash_measure(crash, crash_commands[i]);
		for (at = 1; at <= crash->points; at += stride) {
			shop_copy(crash->base, crash->shop);
			acknowledged = crash_run(crash, fault, at, &status);
			dead += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
			crash_check(crash, acknowledged, how, at);
		}
		free(crash->after);
		/* A test in which nothing dies proves nothing. A torn operation is a write. */
		if (fault == DISK_KILL || fault == DISK_CUT || fault == DISK_CUT_SOME)
			assert_int_equal(dead, (crash->points + stride - 1) / stride);
		else if (fault == DISK_TEAR)
			assert_true(dead > 0);
	}
}

static void test_kill(void **state)
{
	crash_all(*state, DISK_KILL, "killed at operation");
}

static void test_tear(void **state)
{
	crash_all(*state, DISK_TEAR, "torn at operation");
}

static void test_cut(void **state)
{
	crash_all(*state, DISK_CUT, "power cut at operation");
}

static void test_cut_some(void **state)
{
	crash_all(*state, DISK_CUT_SOME, "power cut, part written, at operation");
}

static void test_full(void **state)
{
	crash_all(*state, DISK_FULL, "disk full from operation");
}

static void test_error(void **state)
{
	crash_all(*state, DISK_ERROR, "error at operation");
}

/* Not only what goes through sqlite: files made and deleted, directories synced, locks. */
static bool crash_trace(struct crash *crash, unsigned int at, unsigned int *calls)
{
	int fds[2];
	char answer = 0;
	int status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(fds[0]);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(3);
		raise(SIGSTOP);
		answer = shop_run(crash->shop, crash->line) == OVCTL_DONE ? 'd' : 'f';
		_exit(write(fds[1], &answer, 1) != 1);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	for (*calls = 0; !ptrace(PTRACE_SYSCALL, pid, NULL, NULL); ++*calls) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			break;
		if (*calls == at) {
			kill(pid, SIGKILL);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			break;
		}
	}
	if (read(fds[0], &answer, 1) != 1)
		answer = 0;
	close(fds[0]);
	return answer == 'd';
}

static void test_kill_syscall(void **state)
{
	struct crash *crash = *state;
	unsigned int i, at, calls, all;

	for (i = 0; i < CRASH_COMMANDS; i++) {
		crash_measure(crash, crash_commands[i]);
		shop_copy(crash->base, crash->shop);
		assert_true(crash_trace(crash, UINT32_MAX, &all));
		assert_true(all > 100);
		for (at = i; at < all; at += crash_stride(false)) {
			shop_copy(crash->base, crash->shop);
			crash_check(crash, crash_trace(crash, at, &calls), "killed at syscall", at);
		}
		free(crash->after);
	}
}

/* Several at once: each of their subnets is there, and no number is given out twice. */
static void test_together(void **state)
{
	struct crash *crash = *state;
	struct shop *shop = crash->base;
	struct ovctl_model model;
	const unsigned int workers = 6;
	const unsigned int each = 4;
	unsigned int i, j;
	char line[64];
	int status;

	for (i = 0; i < workers; i++) {
		if (fork())
			continue;
		for (j = 0; j < each; j++) {
			snprintf(line, sizeof(line), "subnet add 1 10.%u.%u.0/24 --id %u", i, j,
				 1000 + i * each + j);
			if (shop_run(shop, line) != OVCTL_DONE)
				_exit(1);
			if (!j && shop_run(shop, "tenant add") != OVCTL_DONE)
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; i < workers; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	shop_load(shop, &model);
	assert_int_equal(model.n_tenants, 1 + workers);
	assert_int_equal(model.tenants[0].n_subnets, 2 + workers * each);
	for (i = 0; i < model.tenants[0].n_subnets; i++)
		for (j = 0; j < i; j++)
			assert_int_not_equal(model.tenants[0].subnets[i].vni,
					     model.tenants[0].subnets[j].vni);
	ovctl_model_free(&model);
	shop_sql(shop, "provider.db",
		 "CREATE TEMP TABLE t (n INTEGER CHECK (n = 0));"
		 "INSERT INTO t SELECT count(*) FROM log WHERE state != 'done'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kill, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_tear, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_cut, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_cut_some, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_full, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_error, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_kill_syscall, crash_setup, crash_teardown),
		cmocka_unit_test_setup_teardown(test_together, crash_setup, crash_teardown),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
