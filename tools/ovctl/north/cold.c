// SPDX-License-Identifier: GPL-2.0
/* ovctl subnet migrate and ovctl vpc move: cold moves, make before break.
 *
 * A subnet moves in three stages:
 *
 * 1. The kernel has it in both VPCs: the device, its peers and routes are made in the new one, with
 *    all of that known to the tenant's other VPCs. Its VMs stay. The store still says "before".
 * 2. The store's change, in one transaction. From here on it is "after". Then VM by VM is taken
 *    from the old device to the new one; the old one sends on what comes late.
 * 3. What the old VPC has of it is deleted.
 *
 * What ends on the way leaves a store that says one or the other, and sync makes the kernel that.
 *
 * The devices of a VPC bear the same names in the same namespace on another host, so that they
 * cannot be there twice. Its new address comes out of the store's change, which is the first
 * stage; its peers learn of that address in the second one, and in the third the devices are made
 * anew on the other host.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../model/cold.h"
#include "cold.h"
#include "sync.h"
#include "work.h"

/**
 * struct ovctl_move - A move.
 * @work: The work on the tenant.
 * @change: Changes the tenant as it shall be, or refuses.
 * @carry: Does so in the kernel and the store, with the tenant loaded, changed and checked.
 * @name: What moves, as the user names it.
 * @from: The VPC that a subnet leaves.
 * @to: The VPC that it comes to.
 * @host: The host that a VPC comes to.
 * @id: What moves, by its number.
 * @before: The tenant as it was.
 * @after: The tenant as it shall be.
 */
struct ovctl_move {
	struct ovctl_work work;
	int (*change)(struct ovctl_move *move);
	int (*carry)(struct ovctl_move *move);
	const char *name;
	const char *from;
	const char *to;
	const char *host;
	uint32_t id;
	struct ovctl_tenant before;
	struct ovctl_tenant after;
};

static int ovctl_move_change(struct ovctl_move *move)
{
	int ret = move->change(move);

	return ret ? ret : ovctl_work_check(&move->work);
}

static int ovctl_move_again(struct ovctl_move *move)
{
	int ret = ovctl_work_load(&move->work, move->work.id);

	return ret ? ret : ovctl_move_change(move);
}

/* The kernel is as the store says before it is anything else. */
static int ovctl_move_carry(struct ovctl_move *move)
{
	static const struct ovctl_stage as_stored;
	int ret, lock;

	ovctl_work_pause(&move->work);
	ret = ovctl_sync_lock(move->work.ov, &lock);
	if (ret)
		return ret;
	ret = ovctl_sync_stage(move->work.ov, &as_stored);
	if (!ret)
		ret = ovctl_move_again(move);
	if (!ret) {
		ovctl_tenant_copy(&move->before, move->work.old);
		ovctl_tenant_copy(&move->after, &move->work.now);
		ret = move->carry(move);
	}
	close(lock);
	ovctl_tenant_free(&move->before);
	ovctl_tenant_free(&move->after);
	return ret;
}

static int ovctl_move_store(struct ovctl_move *move)
{
	int ret = ovctl_work_save(&move->work);

	if (!ret && geteuid())
		ovctl_say(move->work.ov, "\"ovctl sync\" carries it out, as root");
	return ret;
}

static int ovctl_move_run(struct ovctl *ov, struct ovctl_move *move, const struct ovctl_args *args,
			  bool no_sync)
{
	int ret;

	ret = ovctl_work_tenant(ov, &move->work, args->words[0], args->what);
	if (!ret)
		ret = ovctl_move_change(move);
	if (!ret && (no_sync || geteuid()))
		ret = ovctl_move_store(move);
	else if (!ret)
		ret = ovctl_move_carry(move);
	ovctl_work_end(&move->work);
	return ret;
}

/* --- subnets --- */

static int ovctl_migrate_change(struct ovctl_move *move)
{
	struct ovctl_work *work = &move->work;
	const struct ovctl_subnet *subnet = ovctl_work_subnet(work, move->name);
	const struct ovctl_vpc *from = subnet ? ovctl_work_vpc(work, move->from) : NULL;
	const struct ovctl_vpc *to = from ? ovctl_work_vpc(work, move->to) : NULL;

	if (!to)
		return OVCTL_FAILED;
	if (from == to)
		return ovctl_fail(work->ov, "VPC %u is both: a subnet moves from one VPC to another",
				  from->id);
	if (!ovctl_subnet_in(subnet, from->id))
		return ovctl_fail(work->ov, "subnet %u is not in VPC %u: it cannot move from there",
				  subnet->id, from->id);
	if (ovctl_subnet_in(subnet, to->id))
		return ovctl_fail(work->ov, "subnet %u is in VPC %u already", subnet->id, to->id);
	move->id = subnet->id;
	ovctl_move_subnet(&work->now, subnet->id, from->id, to->id);
	return OVCTL_DONE;
}

/* The subnet is in both VPCs: of one of the two tenants, and so are its VMs. */
static void ovctl_migrate_both(struct ovctl_model *model, const struct ovctl_move *move,
			       const struct ovctl_tenant *vms, const struct ovctl_tenant *other)
{
	const struct ovctl_subnet *there = ovctl_tenant_subnet(other, move->id);
	struct ovctl_tenant *tenant;
	unsigned int i;

	ovctl_model_put_tenant(model, vms);
	tenant = ovctl_model_tenant(model, vms->id);
	for (i = 0; tenant && i < there->n_vpcs; i++)
		ovctl_subnet_add_vpc(ovctl_tenant_subnet(tenant, move->id), there->vpcs[i]);
}

static void ovctl_migrate_made(struct ovctl_model *model, const void *arg)
{
	const struct ovctl_move *move = arg;

	ovctl_migrate_both(model, move, &move->before, &move->after);
}

static void ovctl_migrate_moved(struct ovctl_model *model, const void *arg)
{
	const struct ovctl_move *move = arg;

	ovctl_migrate_both(model, move, &move->after, &move->before);
}

static int ovctl_migrate_count(const struct ovctl_diff *diff, void *arg)
{
	unsigned int *changes = arg;

	*changes += diff->fate != OVCTL_FATE_SAME;
	return 0;
}

/* The store is not held while the kernel works. */
static int ovctl_migrate_save(struct ovctl_move *move)
{
	unsigned int changes = 0;
	int ret;

	ret = ovctl_move_again(move);
	if (ret)
		return ret;
	ovctl_tenant_diff(&move->after, &move->work.now, ovctl_migrate_count, &changes);
	if (changes)
		return ovctl_fail(move->work.ov, "tenant %u has changed meanwhile: nothing is moved",
				  move->work.id);
	return ovctl_work_save(&move->work);
}

static int ovctl_migrate_carry(struct ovctl_move *move)
{
	const struct ovctl_stage before = { 0 };
	const struct ovctl_stage made = { ovctl_migrate_made, move, true, NULL, 0 };
	const struct ovctl_stage moved = { ovctl_migrate_moved, move, true, &move->after, move->id };
	const struct ovctl_stage after = { .late = true };
	struct ovctl *ov = move->work.ov;
	int ret;

	ovctl_work_pause(&move->work);
	ret = ovctl_sync_stage(ov, &made);
	if (!ret)
		ret = ovctl_migrate_save(move);
	ovctl_work_pause(&move->work);
	if (ret) {
		ovctl_sync_stage(ov, &before);
		return ret;
	}
	ret = ovctl_sync_stage(ov, &moved);
	return ret ? ret : ovctl_sync_stage(ov, &after);
}

static int ovctl_subnet_migrate(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "subnet migrate", .min = 2, .max = 2 };
	struct ovctl_option options[] = {
		{ "from", OVCTL_OPTION_VALUE },
		{ "to", OVCTL_OPTION_VALUE },
		{ "no-sync", OVCTL_OPTION_FLAG },
		{ 0 },
	};
	struct ovctl_move move = { .change = ovctl_migrate_change, .carry = ovctl_migrate_carry };
	uint32_t id;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && (!options[0].value || !options[1].value))
		ret = ovctl_misuse(ov, "subnet migrate needs --from VPC and --to VPC");
	if (!ret)
		ret = ovctl_arg_number(ov, "a VPC", options[0].value, OVCTL_VPC_MAX, &id);
	if (!ret)
		ret = ovctl_arg_number(ov, "a VPC", options[1].value, OVCTL_VPC_MAX, &id);
	if (ret)
		return ret;
	move.name = args.words[1];
	move.from = options[0].value;
	move.to = options[1].value;
	return ovctl_move_run(ov, &move, &args, options[2].value);
}

/* Registered in its place among the commands of subnets. */
const struct ovctl_command ovctl_subnet_migrate_command = {
	.object = "subnet", .verb = "migrate", .options = true,
	.args = "TENANT SUBNET --from VPC --to VPC [--no-sync]",
	.help = "Moves a subnet from one VPC to another with its VMs, which keep their addresses. Makes\n"
		"it there before it goes here, in this machine's kernel; or leaves that to \"ovctl sync\".",
	.run = ovctl_subnet_migrate,
};

/* --- VPCs --- */

static int ovctl_move_vpc_change(struct ovctl_move *move)
{
	struct ovctl_work *work = &move->work;
	struct ovctl_vpc *vpc = ovctl_work_vpc(work, move->name);
	struct ovctl_host *host = vpc ? ovctl_work_host(work, move->host) : NULL;

	if (!host)
		return OVCTL_FAILED;
	if (!strcmp(vpc->host, host->name))
		return ovctl_fail(work->ov, "VPC %u is on host %s already", vpc->id, host->name);
	move->id = vpc->id;
	ovctl_place_vpc(&work->now, vpc, host);
	return OVCTL_DONE;
}

static void ovctl_move_vpc_known(struct ovctl_model *model, const void *arg)
{
	const struct ovctl_move *move = arg;

	ovctl_model_put_tenant(model, &move->before);
	if (ovctl_model_tenant(model, move->before.id))
		ovctl_model_expect_vpc(model, move->before.id, move->id,
				       &ovctl_tenant_vpc(&move->after, move->id)->vtep);
}

static int ovctl_move_vpc_carry(struct ovctl_move *move)
{
	const struct ovctl_stage known = { ovctl_move_vpc_known, move, true, NULL, 0 };
	const struct ovctl_stage after = { 0 };
	struct ovctl *ov = move->work.ov;
	int ret;

	ret = ovctl_work_save(&move->work);
	if (ret)
		return ret;
	ovctl_tenant_vpc(&move->after, move->id)->vtep =
		ovctl_tenant_vpc(&move->work.now, move->id)->vtep;
	ovctl_work_pause(&move->work);
	ret = ovctl_sync_stage(ov, &known);
	return ret ? ret : ovctl_sync_stage(ov, &after);
}

static int ovctl_vpc_move(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vpc move", .min = 2, .max = 2 };
	struct ovctl_option options[] = {
		{ "to", OVCTL_OPTION_VALUE },
		{ "no-sync", OVCTL_OPTION_FLAG },
		{ 0 },
	};
	struct ovctl_move move = { .change = ovctl_move_vpc_change, .carry = ovctl_move_vpc_carry };
	uint32_t id;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !options[0].value)
		ret = ovctl_misuse(ov, "vpc move needs --to HOST");
	if (!ret)
		ret = ovctl_arg_number(ov, "a VPC", args.words[1], OVCTL_VPC_MAX, &id);
	if (ret)
		return ret;
	move.name = args.words[1];
	move.host = options[0].value;
	return ovctl_move_run(ov, &move, &args, options[1].value);
}

/* Registered in its place among the commands of VPCs. */
const struct ovctl_command ovctl_vpc_move_command = {
	.object = "vpc", .verb = "move", .options = true,
	.args = "TENANT VPC --to HOST [--no-sync]",
	.help = "Moves a VPC to another host. Has its peers know it there before its devices are made\n"
		"anew, in this machine's kernel; or leaves that to \"ovctl sync\".",
	.run = ovctl_vpc_move,
};
