// SPDX-License-Identifier: GPL-2.0
/* One sqlite database: opening it so that what is acknowledged is on the disk, bringing its
 * schema up to date, and running statements with bound values.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db.h"
#include "store.h"

/* "tovl": what the file is, so that another program's database is not taken for one. */
#define OVCTL_DB_APPLICATION 0x746f766c

/**
 * ovctl_db_fail() - Tell what the last call of sqlite came to.
 * @ov: The run.
 * @db: The database.
 *
 * Return: OVCTL_FAILED.
 */
int ovctl_db_fail(struct ovctl *ov, const struct ovctl_db *db)
{
	if (db->quiet)
		return OVCTL_FAILED;
	switch (sqlite3_errcode(db->handle) & 0xff) {
	case SQLITE_FULL:
		return ovctl_fail(ov, "%s: the disk is full", db->name);
	case SQLITE_READONLY:
		return ovctl_fail(ov, "%s may only be read", db->name);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ovctl_fail(ov, "%s cannot be opened: %s", db->name,
				  strerror(sqlite3_system_errno(db->handle)));
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ovctl_fail(ov, "%s is in use by another program: try again", db->name);
	case SQLITE_NOTADB:
		return ovctl_fail(ov, "%s is not a database of ovctl", db->name);
	case SQLITE_CORRUPT:
		return ovctl_db_damaged(ov, db, sqlite3_errmsg(db->handle));
	case SQLITE_NOMEM:
		return ovctl_fail(ov, "out of memory");
	default:
		return ovctl_fail(ov, "%s: %s", db->name, sqlite3_errmsg(db->handle));
	}
}

/**
 * ovctl_db_damaged() - Tell that a database holds what ovctl never wrote.
 * @ov: The run.
 * @db: The database.
 * @what: What is wrong with it.
 *
 * Return: OVCTL_FAILED.
 */
int ovctl_db_damaged(struct ovctl *ov, const struct ovctl_db *db, const char *what)
{
	return ovctl_fail(ov, "%s is damaged (%s): restore it from a copy", db->name, what);
}

static int ovctl_db_exec(struct ovctl *ov, struct ovctl_db *db, const char *sql)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return OVCTL_DONE;
	return ovctl_db_fail(ov, db);
}

static bool ovctl_db_bind(sqlite3_stmt *stmt, const char *types, va_list ap)
{
	const struct ovctl_addr *addr;
	char text[OVCTL_CIDR_SIZE];
	int rc = SQLITE_OK;
	int i;

	for (i = 1; types[i - 1] && rc == SQLITE_OK; i++) {
		text[0] = '\0';
		switch (types[i - 1]) {
		case 'i':
			rc = sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
			continue;
		case 't':
			rc = sqlite3_bind_text(stmt, i, va_arg(ap, const char *), -1,
					       SQLITE_TRANSIENT);
			continue;
		case 'a':
			addr = va_arg(ap, const struct ovctl_addr *);
			ovctl_addr_write(text, sizeof(text), addr);
			break;
		case 'c':
			ovctl_cidr_write(text, sizeof(text), va_arg(ap, const struct ovctl_cidr *));
			break;
		}
		if (text[0])
			rc = sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
	}
	return rc == SQLITE_OK;
}

static int ovctl_db_query(struct ovctl *ov, struct ovctl_db *db, ovctl_row_fn *fn, void *arg,
			  const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *stmt;
	int ret = OVCTL_DONE;
	int rc;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return ovctl_db_fail(ov, db);
	if (!ovctl_db_bind(stmt, types, ap)) {
		ret = ovctl_db_fail(ov, db);
		goto finalize;
	}
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = fn ? fn(ov, db, stmt, arg) : OVCTL_DONE;
		if (ret)
			goto finalize;
	}
	if (rc != SQLITE_DONE)
		ret = ovctl_db_fail(ov, db);
finalize:
	sqlite3_finalize(stmt);
	return ret;
}

/**
 * ovctl_db_run() - Run a statement, whatever rows it gives.
 * @ov: The run.
 * @db: The database.
 * @sql: The statement.
 * @types: What is bound to it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_db_run(struct ovctl *ov, struct ovctl_db *db, const char *sql, const char *types, ...)
{
	va_list ap;
	int ret;

	va_start(ap, types);
	ret = ovctl_db_query(ov, db, NULL, NULL, sql, types, ap);
	va_end(ap);
	return ret;
}

/**
 * ovctl_db_each() - Run a statement and look at each row.
 * @ov: The run.
 * @db: The database.
 * @fn: Gets the rows.
 * @arg: Its argument.
 * @sql: The statement.
 * @types: What is bound to it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_db_each(struct ovctl *ov, struct ovctl_db *db, ovctl_row_fn *fn, void *arg,
		  const char *sql, const char *types, ...)
{
	va_list ap;
	int ret;

	va_start(ap, types);
	ret = ovctl_db_query(ov, db, fn, arg, sql, types, ap);
	va_end(ap);
	return ret;
}

static int ovctl_db_take_number(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
				void *arg)
{
	int64_t *num = arg;

	(void)ov;
	(void)db;
	*num = sqlite3_column_int64(row, 0);
	return OVCTL_DONE;
}

/**
 * ovctl_db_number() - Run a statement that gives one number.
 * @ov: The run.
 * @db: The database.
 * @num: Filled in; left as it is where there is no row.
 * @sql: The statement.
 * @types: What is bound to it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_db_number(struct ovctl *ov, struct ovctl_db *db, int64_t *num, const char *sql,
		    const char *types, ...)
{
	va_list ap;
	int ret;

	va_start(ap, types);
	ret = ovctl_db_query(ov, db, ovctl_db_take_number, num, sql, types, ap);
	va_end(ap);
	return ret;
}

/**
 * ovctl_db_look() - Begin to read a database: all is of one moment until ovctl_db_rollback().
 * @ov: The run.
 * @db: The database.
 *
 * Each statement by itself would lock the file, and look whether it has changed.
 *
 * Return: an ovctl_exit.
 */
int ovctl_db_look(struct ovctl *ov, struct ovctl_db *db)
{
	return ovctl_db_exec(ov, db, "BEGIN");
}

/**
 * ovctl_db_begin() - Begin to change a database.
 * @ov: The run.
 * @db: The database.
 *
 * Return: an ovctl_exit.
 */
int ovctl_db_begin(struct ovctl *ov, struct ovctl_db *db)
{
	return ovctl_db_exec(ov, db, "BEGIN IMMEDIATE");
}

/**
 * ovctl_db_commit() - Make what was changed last; it is on the disk then.
 * @ov: The run.
 * @db: The database.
 *
 * Return: an ovctl_exit; where it is not OVCTL_DONE nothing is changed.
 */
int ovctl_db_commit(struct ovctl *ov, struct ovctl_db *db)
{
	int ret = ovctl_db_exec(ov, db, "COMMIT");

	if (ret)
		ovctl_db_rollback(db);
	return ret;
}

/**
 * ovctl_db_rollback() - Leave a database as it was before ovctl_db_begin().
 * @db: The database.
 */
void ovctl_db_rollback(struct ovctl_db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/**
 * ovctl_row_text() - Read a text of a row.
 * @row: The row.
 * @column: Its column.
 * @buf: Where to; empty for NULL.
 * @size: Its size.
 *
 * Return: false where it does not fit.
 */
bool ovctl_row_text(sqlite3_stmt *row, int column, char *buf, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return snprintf(buf, size, "%s", text ? text : "") < (int)size;
}

/**
 * ovctl_row_addr() - Read an IPv4, IPv6 or Ethernet address of a row.
 * @row: The row.
 * @column: Its column.
 * @addr: Filled in; none for NULL.
 *
 * Return: false where there is something else.
 */
bool ovctl_row_addr(sqlite3_stmt *row, int column, struct ovctl_addr *addr)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	memset(addr, 0, sizeof(*addr));
	return !text || ovctl_addr_parse(addr, text) || ovctl_mac_parse(addr, text);
}

/**
 * ovctl_row_cidr() - Read a prefix of a row.
 * @row: The row.
 * @column: Its column.
 * @cidr: Filled in; none for NULL.
 *
 * Return: false where there is something else.
 */
bool ovctl_row_cidr(sqlite3_stmt *row, int column, struct ovctl_cidr *cidr)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	memset(cidr, 0, sizeof(*cidr));
	return !text || ovctl_cidr_parse(cidr, text);
}

/* A setting that sqlite does not take, it leaves out without a word: so it is read back. */
static int ovctl_db_pragma(struct ovctl *ov, struct ovctl_db *db, const char *set,
			   const char *get, int64_t value)
{
	int64_t found = -1;
	int ret;

	ret = ovctl_db_exec(ov, db, set);
	if (!ret)
		ret = ovctl_db_number(ov, db, &found, get, "");
	if (!ret && found != value)
		ret = ovctl_fail(ov, "%s: this sqlite does not take \"%s\"", db->name, set);
	return ret;
}

static int ovctl_db_take_wal(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			     void *arg)
{
	const char *mode = (const char *)sqlite3_column_text(row, 0);
	bool *wal = arg;

	(void)ov;
	(void)db;
	*wal = mode && !strcmp(mode, "wal");
	return OVCTL_DONE;
}

/* The change to a log is journaled itself, and that journal must not come back. */
static int ovctl_db_make_wal(struct ovctl *ov, struct ovctl_db *db)
{
	bool wal = false;
	int ret;

	ret = ovctl_db_pragma(ov, db, "PRAGMA synchronous = EXTRA", "PRAGMA synchronous", 3);
	if (!ret)
		ret = ovctl_db_each(ov, db, ovctl_db_take_wal, &wal, "PRAGMA journal_mode = WAL",
				    "");
	if (!ret && !wal)
		ret = ovctl_fail(ov, "%s: this file system does not take a write-ahead log",
				 db->name);
	return ret;
}

static int ovctl_db_settings(struct ovctl *ov, struct ovctl_db *db)
{
	bool wal = false;
	int ret;

	ret = ovctl_db_each(ov, db, ovctl_db_take_wal, &wal, "PRAGMA journal_mode", "");
	if (!ret && !wal)
		ret = ovctl_db_make_wal(ov, db);
	if (!ret)
		ret = ovctl_db_pragma(ov, db, "PRAGMA synchronous = FULL", "PRAGMA synchronous", 2);
	if (!ret)
		ret = ovctl_db_pragma(ov, db, "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", 1);
	return ret;
}

/* What the file is, without changing it: 0 for nothing yet. */
static int ovctl_db_version(struct ovctl *ov, struct ovctl_db *db,
			    const struct ovctl_schema *schema, int64_t *version)
{
	int64_t application = 0;
	int64_t objects = 0;
	int ret;

	*version = 0;
	ret = ovctl_db_number(ov, db, &application, "PRAGMA application_id", "");
	if (!ret)
		ret = ovctl_db_number(ov, db, &objects, "SELECT count(*) FROM sqlite_schema", "");
	if (ret || (!objects && !application))
		return ret;
	if (application != OVCTL_DB_APPLICATION)
		return ovctl_fail(ov, "%s is not a database of ovctl", db->name);
	ret = ovctl_db_number(ov, db, version, "SELECT version FROM meta WHERE kind = ?", "t",
			      schema->kind);
	if (!ret && !*version)
		ret = ovctl_fail(ov, "%s is not a database of a %s", db->name, schema->kind);
	if (!ret && *version > schema->count)
		ret = ovctl_fail(ov, "%s is of version %lld, and this ovctl knows versions up to %u: a newer ovctl is needed",
				 db->name, (long long)*version, schema->count);
	return ret;
}

static int ovctl_db_steps(struct ovctl *ov, struct ovctl_db *db,
			  const struct ovctl_schema *schema)
{
	int64_t version;
	int ret;

	/* Another one may have come first. */
	ret = ovctl_db_version(ov, db, schema, &version);
	if (!ret && !version)
		ret = ovctl_db_exec(ov, db, "PRAGMA application_id = 1953461868");
	for (; !ret && version < schema->count; version++)
		ret = ovctl_db_exec(ov, db, schema->steps[version]);
	if (!ret)
		ret = ovctl_db_run(ov, db, "UPDATE meta SET version = ? WHERE kind = ?", "it",
				   (int64_t)schema->count, schema->kind);
	return ret;
}

static int ovctl_db_upgrade(struct ovctl *ov, struct ovctl_db *db,
			    const struct ovctl_schema *schema)
{
	int ret;

	ret = ovctl_db_begin(ov, db);
	if (ret)
		return ret;
	ret = ovctl_db_steps(ov, db, schema);
	if (ret) {
		ovctl_db_rollback(db);
		return ret;
	}
	return ovctl_db_commit(ov, db);
}

/* The log and its index get the mode of the file, so it is made with the right one. */
static int ovctl_db_make(struct ovctl *ov, const struct ovctl_db *db, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return ovctl_fail(ov, "%s cannot be made: %s", db->name, strerror(errno));
	close(fd);
	return OVCTL_DONE;
}

static int ovctl_db_prepare(struct ovctl *ov, struct ovctl_db *db,
			    const struct ovctl_schema *schema, bool make)
{
	int64_t version;
	int ret;

	ret = ovctl_db_look(ov, db);
	if (ret)
		return ret;
	ret = ovctl_db_version(ov, db, schema, &version);
	ovctl_db_rollback(db);
	if (!ret && !version && !make)
		ret = ovctl_fail(ov, "%s is empty", db->name);
	if (!ret)
		ret = ovctl_db_settings(ov, db);
	if (!ret && version < schema->count)
		ret = ovctl_db_upgrade(ov, db, schema);
	return ret;
}

/**
 * ovctl_db_open() - Open a database and bring its schema up to date.
 * @ov: The run.
 * @db: Filled in; closed where this fails.
 * @dir: Its directory.
 * @name: The file's name.
 * @schema: What it holds.
 * @vfs: The VFS of sqlite, or NULL for the usual one.
 * @make: Make it where it is not there.
 *
 * Return: an ovctl_exit; where it is not OVCTL_DONE an existing file is as it was.
 */
int ovctl_db_open(struct ovctl *ov, struct ovctl_db *db, const char *dir, const char *name,
		  const struct ovctl_schema *schema, const char *vfs, bool make)
{
	char path[PATH_MAX];
	int ret;

	memset(db, 0, sizeof(*db));
	snprintf(db->name, sizeof(db->name), "%s", name);
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return ovctl_fail(ov, "the name of the store's directory is too long");
	if (make) {
		ret = ovctl_db_make(ov, db, path);
		if (ret)
			return ret;
	}
	if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE, vfs) != SQLITE_OK) {
		ret = ovctl_db_fail(ov, db);
		goto close;
	}
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, OVCTL_STORE_WAIT_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	ret = ovctl_db_prepare(ov, db, schema, make);
	if (!ret)
		return OVCTL_DONE;
close:
	ovctl_db_close(db);
	return ret;
}

/**
 * ovctl_db_close() - Close a database; what was not committed is as if it had not been.
 * @db: The database.
 */
void ovctl_db_close(struct ovctl_db *db)
{
	sqlite3_close(db->handle);
	db->handle = NULL;
}
