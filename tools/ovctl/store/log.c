// SPDX-License-Identifier: GPL-2.0
/* The audit log: who did what, and what came of it. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "inner.h"

/* Who logged in, where the system knows: root is everybody behind sudo. */
static uint32_t ovctl_log_uid(void)
{
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	uint32_t uid;
	ssize_t len;

	if (fd < 0)
		return getuid();
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	if (ovctl_number_parse(&uid, text) && uid != UINT32_MAX)
		return uid;
	return getuid();
}

/**
 * ovctl_log_add() - Add a line to the log.
 * @ov: The run.
 * @db: The provider's database, in a transaction.
 * @who: In what capacity.
 * @tenant: The tenant that it is about, or 0.
 * @what: The command.
 * @state: What came of it so far.
 * @id: Set to the line's number, or NULL.
 *
 * Return: an ovctl_exit.
 */
int ovctl_log_add(struct ovctl *ov, struct ovctl_db *db, const char *who, uint32_t tenant,
		  const char *what, const char *state, int64_t *id)
{
	int ret;

	ret = ovctl_db_run(ov, db,
			   "INSERT INTO log (at, who, uid, tenant, what, state)"
			   " VALUES (?, ?, ?, ?, ?, ?)", "itiitt", ovctl_store_now(), who,
			   (int64_t)ovctl_log_uid(), (int64_t)tenant, what, state);
	if (!ret && id)
		*id = sqlite3_last_insert_rowid(db->handle);
	return ret;
}

/**
 * ovctl_log_state() - Tell what came of a line of the log.
 * @ov: The run.
 * @db: The provider's database, in a transaction.
 * @id: The line.
 * @state: What came of it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_log_state(struct ovctl *ov, struct ovctl_db *db, int64_t id, const char *state)
{
	return ovctl_db_run(ov, db, "UPDATE log SET state = ? WHERE id = ?", "ti", state, id);
}

/**
 * struct ovctl_log_reader - Who reads the log.
 * @fn: Gets each line.
 * @arg: Its argument.
 */
struct ovctl_log_reader {
	int (*fn)(const struct ovctl_log_entry *entry, void *arg);
	void *arg;
};

static int ovctl_row_log(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	struct ovctl_log_reader *reader = arg;
	struct ovctl_log_entry entry = {
		.id = sqlite3_column_int64(row, 0),
		.at = sqlite3_column_int64(row, 1),
		.uid = sqlite3_column_int64(row, 3),
		.tenant = sqlite3_column_int64(row, 4),
	};

	(void)ov;
	(void)db;
	ovctl_row_text(row, 2, entry.who, sizeof(entry.who));
	ovctl_row_text(row, 5, entry.what, sizeof(entry.what));
	ovctl_row_text(row, 6, entry.state, sizeof(entry.state));
	return reader->fn(&entry, reader->arg);
}

/**
 * ovctl_store_log() - Read the audit log, the oldest line first.
 * @ov: The run.
 * @store: The store.
 * @tenant: Whose lines, or 0 for all.
 * @fn: Gets each line; other than 0 ends the reading.
 * @arg: Its argument.
 *
 * Return: an ovctl_exit, or what @fn returned.
 */
int ovctl_store_log(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant,
		    int (*fn)(const struct ovctl_log_entry *entry, void *arg), void *arg)
{
	struct ovctl_log_reader reader = { .fn = fn, .arg = arg };

	return ovctl_db_each(ov, &store->provider, ovctl_row_log, &reader,
			     "SELECT id, at, who, uid, tenant, what, state FROM log"
			     " WHERE ?1 = 0 OR tenant = ?1 ORDER BY id", "i", (int64_t)tenant);
}
