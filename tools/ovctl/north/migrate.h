/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_MIGRATE_H
#define OVCTL_MIGRATE_H

#include "../model/migration.h"
#include "../south/moves.h"
#include "work.h"

/* The kernel ends a move that nobody ended, after so many seconds at most. */
#define OVCTL_MIGRATE_MAX 3600

/**
 * struct ovctl_migrate - A VM that moves, and how far it has come.
 * @ov: The run.
 * @work: Work on its tenant.
 * @host: Where to.
 * @vpc_text: The VPC there, as the user names it, or NULL.
 * @tap: Of a tap, what it is called there, or NULL for what it is here.
 * @timeout: Seconds that its arrival is waited for.
 * @now: It is there already, or will be without a word: nothing is waited for.
 * @from: The VPC that it is in.
 * @to: The VPC that it moves to.
 * @vm: The VM, as it was at the beginning.
 * @space: The namespace that its device is in then.
 * @spaces: The namespaces.
 * @seats: The segments that take part.
 * @watch: What is heard of the first of them.
 */
struct ovctl_migrate {
	struct ovctl *ov;
	struct ovctl_work work;
	const char *host;
	const char *vpc_text;
	const char *tap;
	uint32_t timeout;
	bool now;
	uint32_t from;
	uint32_t to;
	struct ovctl_vm vm;
	char space[OVCTL_NETNS_SIZE];
	struct ovctl_spaces spaces;
	struct ovctl_seats seats;
	struct ovctl_watch watch;
};

void ovctl_migrate_init(struct ovctl_migrate *m, struct ovctl *ov);
void ovctl_migrate_end(struct ovctl_migrate *m);
int ovctl_migrate_begin(struct ovctl_migrate *m, struct ovctl_vm *vm);
int ovctl_migrate_ready(struct ovctl_migrate *m);
int ovctl_migrate_wait(struct ovctl_migrate *m);
int ovctl_migrate_settle(struct ovctl_migrate *m);
int ovctl_migrate_cancel(struct ovctl_migrate *m);
int ovctl_migrate_stays(struct ovctl_migrate *m, const struct ovctl_vm *vm);
int ovctl_migrate_arrivals(struct ovctl *ov, struct ovctl_model *model,
			   struct ovctl_adoption **list, unsigned int *count);

#endif
