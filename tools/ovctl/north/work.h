/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_WORK_H
#define OVCTL_WORK_H

#include <jansson.h>

#include "../model/check.h"
#include "../store/store.h"
#include "options.h"
#include "output.h"

/**
 * struct ovctl_work - A command's work on the store.
 * @ov: The run.
 * @store: The store.
 * @who: In what capacity the user is let in.
 * @what: The command, for the log.
 * @id: The tenant, or 0 for the provider.
 * @model: The hosts, and the tenant as it is.
 * @old: The tenant as it is, in the model, or NULL.
 * @now: The tenant as it shall be.
 * @begun: Nobody else changes the store.
 */
struct ovctl_work {
	struct ovctl *ov;
	struct ovctl_store *store;
	const char *who;
	const char *what;
	uint32_t id;
	struct ovctl_model model;
	const struct ovctl_tenant *old;
	struct ovctl_tenant now;
	bool begun;
};

int ovctl_work_open(struct ovctl *ov, struct ovctl_work *work, uint32_t id, const char *what,
		    bool make);
int ovctl_work_login(struct ovctl_work *work);
int ovctl_work_load(struct ovctl_work *work, uint32_t id);
int ovctl_work_tenant(struct ovctl *ov, struct ovctl_work *work, const char *text,
		      const char *what);
int ovctl_work_provider(struct ovctl *ov, struct ovctl_work *work, const char *what, bool make);
int ovctl_work_check(struct ovctl_work *work);
int ovctl_work_save(struct ovctl_work *work);
void ovctl_work_pause(struct ovctl_work *work);
void ovctl_work_end(struct ovctl_work *work);

struct ovctl_subnet *ovctl_work_subnet(struct ovctl_work *work, const char *text);
struct ovctl_vpc *ovctl_work_vpc(struct ovctl_work *work, const char *text);
struct ovctl_vm *ovctl_work_vm(struct ovctl_work *work, const char *text);
struct ovctl_host *ovctl_work_host(struct ovctl_work *work, const char *text);
int ovctl_work_first_host(struct ovctl_work *work);
int ovctl_work_show(struct ovctl *ov, struct ovctl_args *args, const struct ovctl_column *columns,
		    int (*gather)(struct ovctl_work *work, const char *name, json_t *records),
		    int argc, char **argv);
int ovctl_work_told(struct ovctl_work *work, int ret, const struct ovctl_column *columns,
		    json_t *records);
int ovctl_work_passwd(struct ovctl_work *work, uint32_t id, bool first);
int ovctl_work_delete(struct ovctl_work *work, const char *question, bool yes,
		      void (*cut)(struct ovctl_work *work, void *arg), void *arg);

#endif
