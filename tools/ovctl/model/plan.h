/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_PLAN_H
#define OVCTL_PLAN_H

#include "item.h"

/**
 * enum ovctl_verb - What is to be done.
 * @OVCTL_VERB_CONFLICT: Nothing can be: somebody else's has the name.
 * @OVCTL_VERB_ADOPT: Nothing in the kernel: the store is to take what the kernel knows.
 * @OVCTL_VERB_WAIT: Nothing yet: what @want belongs to is not ours to make, and not there; or two
 *	are to have it.
 * @OVCTL_VERB_DEL: Delete @have.
 * @OVCTL_VERB_ADD: Make @want.
 * @OVCTL_VERB_SET: Change @have to what @want says in some fields.
 */
enum ovctl_verb {
	OVCTL_VERB_CONFLICT,
	OVCTL_VERB_ADOPT,
	OVCTL_VERB_WAIT,
	OVCTL_VERB_DEL,
	OVCTL_VERB_ADD,
	OVCTL_VERB_SET,
	OVCTL_VERBS
};

/**
 * enum ovctl_late - Steps that are not in the order of their kinds.
 * @OVCTL_LATE_NOT: It is.
 * @OVCTL_LATE_BOND: Behind what sets devices up.
 * @OVCTL_LATE_BRIDGE: Behind all else.
 */
enum ovctl_late {
	OVCTL_LATE_NOT,
	OVCTL_LATE_BOND,
	OVCTL_LATE_BRIDGE,
};

/**
 * struct ovctl_op - One step.
 * @verb: What is to be done.
 * @want: The object as it should be, or NULL.
 * @have: The object as it is, or NULL.
 * @fields: The fields to be said, a bit each.
 * @turn: Steps of a lower turn come first; all are of turn 0 unless a move gives them others.
 * @late: Of a new leg of a VM, when it is joined with what.
 */
struct ovctl_op {
	enum ovctl_verb verb;
	const struct ovctl_item *want;
	const struct ovctl_item *have;
	uint32_t fields;
	unsigned int turn;
	enum ovctl_late late;
};

/**
 * struct ovctl_plan - Steps in order.
 * @ops: The steps; they point into the two lists that the plan was made from.
 * @count: How many.
 * @verbs: How many of each verb.
 */
struct ovctl_plan {
	struct ovctl_op *ops;
	unsigned int count;
	unsigned int verbs[OVCTL_VERBS];
};

void ovctl_plan_make(struct ovctl_plan *plan, struct ovctl_items *want,
		     struct ovctl_items *have);
void ovctl_plan_turns(struct ovctl_plan *plan, const struct ovctl_tenant *tenant, uint32_t subnet);
void ovctl_plan_keep(struct ovctl_plan *plan, const struct ovctl_model *model,
		     const struct ovctl_tenant *tenant);
void ovctl_plan_free(struct ovctl_plan *plan);
const struct ovctl_item *ovctl_op_object(const struct ovctl_op *op);
void ovctl_op_name(char *buf, size_t size, const struct ovctl_op *op);
void ovctl_op_text(char *buf, size_t size, const struct ovctl_op *op);
json_t *ovctl_op_record(const struct ovctl_op *op);

#endif
