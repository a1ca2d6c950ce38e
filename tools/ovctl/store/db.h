/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_DB_H
#define OVCTL_DB_H

#include <limits.h>
#include <sqlite3.h>

#include "../model/model.h"
#include "../ovctl.h"

/**
 * struct ovctl_schema - What a kind of database holds.
 * @kind: What its row of "meta" says it is.
 * @steps: The SQL that makes each version from the one before it; the first makes version 1.
 * @count: How many there are: the version that this tool knows.
 */
struct ovctl_schema {
	const char *kind;
	const char *const *steps;
	unsigned int count;
};

extern const struct ovctl_schema ovctl_schema_provider;
extern const struct ovctl_schema ovctl_schema_tenant;

/**
 * struct ovctl_db - An open database.
 * @handle: sqlite's own, or NULL.
 * @name: What sentences call it: the file's name.
 * @quiet: Say nothing of failures: the caller can do without.
 */
struct ovctl_db {
	sqlite3 *handle;
	char name[40];
	bool quiet;
};

int ovctl_db_open(struct ovctl *ov, struct ovctl_db *db, const char *dir, const char *name,
		  const struct ovctl_schema *schema, const char *vfs, bool make);
void ovctl_db_close(struct ovctl_db *db);
int ovctl_db_fail(struct ovctl *ov, const struct ovctl_db *db);
int ovctl_db_damaged(struct ovctl *ov, const struct ovctl_db *db, const char *what);
int ovctl_db_look(struct ovctl *ov, struct ovctl_db *db);
int ovctl_db_begin(struct ovctl *ov, struct ovctl_db *db);
int ovctl_db_commit(struct ovctl *ov, struct ovctl_db *db);
void ovctl_db_rollback(struct ovctl_db *db);

/* A statement and what is bound to it, one letter each: i an int64_t, t a text or NULL, a an
 * address and c a prefix, which are NULL where they are none. @fn gets each row; it returns 0,
 * or what the query then returns.
 */
typedef int ovctl_row_fn(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			 void *arg);

int ovctl_db_run(struct ovctl *ov, struct ovctl_db *db, const char *sql, const char *types, ...);
int ovctl_db_each(struct ovctl *ov, struct ovctl_db *db, ovctl_row_fn *fn, void *arg,
		  const char *sql, const char *types, ...);
int ovctl_db_number(struct ovctl *ov, struct ovctl_db *db, int64_t *num, const char *sql,
		    const char *types, ...);

bool ovctl_row_text(sqlite3_stmt *row, int column, char *buf, size_t size);
bool ovctl_row_addr(sqlite3_stmt *row, int column, struct ovctl_addr *addr);
bool ovctl_row_cidr(sqlite3_stmt *row, int column, struct ovctl_cidr *cidr);

#endif
