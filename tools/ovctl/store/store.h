/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_STORE_H
#define OVCTL_STORE_H

#include "../model/model.h"
#include "../ovctl.h"

#define OVCTL_STORE_DIR "/var/lib/tenovl"
#define OVCTL_STORE_WHO 32
#define OVCTL_STORE_WHAT 256

/* How long a command waits for another one that holds the store. */
#define OVCTL_STORE_WAIT_MS 10000

struct ovctl_store;

/**
 * struct ovctl_adoption - A VM that the kernel shows in another place than the store.
 * @tenant: The tenant.
 * @vm: The VM's number.
 * @vpc: Where it is.
 * @seq: The sequence of its forwarding entry there.
 */
struct ovctl_adoption {
	uint32_t tenant;
	uint32_t vm;
	uint32_t vpc;
	uint32_t seq;
};

/**
 * struct ovctl_log_entry - A line of the audit log.
 * @id: Its number.
 * @at: When, in milliseconds since 1970.
 * @who: "provider", "tenant", or "root" for what needs no password.
 * @uid: The user who ran the tool.
 * @tenant: The tenant that it is about, or 0.
 * @what: The command.
 * @state: "done", "begun", "undone" or "refused".
 */
struct ovctl_log_entry {
	int64_t id;
	int64_t at;
	char who[OVCTL_STORE_WHO];
	uint32_t uid;
	uint32_t tenant;
	char what[OVCTL_STORE_WHAT];
	char state[16];
};

/* Opening. A store that is not to be made must be there. */
int ovctl_store_open(struct ovctl *ov, struct ovctl_store **store, const char *dir, bool make);
void ovctl_store_close(struct ovctl_store *store);

/* For tests: another VFS of sqlite for all stores opened from here on, and another clock. */
void ovctl_store_use_vfs(const char *name);
void ovctl_store_use_clock(int64_t (*now)(void));
int64_t ovctl_store_clock(void);

/* Reading. What is read together is of one moment. */
int ovctl_store_load(struct ovctl *ov, struct ovctl_store *store, struct ovctl_model *model);
int ovctl_store_load_tenant(struct ovctl *ov, struct ovctl_store *store, uint32_t id,
			    struct ovctl_model *model);
int ovctl_store_log(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant,
		    int (*fn)(const struct ovctl_log_entry *entry, void *arg), void *arg);

/* Changing. Between begin and end no other command changes the store. */
int ovctl_store_begin(struct ovctl *ov, struct ovctl_store *store);
void ovctl_store_end(struct ovctl_store *store);
int ovctl_store_free_id(struct ovctl *ov, struct ovctl_store *store, uint32_t *id);
bool ovctl_store_has_tenant(struct ovctl *ov, struct ovctl_store *store, uint32_t id);
int ovctl_store_add_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			   const char *what, struct ovctl_tenant *tenant,
			   const char *password);
int ovctl_store_save_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			    const char *what, const struct ovctl_tenant *old,
			    struct ovctl_tenant *tenant);
int ovctl_store_del_tenant(struct ovctl *ov, struct ovctl_store *store, const char *who,
			   const char *what, uint32_t id);
int ovctl_store_save_host(struct ovctl *ov, struct ovctl_store *store, const char *who,
			  const char *what, const struct ovctl_host *host);
int ovctl_store_del_host(struct ovctl *ov, struct ovctl_store *store, const char *who,
			 const char *what, const char *name);
int ovctl_store_adopt(struct ovctl *ov, struct ovctl_store *store,
		      const struct ovctl_adoption *list, unsigned int count);

/* Passwords. Tenant 0 is the provider. */
bool ovctl_store_provider_known(struct ovctl *ov, struct ovctl_store *store);
int ovctl_store_login(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant,
		      const char *password, const char **who);
int ovctl_store_passwd(struct ovctl *ov, struct ovctl_store *store, const char *who,
		       uint32_t tenant, const char *password);
int ovctl_store_cost(struct ovctl *ov, struct ovctl_store *store, const char *who,
		     uint64_t ops, uint64_t memory);

#endif
