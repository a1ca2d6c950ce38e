/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include "../../tools/ovctl/model/plan.h"

/**
 * struct sim - A kernel that the test plays: it refuses what the real one would refuse, and
 * takes away what that would take away.
 * @objs: What there is.
 * @why: Why it refused, or empty.
 */
struct sim {
	struct ovctl_items objs;
	char why[512];
};

void sim_init(struct sim *sim);
void sim_free(struct sim *sim);
void sim_netns(struct sim *sim, const char *netns);
void sim_foreign_link(struct sim *sim, const char *netns, const char *link,
		      enum ovctl_link_type type);
struct ovctl_item *sim_get(struct sim *sim, const struct ovctl_item *like);
struct ovctl_item *sim_find(struct sim *sim, enum ovctl_kind kind, const char *netns,
			      const char *link, const char *key);
bool sim_del(struct sim *sim, const struct ovctl_item *obj);
bool sim_op(struct sim *sim, const struct ovctl_op *op);
bool sim_carry(struct sim *sim, const struct ovctl_plan *plan, unsigned int count);
void sim_snapshot(struct ovctl_items *to, const struct sim *sim);

#endif
