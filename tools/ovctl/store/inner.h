/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_STORE_INNER_H
#define OVCTL_STORE_INNER_H

#include "db.h"
#include "store.h"

/**
 * struct ovctl_store - A store that is open.
 * @dir: Its directory.
 * @lock: The file that is locked while the store is read or changed.
 * @logins: The file that is locked while a password is checked.
 * @provider: What is the provider's: hosts, credentials, numbers given out, the log.
 */
struct ovctl_store {
	char dir[PATH_MAX - 64];
	int lock;
	int logins;
	struct ovctl_db provider;
};

extern const char *ovctl_store_vfs;
extern int64_t (*ovctl_store_now)(void);

int ovctl_store_lock(struct ovctl *ov, int fd, int how);
void ovctl_store_unlock(int fd);
int ovctl_store_open_tenant(struct ovctl *ov, const struct ovctl_store *store,
			    struct ovctl_db *db, uint32_t id, bool make);

int ovctl_rows_read_tenant(struct ovctl *ov, struct ovctl_db *db, struct ovctl_tenant *tenant);
int ovctl_rows_write_tenant(struct ovctl *ov, struct ovctl_db *db,
			    const struct ovctl_tenant *old, const struct ovctl_tenant *now);
int ovctl_rows_read_hosts(struct ovctl *ov, struct ovctl_db *db, struct ovctl_model *model);
int ovctl_rows_write_host(struct ovctl *ov, struct ovctl_db *db, const struct ovctl_host *host);

int ovctl_numbers_take(struct ovctl *ov, struct ovctl_db *db, struct ovctl_tenant *tenant);
int ovctl_numbers_settle(struct ovctl *ov, struct ovctl_db *db,
			 const struct ovctl_tenant *tenant);

int ovctl_auth_hash(struct ovctl *ov, struct ovctl_store *store, char *hash, const char *password);
int ovctl_auth_forget(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant);

int ovctl_log_add(struct ovctl *ov, struct ovctl_db *db, const char *who, uint32_t tenant,
		  const char *what, const char *state, int64_t *id);
int ovctl_log_state(struct ovctl *ov, struct ovctl_db *db, int64_t id, const char *state);

#endif
