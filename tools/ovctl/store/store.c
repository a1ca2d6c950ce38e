// SPDX-License-Identifier: GPL-2.0
/* The store: provider.db, and database_TENANT.db for each tenant, in one directory.
 *
 * A change of a tenant touches both: numbers and the log are the provider's, what the tenant owns
 * is in its own file. sqlite commits two files as one only without a write-ahead log; with one,
 * power that fails between the two leaves one of them changed. So there is one file for each
 * question, and an order in which any prefix of the steps is a state that can be told:
 *
 * 1. provider.db: the log says "begun", and numbers that the change needs are taken. What is
 *    taken is always more than what is in use, or the same.
 * 2. database_TENANT.db: the change itself, with the number of that line of the log. This commit
 *    is the moment from which on the change is made.
 * 3. provider.db: the log says "done", and numbers that are not in use any more are free.
 *
 * The command is acknowledged after that. Whoever opens the store next and finds "begun" looks
 * whether the tenant's file bears that number, writes "done" or "undone", and settles the numbers
 * by what the file holds. To add a tenant is to make a file, and is decided by step 3: until
 * then the tenant's row says "adding", and who finds that writes "undoing" and takes the file and
 * the row away. To delete one is decided by step 1: the row says "deleting", and who finds that
 * goes on deleting.
 *
 * Each commit is synced to the disk before the next step begins (synchronous=FULL). One lock file
 * orders all commands: shared to read, so that what is read from several files is of one moment,
 * exclusive to change. The kernel drops it when its owner dies. BEGIN IMMEDIATE and a busy timeout
 * serve against other programs that look into the files.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../model/migration.h"
#include "inner.h"

static int64_t ovctl_store_wall_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const char *ovctl_store_vfs;
int64_t (*ovctl_store_now)(void) = ovctl_store_wall_clock;

/**
 * ovctl_store_use_vfs() - Have sqlite use another VFS.
 * @name: Its name, or NULL for the usual one.
 */
void ovctl_store_use_vfs(const char *name)
{
	ovctl_store_vfs = name;
}

/**
 * ovctl_store_use_clock() - Have another clock.
 * @now: Tells milliseconds since 1970, or NULL for the system's clock.
 */
void ovctl_store_use_clock(int64_t (*now)(void))
{
	ovctl_store_now = now ? now : ovctl_store_wall_clock;
}

/**
 * ovctl_store_clock() - Tell the time that the store goes by.
 *
 * Return: milliseconds since 1970.
 */
int64_t ovctl_store_clock(void)
{
	return ovctl_store_now();
}

/**
 * ovctl_store_lock() - Lock a file of the store.
 * @ov: The run.
 * @fd: The file.
 * @how: LOCK_SH or LOCK_EX.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_lock(struct ovctl *ov, int fd, int how)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	int tries;

	for (tries = OVCTL_STORE_WAIT_MS / 5; tries > 0; tries--) {
		if (!flock(fd, how | LOCK_NB))
			return OVCTL_DONE;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ovctl_fail(ov, "the store cannot be locked: %s", strerror(errno));
		nanosleep(&pause, NULL);
	}
	return ovctl_fail(ov, "the store is in use by another ovctl: try again");
}

/**
 * ovctl_store_unlock() - Unlock a file of the store.
 * @fd: The file.
 */
void ovctl_store_unlock(int fd)
{
	flock(fd, LOCK_UN);
}

static void ovctl_tenant_file(char *buf, size_t size, uint32_t id)
{
	snprintf(buf, size, "database_%u.db", id);
}

/**
 * ovctl_store_open_tenant() - Open a tenant's database.
 * @ov: The run.
 * @store: The store, locked.
 * @db: Filled in.
 * @id: The tenant.
 * @make: Make it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_open_tenant(struct ovctl *ov, const struct ovctl_store *store,
			    struct ovctl_db *db, uint32_t id, bool make)
{
	char name[40];

	ovctl_tenant_file(name, sizeof(name), id);
	return ovctl_db_open(ov, db, store->dir, name, &ovctl_schema_tenant, ovctl_store_vfs, make);
}

static int ovctl_store_directory(struct ovctl *ov, const char *dir, bool make)
{
	struct stat st;

	if (make && mkdir(dir, 0700) && errno != EEXIST)
		return ovctl_fail(ov, "the store %s cannot be made: %s", dir, strerror(errno));
	if (stat(dir, &st)) {
		if (errno == ENOENT)
			return ovctl_fail(ov, "there is no store %s: \"ovctl provider passwd\" or \"ovctl tenant add\" begins one",
					  dir);
		return ovctl_fail(ov, "the store %s cannot be opened: %s", dir, strerror(errno));
	}
	if (!S_ISDIR(st.st_mode))
		return ovctl_fail(ov, "the store %s is not a directory", dir);
	if (st.st_mode & 022)
		return ovctl_fail(ov, "others may write into the store %s: chmod go-w %s", dir, dir);
	return OVCTL_DONE;
}

static int ovctl_store_lock_file(struct ovctl *ov, const struct ovctl_store *store,
				 const char *name, bool make, int *fd)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", store->dir, name);
	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
	if (*fd >= 0)
		return OVCTL_DONE;
	if (errno == ENOENT)
		return ovctl_fail(ov, "there is no store in %s: \"ovctl provider passwd\" or \"ovctl tenant add\" begins one",
				  store->dir);
	return ovctl_fail(ov, "the store %s cannot be opened: %s", store->dir, strerror(errno));
}

/* What names a file is on the disk only when its directory is. */
static int ovctl_store_sync_directory(struct ovctl *ov, const struct ovctl_store *store)
{
	int fd = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (error)
		return ovctl_fail(ov, "the store %s cannot be synced: %s", store->dir,
				  strerror(error));
	return OVCTL_DONE;
}

/* The log first: one that is left over would be played into the next file of that name. */
static int ovctl_store_unlink(struct ovctl *ov, const struct ovctl_store *store, uint32_t id)
{
	static const char *const tails[] = { "-wal", "-shm", "-journal", "" };
	char path[PATH_MAX];
	char name[40];
	unsigned int i;

	ovctl_tenant_file(name, sizeof(name), id);
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s%s", store->dir, name, tails[i]);
		if (unlink(path) && errno != ENOENT)
			return ovctl_fail(ov, "%s cannot be deleted: %s", name, strerror(errno));
	}
	return ovctl_store_sync_directory(ov, store);
}

static int ovctl_store_forget(struct ovctl *ov, struct ovctl_store *store, uint32_t id)
{
	const struct ovctl_tenant none = { .id = id };
	int ret;

	ret = ovctl_numbers_settle(ov, &store->provider, &none);
	if (!ret)
		ret = ovctl_db_run(ov, &store->provider, "DELETE FROM tenants WHERE id = ?", "i",
				   (int64_t)id);
	return ret;
}

/* Ends the transaction in the way that @ret says. */
static int ovctl_store_finish(struct ovctl *ov, struct ovctl_store *store, int ret)
{
	if (!ret)
		return ovctl_db_commit(ov, &store->provider);
	ovctl_db_rollback(&store->provider);
	return ret;
}

static int ovctl_store_condemn(struct ovctl *ov, struct ovctl_store *store, uint32_t id)
{
	int ret;

	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_db_run(ov, &store->provider,
			   "UPDATE tenants SET state = 'undoing' WHERE id = ?", "i", (int64_t)id);
	return ovctl_store_finish(ov, store, ret);
}

/* Step 3 of deleting a tenant, and the end of undoing to add one. */
static int ovctl_store_bury(struct ovctl *ov, struct ovctl_store *store, uint32_t id, int64_t line,
			    const char *state)
{
	int ret;

	ret = ovctl_store_unlink(ov, store, id);
	if (!ret)
		ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_store_forget(ov, store, id);
	if (!ret)
		ret = ovctl_log_state(ov, &store->provider, line, state);
	return ovctl_store_finish(ov, store, ret);
}

/* A commit that failed may yet be on the disk, the one that made the tenant present too: so no
 * file goes before another commit says so.
 */
static int ovctl_store_undo(struct ovctl *ov, struct ovctl_store *store, uint32_t id, int64_t line)
{
	int ret;

	ret = ovctl_store_condemn(ov, store, id);
	if (!ret)
		ret = ovctl_store_bury(ov, store, id, line, "undone");
	return ret;
}

/* Step 3 of a change, by what the tenant's file holds. */
static int ovctl_store_settle(struct ovctl *ov, struct ovctl_store *store,
			      const struct ovctl_tenant *tenant, int64_t line, const char *state)
{
	int ret;

	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_numbers_settle(ov, &store->provider, tenant);
	if (!ret)
		ret = ovctl_db_run(ov, &store->provider,
				   "UPDATE tenants SET state = 'present' WHERE id = ?", "i",
				   (int64_t)tenant->id);
	if (!ret)
		ret = ovctl_log_state(ov, &store->provider, line, state);
	return ovctl_store_finish(ov, store, ret);
}

static int ovctl_store_read_file(struct ovctl *ov, const struct ovctl_store *store,
				 struct ovctl_tenant *tenant, int64_t *change)
{
	struct ovctl_db db;
	int ret;

	ret = ovctl_store_open_tenant(ov, store, &db, tenant->id, false);
	if (ret)
		return ret;
	ret = ovctl_db_look(ov, &db);
	if (!ret)
		ret = ovctl_db_number(ov, &db, change, "SELECT change FROM meta", "");
	if (!ret)
		ret = ovctl_rows_read_tenant(ov, &db, tenant);
	ovctl_db_close(&db);
	return ret;
}

/**
 * struct ovctl_begun - A change that was begun and not finished.
 * @line: Its line of the log.
 * @tenant: The tenant.
 * @state: The tenant's state.
 */
struct ovctl_begun {
	int64_t line;
	uint32_t tenant;
	char state[16];
};

/**
 * struct ovctl_begun_list - Those that are found.
 * @list: The changes.
 * @count: How many.
 */
struct ovctl_begun_list {
	struct ovctl_begun *list;
	unsigned int count;
};

static int ovctl_row_begun(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			   void *arg)
{
	struct ovctl_begun_list *found = arg;
	struct ovctl_begun *begun;

	(void)ov;
	(void)db;
	found->list = ovctl_grow(found->list, found->count, sizeof(*found->list));
	begun = &found->list[found->count++];
	begun->line = sqlite3_column_int64(row, 0);
	begun->tenant = sqlite3_column_int64(row, 1);
	ovctl_row_text(row, 2, begun->state, sizeof(begun->state));
	return OVCTL_DONE;
}

static int ovctl_store_heal_one(struct ovctl *ov, struct ovctl_store *store,
				const struct ovctl_begun *begun)
{
	struct ovctl_tenant tenant;
	int64_t change = 0;
	int ret;

	if (!strcmp(begun->state, "adding") || !strcmp(begun->state, "undoing"))
		return ovctl_store_undo(ov, store, begun->tenant, begun->line);
	if (strcmp(begun->state, "present"))
		return ovctl_store_bury(ov, store, begun->tenant, begun->line, "done");
	ovctl_tenant_init(&tenant, begun->tenant);
	ret = ovctl_store_read_file(ov, store, &tenant, &change);
	if (!ret)
		ret = ovctl_store_settle(ov, store, &tenant, begun->line,
					 change >= begun->line ? "done" : "undone");
	ovctl_tenant_free(&tenant);
	return ret;
}

/* Finishes or undoes what others left. One tenant's broken file is no reason to refuse the
 * others: what is about that tenant stays begun, and who uses that tenant is told.
 */
static int ovctl_store_heal(struct ovctl *ov, struct ovctl_store *store)
{
	struct ovctl_begun_list found = { 0 };
	struct ovctl quiet = *ov;
	unsigned int i;
	int ret;

	ret = ovctl_db_each(ov, &store->provider, ovctl_row_begun, &found,
			    "SELECT log.id, log.tenant, tenants.state FROM log"
			    " LEFT JOIN tenants ON tenants.id = log.tenant"
			    " WHERE log.state = 'begun' ORDER BY log.id", "");
	if (!ret && found.count) {
		quiet.err = fopen("/dev/null", "w");
		for (i = 0; quiet.err && i < found.count; i++)
			ovctl_store_heal_one(&quiet, store, &found.list[i]);
		if (quiet.err)
			fclose(quiet.err);
	}
	free(found.list);
	return ret;
}

/* For what is decided already: whoever opens the store next settles what cannot be settled now. */
static void ovctl_store_tidy(struct ovctl *ov, struct ovctl_store *store)
{
	store->provider.quiet = true;
	ovctl_store_heal(ov, store);
	store->provider.quiet = false;
}

static int ovctl_store_open_locked(struct ovctl *ov, struct ovctl_store *store, bool make)
{
	int ret;

	ret = ovctl_store_lock(ov, store->lock, LOCK_EX);
	if (ret)
		return ret;
	ret = ovctl_db_open(ov, &store->provider, store->dir, "provider.db",
			    &ovctl_schema_provider, ovctl_store_vfs, make);
	if (!ret && make)
		ret = ovctl_store_sync_directory(ov, store);
	if (!ret)
		ret = ovctl_store_heal(ov, store);
	ovctl_store_unlock(store->lock);
	return ret;
}

static const char *ovctl_store_default(const struct ovctl *ov)
{
	const char *env = getenv("OVCTL_STORE");

	if (ov->store_dir)
		return ov->store_dir;
	return env && *env ? env : OVCTL_STORE_DIR;
}

/**
 * ovctl_store_open() - Open a store, and finish what a command that died left in it.
 * @ov: The run.
 * @store: Set to the store, or to NULL where this fails.
 * @dir: Its directory; NULL for that of the run, of OVCTL_STORE, or OVCTL_STORE_DIR.
 * @make: Make it where it is not there.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_open(struct ovctl *ov, struct ovctl_store **store, const char *dir, bool make)
{
	struct ovctl_store *s;
	int ret;

	*store = NULL;
	if (!dir)
		dir = ovctl_store_default(ov);
	if (sodium_init() < 0)
		return ovctl_fail(ov, "libsodium finds no random numbers");
	ret = ovctl_store_directory(ov, dir, make);
	if (ret)
		return ret;
	s = ovctl_grow(NULL, 0, sizeof(*s));
	memset(s, 0, sizeof(*s));
	s->lock = -1;
	s->logins = -1;
	if (snprintf(s->dir, sizeof(s->dir), "%s", dir) >= (int)sizeof(s->dir))
		ret = ovctl_fail(ov, "the name of the store's directory is too long");
	if (!ret)
		ret = ovctl_store_lock_file(ov, s, "lock", make, &s->lock);
	if (!ret)
		ret = ovctl_store_lock_file(ov, s, "login.lock", make, &s->logins);
	if (!ret)
		ret = ovctl_store_open_locked(ov, s, make);
	if (ret)
		ovctl_store_close(s);
	else
		*store = s;
	return ret;
}

/**
 * ovctl_store_close() - Close a store.
 * @store: The store, or NULL.
 */
void ovctl_store_close(struct ovctl_store *store)
{
	if (!store)
		return;
	ovctl_db_close(&store->provider);
	if (store->lock >= 0)
		close(store->lock);
	if (store->logins >= 0)
		close(store->logins);
	free(store);
}

/**
 * ovctl_store_begin() - Keep others from changing the store.
 * @ov: The run.
 * @store: The store.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_begin(struct ovctl *ov, struct ovctl_store *store)
{
	int ret;

	ret = ovctl_store_lock(ov, store->lock, LOCK_EX);
	if (ret)
		return ret;
	/* Another one may have died since this one opened the store. */
	ret = ovctl_store_heal(ov, store);
	if (ret)
		ovctl_store_end(store);
	return ret;
}

/**
 * ovctl_store_end() - Let others change the store.
 * @store: The store.
 */
void ovctl_store_end(struct ovctl_store *store)
{
	ovctl_store_unlock(store->lock);
}

static void ovctl_store_tell_remote(struct ovctl_model *model)
{
	char machine[OVCTL_NETNS_SIZE] = "";
	unsigned int i;

	gethostname(machine, sizeof(machine) - 1);
	for (i = 0; i < model->n_hosts; i++) {
		struct ovctl_host *host = &model->hosts[i];

		if (host->machine[0] && strcmp(host->machine, machine))
			host->remote = true;
	}
}

static int ovctl_row_tenant(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			    void *arg)
{
	(void)ov;
	(void)db;
	ovctl_model_add_tenant(arg, sqlite3_column_int64(row, 0));
	return OVCTL_DONE;
}

/* Tenants one by one, or all for 0; of a tenant that is not there nothing is read. */
static int ovctl_store_read(struct ovctl *ov, struct ovctl_store *store, uint32_t id,
			    struct ovctl_model *model)
{
	int64_t change;
	unsigned int i;
	int ret;

	ovctl_model_init(model);
	ret = ovctl_rows_read_hosts(ov, &store->provider, model);
	if (!ret)
		ret = ovctl_db_each(ov, &store->provider, ovctl_row_tenant, model,
				    "SELECT id FROM tenants WHERE state = 'present'"
				    " AND (?1 = 0 OR id = ?1) ORDER BY id", "i", (int64_t)id);
	for (i = 0; !ret && i < model->n_tenants; i++)
		ret = ovctl_store_read_file(ov, store, &model->tenants[i], &change);
	if (ret)
		ovctl_model_free(model);
	return ret;
}

/**
 * ovctl_store_load() - Read all of the model, as this machine is to carry it out.
 * @ov: The run.
 * @store: The store.
 * @model: Filled in; empty where this fails. Hosts are remote where they are marked so, or
 *	where they are on a machine of another name than this.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_load(struct ovctl *ov, struct ovctl_store *store, struct ovctl_model *model)
{
	int ret;

	ovctl_model_init(model);
	ret = ovctl_store_lock(ov, store->lock, LOCK_SH);
	if (ret)
		return ret;
	ret = ovctl_store_read(ov, store, 0, model);
	ovctl_store_unlock(store->lock);
	ovctl_store_tell_remote(model);
	return ret;
}

/**
 * ovctl_store_load_tenant() - Read the hosts as they are stored, and one tenant.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @id: The tenant, or 0 for all.
 * @model: Filled in; empty where this fails.
 *
 * Return: an ovctl_exit; a tenant that is not there is none in the model.
 */
int ovctl_store_load_tenant(struct ovctl *ov, struct ovctl_store *store, uint32_t id,
			    struct ovctl_model *model)
{
	return ovctl_store_read(ov, store, id, model);
}

/**
 * ovctl_store_has_tenant() - Tell whether a number is a tenant's.
 * @ov: The run.
 * @store: The store.
 * @id: The number.
 *
 * Return: true where it is, or where that cannot be told.
 */
bool ovctl_store_has_tenant(struct ovctl *ov, struct ovctl_store *store, uint32_t id)
{
	int64_t count = 1;

	ovctl_db_number(ov, &store->provider, &count, "SELECT count(*) FROM tenants WHERE id = ?",
			"i", (int64_t)id);
	return count;
}

/**
 * ovctl_store_free_id() - Find a number for a new tenant.
 * @ov: The run.
 * @store: The store.
 * @id: The least one that is acceptable; set to the least that is free.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_free_id(struct ovctl *ov, struct ovctl_store *store, uint32_t *id)
{
	int64_t found = 0;
	int ret;

	ret = ovctl_db_number(ov, &store->provider, &found,
			      "SELECT min(v) FROM (SELECT ?1 AS v UNION ALL"
			      " SELECT id + 1 FROM tenants WHERE id >= ?1)"
			      " WHERE v <= ?2 AND v NOT IN (SELECT id FROM tenants)", "ii",
			      (int64_t)*id, (int64_t)OVCTL_TENANT_MAX);
	if (!ret && !found && *id > 1) {
		*id = 1;
		return ovctl_store_free_id(ov, store, id);
	}
	*id = found;
	return ret;
}

/* Step 2. */
static int ovctl_store_write_file(struct ovctl *ov, const struct ovctl_store *store,
				  const struct ovctl_tenant *old, const struct ovctl_tenant *tenant,
				  int64_t line)
{
	struct ovctl_db db;
	int ret;

	ret = ovctl_store_open_tenant(ov, store, &db, tenant->id, !old);
	if (ret)
		return ret;
	ret = ovctl_db_begin(ov, &db);
	if (!ret)
		ret = ovctl_rows_write_tenant(ov, &db, old, tenant);
	if (!ret)
		ret = ovctl_db_run(ov, &db, "UPDATE meta SET tenant = ?, change = ?", "ii",
				   (int64_t)tenant->id, line);
	if (!ret)
		ret = ovctl_db_commit(ov, &db);
	else
		ovctl_db_rollback(&db);
	ovctl_db_close(&db);
	return ret;
}

/* Step 1 of a change. */
static int ovctl_store_announce(struct ovctl *ov, struct ovctl_store *store, const char *who,
				const char *what, struct ovctl_tenant *tenant, const char *hash,
				int64_t *line)
{
	int ret;

	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_log_add(ov, &store->provider, who, tenant->id, what, "begun", line);
	if (!ret && hash)
		ret = ovctl_db_run(ov, &store->provider,
				   "INSERT INTO tenants VALUES (?, 'adding', ?)", "it",
				   (int64_t)tenant->id, hash);
	if (!ret)
		ret = ovctl_numbers_take(ov, &store->provider, tenant);
	return ovctl_store_finish(ov, store, ret);
}

static int ovctl_store_no_leftover(struct ovctl *ov, const struct ovctl_store *store, uint32_t id)
{
	char path[PATH_MAX];
	char name[40];

	ovctl_tenant_file(name, sizeof(name), id);
	snprintf(path, sizeof(path), "%s/%s", store->dir, name);
	if (access(path, F_OK))
		return OVCTL_DONE;
	return ovctl_fail(ov, "%s is in the store, but provider.db knows no tenant %u: move one of the two away",
			  name, id);
}

/**
 * ovctl_store_add_tenant() - Add a tenant.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @who: In what capacity.
 * @what: The command, for the log.
 * @tenant: The tenant; gets its numbers.
 * @password: Its password.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_add_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			   const char *what, struct ovctl_tenant *tenant, const char *password)
{
	char hash[crypto_pwhash_STRBYTES];
	int64_t line;
	int ret;

	ret = ovctl_auth_hash(ov, store, hash, password);
	if (!ret)
		ret = ovctl_store_no_leftover(ov, store, tenant->id);
	if (!ret)
		ret = ovctl_store_announce(ov, store, who, what, tenant, hash, &line);
	if (ret)
		return ret;
	ret = ovctl_store_write_file(ov, store, NULL, tenant, line);
	if (!ret)
		ret = ovctl_store_sync_directory(ov, store);
	if (!ret)
		ret = ovctl_store_settle(ov, store, tenant, line, "done");
	if (ret)
		ovctl_store_tidy(ov, store);
	return ret;
}

/**
 * ovctl_store_save_tenant() - Change a tenant.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @who: In what capacity.
 * @what: The command, for the log.
 * @old: The tenant as it was read since ovctl_store_begin().
 * @tenant: As it shall be; gets numbers that it lacks.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_save_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			    const char *what, const struct ovctl_tenant *old,
			    struct ovctl_tenant *tenant)
{
	int64_t line;
	int ret;

	ret = ovctl_store_announce(ov, store, who, what, tenant, NULL, &line);
	if (ret)
		return ret;
	ret = ovctl_store_write_file(ov, store, old, tenant, line);
	ovctl_store_tidy(ov, store);
	return ret;
}

/**
 * ovctl_store_del_tenant() - Delete a tenant and all that it owns.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @who: In what capacity.
 * @what: The command, for the log.
 * @id: The tenant.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_del_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			   const char *what, uint32_t id)
{
	int ret;

	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_log_add(ov, &store->provider, who, id, what, "begun", NULL);
	if (!ret)
		ret = ovctl_db_run(ov, &store->provider,
				   "UPDATE tenants SET state = 'deleting' WHERE id = ?", "i",
				   (int64_t)id);
	if (!ret)
		ret = ovctl_auth_forget(ov, store, id);
	ret = ovctl_store_finish(ov, store, ret);
	if (!ret)
		ovctl_store_tidy(ov, store);
	return ret;
}

/**
 * ovctl_store_save_host() - Add or change a host.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @who: In what capacity.
 * @what: The command, for the log.
 * @host: The host.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_save_host(struct ovctl *ov, struct ovctl_store *store, const char *who,
			  const char *what, const struct ovctl_host *host)
{
	int ret;

	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_rows_write_host(ov, &store->provider, host);
	if (!ret)
		ret = ovctl_log_add(ov, &store->provider, who, 0, what, "done", NULL);
	return ovctl_store_finish(ov, store, ret);
}

/**
 * ovctl_store_del_host() - Delete a host that has no VPC.
 * @ov: The run.
 * @store: The store, between ovctl_store_begin() and ovctl_store_end().
 * @who: In what capacity.
 * @what: The command, for the log.
 * @name: The host.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_del_host(struct ovctl *ov, struct ovctl_store *store, const char *who,
			 const char *what, const char *name)
{
	int64_t count = 0;
	int ret;

	ret = ovctl_db_number(ov, &store->provider, &count,
			      "SELECT count(*) FROM vteps WHERE host = ?", "t", name);
	if (!ret && count)
		ret = ovctl_fail(ov, "host %s has %lld VPCs: \"ovctl host drain %s\" places them elsewhere",
				 name, (long long)count, name);
	if (!ret)
		ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_db_run(ov, &store->provider, "DELETE FROM hosts WHERE name = ?", "t", name);
	if (!ret)
		ret = ovctl_log_add(ov, &store->provider, who, 0, what, "done", NULL);
	return ovctl_store_finish(ov, store, ret);
}

static int ovctl_adopt_nothing(const struct ovctl_tenant *old, const struct ovctl_tenant *tenant)
{
	unsigned int i;

	for (i = 0; i < old->n_vms; i++)
		if (old->vms[i].vpc != tenant->vms[i].vpc || old->vms[i].seq != tenant->vms[i].seq)
			return false;
	return true;
}

static int ovctl_adopt_tenant(struct ovctl *ov, struct ovctl_store *store, uint32_t id,
			      const struct ovctl_adoption *list, unsigned int count)
{
	struct ovctl_tenant tenant;
	struct ovctl_model model;
	unsigned int i;
	bool *moved;
	int ret;

	ret = ovctl_store_load_tenant(ov, store, id, &model);
	if (ret || !model.n_tenants)
		goto free_model;
	ovctl_tenant_copy(&tenant, &model.tenants[0]);
	moved = ovctl_grow(NULL, 0, count * sizeof(*moved));
	for (i = 0; i < count; i++)
		moved[i] = list[i].tenant == id &&
			   ovctl_vm_adopt(&tenant, list[i].vm, list[i].vpc, list[i].seq);
	/* Of two that have come under one name, neither is known to have it. */
	for (i = 0; i < count; i++)
		moved[i] = moved[i] && ovctl_tap_is_taken(&tenant, list[i].vm);
	for (i = 0; i < count; i++)
		if (moved[i])
			ovctl_tenant_vm(&tenant, list[i].vm)->off = true;
	free(moved);
	if (!ovctl_adopt_nothing(&model.tenants[0], &tenant))
		ret = ovctl_store_save_tenant(ov, store, "root", "adopt", &model.tenants[0],
					      &tenant);
	ovctl_tenant_free(&tenant);
free_model:
	ovctl_model_free(&model);
	return ret;
}

/**
 * ovctl_store_adopt() - Record where VMs are, by what the kernel shows.
 * @ov: The run.
 * @store: The store.
 * @list: The VMs; of one that is there already, that has moved on since, that does not exist
 *	any more or whose subnet is not in that VPC nothing is recorded.
 * @count: How many.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_adopt(struct ovctl *ov, struct ovctl_store *store,
		      const struct ovctl_adoption *list, unsigned int count)
{
	unsigned int i, j;
	int ret;

	ret = ovctl_store_begin(ov, store);
	if (ret)
		return ret;
	for (i = 0; !ret && i < count; i++) {
		/* Each tenant once, with its first. */
		for (j = 0; j < i && list[j].tenant != list[i].tenant; j++)
			;
		if (j == i)
			ret = ovctl_adopt_tenant(ov, store, list[i].tenant, list, count);
	}
	ovctl_store_end(store);
	return ret;
}
