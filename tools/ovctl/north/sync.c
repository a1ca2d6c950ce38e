// SPDX-License-Identifier: GPL-2.0
/* ovctl plan|sync|status: from the store to the kernel of this machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "../model/adopt.h"
#include "../model/wanted.h"
#include "../south/actual.h"
#include "../south/carry.h"
#include "../store/store.h"
#include "command.h"
#include "migrate.h"
#include "output.h"
#include "sync.h"

/* Two at once would be in each other's way. */
#define OVCTL_SYNC_LOCK "/run/tenovl-sync.lock"

/* What was adopted may move again meanwhile. */
#define OVCTL_ADOPT_TRIES 3

/**
 * struct ovctl_work_order - What is to be done, and what it follows from.
 * @ov: The run.
 * @model: What the store says.
 * @spaces: The namespaces of the kernel.
 * @want: What is wanted.
 * @have: What there is.
 * @plan: The steps between them.
 * @arrived: VMs that were moving, and have arrived: the store does not know yet.
 * @n_arrived: How many.
 */
struct ovctl_work_order {
	struct ovctl *ov;
	struct ovctl_model model;
	struct ovctl_spaces spaces;
	struct ovctl_items want;
	struct ovctl_items have;
	struct ovctl_plan plan;
	struct ovctl_adoption *arrived;
	unsigned int n_arrived;
};

static void ovctl_order_clear(struct ovctl_work_order *order)
{
	ovctl_plan_free(&order->plan);
	ovctl_items_free(&order->want);
	ovctl_items_free(&order->have);
	ovctl_spaces_free(&order->spaces);
	ovctl_model_free(&order->model);
	free(order->arrived);
	order->arrived = NULL;
}

static int ovctl_order_open(struct ovctl *ov, struct ovctl_store **store)
{
	if (geteuid())
		return ovctl_fail(ov, "this needs root");
	return ovctl_store_open(ov, store, NULL, false);
}

static int ovctl_order_read(struct ovctl_work_order *order)
{
	int ret;

	ovctl_wanted_make(&order->want, &order->model);
	ret = ovctl_spaces_init(&order->spaces, order->ov);
	if (!ret)
		ret = ovctl_actual_read(&order->have, &order->spaces, &order->want);
	if (!ret)
		ovctl_plan_make(&order->plan, &order->want, &order->have);
	return ret;
}

static int ovctl_order_make(struct ovctl *ov, struct ovctl_work_order *order,
			    const struct ovctl_stage *stage)
{
	struct ovctl_store *store;
	int ret;

	memset(order, 0, sizeof(*order));
	order->ov = ov;
	order->spaces.own = -1;
	ovctl_model_init(&order->model);
	ret = ovctl_order_open(ov, &store);
	if (ret)
		return ret;
	ret = ovctl_store_load(ov, store, &order->model);
	ovctl_store_close(store);
	if (!ret)
		ret = ovctl_migrate_arrivals(ov, &order->model, &order->arrived,
					     &order->n_arrived);
	if (!ret && stage && stage->change)
		stage->change(&order->model, stage->arg);
	if (!ret)
		ret = ovctl_order_read(order);
	if (!ret && stage && stage->late)
		ovctl_plan_turns(&order->plan, stage->tenant, stage->subnet);
	return ret;
}

/* --- telling --- */

static void ovctl_order_list(struct ovctl_work_order *order)
{
	static const struct ovctl_column none[] = { { 0 } };
	struct ovctl_table table;
	char text[4096];
	unsigned int i;

	if (order->ov->json)
		ovctl_table_begin(&table, order->ov, none, false);
	for (i = 0; i < order->plan.count; i++) {
		if (order->ov->json) {
			json_t *rec = ovctl_op_record(&order->plan.ops[i]);

			ovctl_table_record(&table, rec);
			json_decref(rec);
		} else {
			ovctl_op_text(text, sizeof(text), &order->plan.ops[i]);
			fprintf(order->ov->out, "%s\n", text);
		}
	}
	if (order->ov->json)
		ovctl_table_end(&table);
}

static void ovctl_order_sum(const struct ovctl_work_order *order, const char *done)
{
	const unsigned int *verbs = order->plan.verbs;

	if (order->ov->json)
		return;
	if (!order->plan.count) {
		fprintf(order->ov->out, "nothing to do: %u objects are as they should be\n",
			order->want.count);
		return;
	}
	fprintf(order->ov->out, "%s: %u made, %u changed, %u deleted", done,
		verbs[OVCTL_VERB_ADD], verbs[OVCTL_VERB_SET], verbs[OVCTL_VERB_DEL]);
	if (verbs[OVCTL_VERB_ADOPT])
		fprintf(order->ov->out, ", %u adopted", verbs[OVCTL_VERB_ADOPT]);
	if (verbs[OVCTL_VERB_WAIT])
		fprintf(order->ov->out, ", %u waited for", verbs[OVCTL_VERB_WAIT]);
	if (verbs[OVCTL_VERB_CONFLICT])
		fprintf(order->ov->out, ", %u in the way", verbs[OVCTL_VERB_CONFLICT]);
	fputc('\n', order->ov->out);
}

/* --- plan --- */

static int ovctl_plan_run(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_work_order order;
	int ret;

	if (argc)
		return ovctl_misuse(ov, "\"%s\" is more than plan takes", argv[0]);
	ret = ovctl_order_make(ov, &order, NULL);
	if (!ret) {
		ovctl_order_list(&order);
		ovctl_order_sum(&order, "to be done");
	}
	ovctl_order_clear(&order);
	return ret;
}

/* --- status --- */

static void ovctl_status_count(json_t *rec, const char *key, unsigned int n)
{
	n += json_integer_value(json_object_get(rec, key));
	json_object_set_new(rec, key, json_integer(n));
}

static json_t *ovctl_status_of(json_t *all, const char *netns)
{
	json_t *rec = json_object_get(all, netns);

	if (rec)
		return rec;
	rec = json_object();
	json_object_set_new(rec, "netns", json_string(netns));
	ovctl_status_count(rec, "wanted", 0);
	ovctl_status_count(rec, "missing", 0);
	ovctl_status_count(rec, "different", 0);
	ovctl_status_count(rec, "surplus", 0);
	ovctl_status_count(rec, "moved", 0);
	ovctl_status_count(rec, "in-the-way", 0);
	json_object_set_new(all, netns, rec);
	return rec;
}

static const char *ovctl_status_word(const struct ovctl_op *op)
{
	switch (op->verb) {
	case OVCTL_VERB_ADOPT:
		return "moved";
	case OVCTL_VERB_CONFLICT:
		return "in-the-way";
	case OVCTL_VERB_DEL:
		return "surplus";
	default:
		return op->have ? "different" : "missing";
	}
}

static json_t *ovctl_status_make(const struct ovctl_work_order *order)
{
	json_t *all = json_object();
	unsigned int i;

	for (i = 0; i < order->want.count; i++)
		ovctl_status_count(ovctl_status_of(all, order->want.list[i].netns), "wanted", 1);
	for (i = 0; i < order->plan.count; i++)
		ovctl_status_count(ovctl_status_of(all,
						   ovctl_op_object(&order->plan.ops[i])->netns),
				   ovctl_status_word(&order->plan.ops[i]), 1);
	return all;
}

static void ovctl_status_show(struct ovctl_work_order *order)
{
	static const struct ovctl_column columns[] = {
		{ "NETNS", "netns", 24 },
		{ "WANTED", "wanted", 6 },
		{ "MISSING", "missing", 7 },
		{ "DIFFERENT", "different", 9 },
		{ "SURPLUS", "surplus", 7 },
		{ "MOVED", "moved", 5 },
		{ "IN-THE-WAY", "in-the-way", 10 },
		{ 0 },
	};
	json_t *all = ovctl_status_make(order);
	struct ovctl_table table;
	const char *key;
	json_t *rec;

	ovctl_table_begin(&table, order->ov, columns, false);
	json_object_foreach(all, key, rec) {
		ovctl_table_record(&table, rec);
	}
	ovctl_table_end(&table);
	json_decref(all);
}

static int ovctl_status_run(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_work_order order;
	int ret;

	if (argc)
		return ovctl_misuse(ov, "\"%s\" is more than status takes", argv[0]);
	ret = ovctl_order_make(ov, &order, NULL);
	if (!ret) {
		ovctl_status_show(&order);
		ret = order.plan.count ? OVCTL_FAILED : OVCTL_DONE;
	}
	ovctl_order_clear(&order);
	return ret;
}

/* --- sync --- */

static void ovctl_sync_told(struct ovctl *ov, const struct ovctl_plan *plan, unsigned int done)
{
	char text[80];

	if (done == plan->count) {
		fputs("\r\033[K", ov->err);
		return;
	}
	ovctl_op_name(text, sizeof(text), &plan->ops[done]);
	fprintf(ov->err, "\r[%u/%u] %s\033[K", done, plan->count, text);
}

/* A line for each thing that is not there and not ours to make, or that two are to have. */
static void ovctl_sync_waits(struct ovctl_work_order *order)
{
	unsigned int i;

	for (i = 0; i < order->plan.count; i++) {
		const struct ovctl_item *obj = order->plan.ops[i].want;

		if (order->plan.ops[i].verb == OVCTL_VERB_WAIT && obj->contested &&
		    obj->kind == OVCTL_KIND_LINK)
			fprintf(order->ov->out, "device %s of namespace \"%s\" is that of two VMs, by the store: it is made for the first of them until the other one has another (vm set --netns)\n",
				obj->link, obj->netns);
		else if (order->plan.ops[i].verb == OVCTL_VERB_WAIT && obj->contested)
			fprintf(order->ov->out, "device %s of namespace \"%s\" is that of two VMs, by the store: who has it keeps it until the other one has another (vm set --tap)\n",
				obj->link, obj->netns);
		else if (order->plan.ops[i].verb == OVCTL_VERB_WAIT)
			fprintf(order->ov->out, "device %s of namespace \"%s\" is not there, and not ovctl's to make: sync again when it is\n",
				obj->link, obj->netns);
	}
}

static int ovctl_sync_conflicts(struct ovctl_work_order *order)
{
	unsigned int i;
	char name[256];

	for (i = 0; i < order->plan.count; i++) {
		const struct ovctl_op *op = &order->plan.ops[i];

		if (op->verb != OVCTL_VERB_CONFLICT)
			continue;
		ovctl_item_name(name, sizeof(name), op->want);
		ovctl_say(order->ov, "%s: there is one of that name already that is not of ovctl's making: delete or rename it",
			  name);
	}
	return order->plan.verbs[OVCTL_VERB_CONFLICT] ? OVCTL_FAILED : OVCTL_DONE;
}

/* The store learns what the kernel knows better. */
static int ovctl_sync_adopt(struct ovctl_work_order *order)
{
	unsigned int i, count = order->n_arrived;
	unsigned int want = count + order->plan.verbs[OVCTL_VERB_ADOPT];
	struct ovctl_adoption *list = ovctl_grow(NULL, 0, want * sizeof(*list));
	struct ovctl_store *store;
	struct ovctl_moved moved;
	int ret;

	if (count)
		memcpy(list, order->arrived, count * sizeof(*list));
	for (i = 0; i < order->plan.count; i++) {
		if (order->plan.ops[i].verb != OVCTL_VERB_ADOPT ||
		    !ovctl_moved_find(&moved, &order->model, &order->plan.ops[i]))
			continue;
		list[count++] = (struct ovctl_adoption){ moved.tenant, moved.vm, moved.vpc,
							 moved.seq };
	}
	ret = ovctl_order_open(order->ov, &store);
	if (!ret) {
		ret = ovctl_store_adopt(order->ov, store, list, count);
		ovctl_store_close(store);
	}
	free(list);
	return ret;
}

/* What was adopted changes what is wanted, so the plan is made anew then. */
static int ovctl_sync_order(struct ovctl *ov, struct ovctl_work_order *order,
			    const struct ovctl_stage *stage)
{
	unsigned int tries = OVCTL_ADOPT_TRIES;
	unsigned int adopted = 0, news;
	int ret;

	for (;;) {
		ret = ovctl_order_make(ov, order, stage);
		news = order->n_arrived + order->plan.verbs[OVCTL_VERB_ADOPT];
		if (ret || !news || !tries--)
			break;
		adopted = news;
		ret = ovctl_sync_adopt(order);
		if (ret)
			break;
		ovctl_order_clear(order);
	}
	if (!ret && adopted && !ov->json)
		fprintf(ov->out, "%u moved on and %s adopted\n", adopted,
			adopted == 1 ? "is" : "are");
	return ret;
}

/**
 * ovctl_sync_lock() - Have no other sync at work.
 * @ov: The run.
 * @lock: The lock, to be closed in the end.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_sync_lock(struct ovctl *ov, int *lock)
{
	*lock = open(OVCTL_SYNC_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0 || flock(*lock, LOCK_EX))
		return ovctl_fail(ov, OVCTL_SYNC_LOCK ": %s", strerror(errno));
	return OVCTL_DONE;
}

static long ovctl_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

static int ovctl_sync_carry(struct ovctl_work_order *order)
{
	struct ovctl *ov = order->ov;
	bool tty = isatty(fileno(ov->err)) && !ov->json;
	int ret;

	ret = ovctl_sync_conflicts(order);
	if (ret)
		return ret;
	ret = ovctl_carry(&order->spaces, &order->plan, tty ? ovctl_sync_told : NULL);
	if (ret)
		return ret;
	if (ov->json)
		ovctl_order_list(order);
	else
		ovctl_sync_waits(order);
	ovctl_order_sum(order, "done");
	return OVCTL_DONE;
}

/**
 * ovctl_sync() - Make this machine's kernel what the store says, and tell what was done.
 * @ov: The run.
 * @stats: Tell how long it took as well.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_sync(struct ovctl *ov, bool stats)
{
	struct ovctl_work_order order;
	long begun = ovctl_ms();
	int ret, lock;

	if (geteuid())
		return ovctl_fail(ov, "this needs root");
	ret = ovctl_sync_lock(ov, &lock);
	if (ret)
		return ret;
	ret = ovctl_sync_order(ov, &order, NULL);
	if (!ret)
		ret = ovctl_sync_carry(&order);
	if (!ret && stats)
		fprintf(ov->err, "%ld ms, %lu requests to the kernel\n", ovctl_ms() - begun,
			ovctl_spaces_calls(&order.spaces));
	ovctl_order_clear(&order);
	close(lock);
	return ret;
}

/* What another tenant's namespaces are in the way of, or lack, is no matter of this one. */
static int ovctl_sync_tenant(struct ovctl *ov, uint32_t id)
{
	const struct ovctl_tenant *tenant;
	struct ovctl_work_order order;
	int ret, lock;

	ret = ovctl_sync_lock(ov, &lock);
	if (ret)
		return ret;
	ret = ovctl_sync_order(ov, &order, NULL);
	tenant = ret ? NULL : ovctl_model_tenant(&order.model, id);
	if (!ret && !tenant)
		ret = ovctl_fail(ov, "there is no tenant %u any more", id);
	if (tenant) {
		ovctl_plan_keep(&order.plan, &order.model, tenant);
		ret = ovctl_sync_carry(&order);
	}
	ovctl_order_clear(&order);
	close(lock);
	return ret;
}

/**
 * ovctl_sync_aside() - Sync as a part of another command.
 * @ov: The run.
 * @tenants: The tenants that the command is about: where the whole cannot be done, what is of these
 *	is, and the rest is told of.
 * @count: How many; 0 for all.
 *
 * What sync tells goes where progress goes: the results are those of the command.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_sync_aside(struct ovctl *ov, const uint32_t *tenants, unsigned int count)
{
	FILE *out = ov->out;
	bool json = ov->json;
	unsigned int i;
	int ret;

	fflush(out);
	ov->out = ov->err;
	ov->json = false;
	ret = ovctl_sync(ov, false);
	if (ret && count && !geteuid()) {
		ret = OVCTL_DONE;
		for (i = 0; i < count; i++)
			if (ovctl_sync_tenant(ov, tenants[i]))
				ret = OVCTL_FAILED;
	}
	ov->out = out;
	ov->json = json;
	return ret;
}

/**
 * ovctl_sync_stage() - Bring the kernel to a stage on the way to what the store says, silently.
 * @ov: The run, with ovctl_sync_lock().
 * @stage: The stage.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_sync_stage(struct ovctl *ov, const struct ovctl_stage *stage)
{
	struct ovctl_work_order order;
	int ret;

	ret = ovctl_sync_order(ov, &order, stage);
	if (!ret)
		ret = ovctl_sync_conflicts(&order);
	if (!ret)
		ret = ovctl_carry(&order.spaces, &order.plan, NULL);
	ovctl_order_clear(&order);
	return ret;
}

static int ovctl_sync_run(struct ovctl *ov, int argc, char **argv)
{
	bool stats = argc && !strcmp(argv[0], "--stats");

	if (argc > stats)
		return ovctl_misuse(ov, "\"%s\" is more than sync takes", argv[stats]);
	return ovctl_sync(ov, stats);
}

static const struct ovctl_command plan_cmd = {
	.object = "plan",
	.args = "",
	.help = "Tell what sync would do, a step a line.",
	.run = ovctl_plan_run,
};

static const struct ovctl_command sync_cmd = {
	.object = "sync",
	.option = "--stats",
	.args = "[--stats]",
	.help = "Make this machine's kernel what the store says. What is right is not touched.",
	.run = ovctl_sync_run,
};

static const struct ovctl_command status_cmd = {
	.object = "status",
	.args = "",
	.help = "Tell by namespace what is not as the store says. Exit status 1: something is not.",
	.run = ovctl_status_run,
};

OVCTL_REGISTER(sync, &plan_cmd, &sync_cmd, &status_cmd);
