// SPDX-License-Identifier: GPL-2.0
/* ovctl vpc: the places of a tenant. */
#include <string.h>

#include "command.h"
#include "cold.h"
#include "tables.h"
#include "work.h"

enum { VPC_HOST, VPC_UPLINK };

#define VPC_OPTIONS {									\
	[VPC_HOST] = { "host", OVCTL_OPTION_VALUE },					\
	[VPC_UPLINK] = { "uplink", OVCTL_OPTION_VALUE },				\
	{ 0 },										\
}

static int ovctl_vpc_uplink(struct ovctl *ov, const char *text, struct ovctl_vpc *vpc)
{
	if (!text)
		return OVCTL_DONE;
	if (strcmp(text, "none"))
		return ovctl_arg_text(ov, text, ovctl_field_link, vpc->uplink, sizeof(vpc->uplink));
	vpc->uplink[0] = '\0';
	return OVCTL_DONE;
}

static int ovctl_vpc_apply(struct ovctl_work *work, const struct ovctl_option *opt,
			   struct ovctl_vpc *vpc)
{
	struct ovctl_host *host;

	if (opt[VPC_HOST].value || !vpc->host[0]) {
		host = ovctl_work_host(work, opt[VPC_HOST].value);
		if (!host)
			return OVCTL_FAILED;
		ovctl_place_vpc(&work->now, vpc, host);
	}
	return ovctl_vpc_uplink(work->ov, opt[VPC_UPLINK].value, vpc);
}

static int ovctl_vpc_add_one(struct ovctl_work *work, const char *text,
			     const struct ovctl_option *opt)
{
	uint32_t id = ovctl_default_vpc_id(&work->now);
	struct ovctl_vpc *vpc;
	int ret = OVCTL_DONE;

	if (text)
		ret = ovctl_arg_number(work->ov, "a VPC", text, OVCTL_VPC_MAX, &id);
	if (!ret && ovctl_tenant_vpc(&work->now, id))
		ret = ovctl_fail(work->ov, "VPC %u is there already: the next free number is %u",
				 id, ovctl_default_vpc_id(&work->now));
	if (!ret)
		ret = ovctl_work_first_host(work);
	if (ret)
		return ret;
	vpc = ovctl_tenant_add_vpc(&work->now, id);
	ret = ovctl_vpc_apply(work, opt, vpc);
	if (!ret)
		ret = ovctl_work_save(work);
	if (!ret)
		ovctl_grid_one(work->ov, ovctl_columns_vpc, ovctl_record_vpc(&work->now, vpc));
	return ret;
}

static int ovctl_vpc_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vpc add", .min = 1, .max = 2 };
	struct ovctl_option options[] = VPC_OPTIONS;
	struct ovctl_work work = { 0 };
	struct ovctl_vpc trial;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_vpc_uplink(ov, options[VPC_UPLINK].value, &trial);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_vpc_add_one(&work, args.words[1], options);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vpc_add_command = {
	.object = "vpc", .verb = "add", .options = true,
	.args = "TENANT [VPC] [--host HOST] [--uplink DEV]",
	.help = "Adds a VPC; without a number with the lowest that is free, on the emptiest host. The\n"
		"uplink is a device that others put into its namespace: its way out, by default routes.",
	.run = ovctl_vpc_add,
};

static int ovctl_vpc_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vpc set", .min = 2, .max = 2 };
	struct ovctl_option options[] = VPC_OPTIONS;
	struct ovctl_work work = { 0 };
	struct ovctl_vpc *vpc = NULL;
	struct ovctl_vpc trial;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !ovctl_options_any(options))
		ret = ovctl_misuse(ov, "vpc set needs an option: see ovctl vpc set --help");
	if (!ret)
		ret = ovctl_vpc_uplink(ov, options[VPC_UPLINK].value, &trial);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret) {
		vpc = ovctl_work_vpc(&work, args.words[1]);
		ret = vpc ? ovctl_vpc_apply(&work, options, vpc) : OVCTL_FAILED;
	}
	if (!ret)
		ret = ovctl_work_save(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vpc_set_command = {
	.object = "vpc", .verb = "set", .options = true,
	.args = "TENANT VPC [--host HOST] [--uplink DEV|none]",
	.help = "Places a VPC on another host, or gives it another way out.",
	.run = ovctl_vpc_set,
};

static int ovctl_vpc_gather(struct ovctl_work *work, const char *name, json_t *records)
{
	const struct ovctl_vpc *only = name ? ovctl_work_vpc(work, name) : NULL;
	const struct ovctl_tenant *tenant = &work->now;
	unsigned int i;

	if (name && !only)
		return OVCTL_FAILED;
	for (i = 0; i < tenant->n_vpcs; i++)
		if (!only || only == &tenant->vpcs[i])
			json_array_append_new(records,
					      ovctl_record_vpc(tenant, &tenant->vpcs[i]));
	return OVCTL_DONE;
}

static int ovctl_vpc_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vpc show", .min = 1, .max = 2 };

	return ovctl_work_show(ov, &args, ovctl_columns_vpc, ovctl_vpc_gather, argc, argv);
}

static const struct ovctl_command ovctl_vpc_show_command = {
	.object = "vpc", .verb = "show", .options = true,
	.args = "TENANT [VPC]",
	.help = "Shows one VPC of a tenant, or all.",
	.run = ovctl_vpc_show,
};

static void ovctl_vpc_cut(struct ovctl_work *work, void *arg)
{
	ovctl_tenant_del_vpc(&work->now, *(const uint32_t *)arg);
}

/* Without any link all VPCs are joined, and those that are left were not. */
static int ovctl_vpc_last_links(struct ovctl_work *work, uint32_t id)
{
	const struct ovctl_tenant *tenant = &work->now;
	unsigned int i;

	if (!tenant->n_links || tenant->n_vpcs < 3)
		return OVCTL_DONE;
	for (i = 0; i < tenant->n_links; i++)
		if (tenant->links[i].a != id && tenant->links[i].b != id)
			return OVCTL_DONE;
	return ovctl_fail(work->ov, "all links of tenant %u are those of VPC %u, and without any all VPCs are joined: \"ovctl tenant set %u links\" first",
			  work->id, id, work->id);
}

static int ovctl_vpc_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vpc del", .min = 2, .max = 2 };
	struct ovctl_option options[] = { { "yes", OVCTL_OPTION_FLAG }, { 0 } };
	struct ovctl_work work = { 0 };
	uint32_t id = 0;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_arg_number(ov, "a VPC", args.words[1], OVCTL_VPC_MAX, &id);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret && !ovctl_work_vpc(&work, args.words[1]))
		ret = OVCTL_FAILED;
	if (!ret)
		ret = ovctl_vpc_last_links(&work, id);
	if (!ret)
		ret = ovctl_work_delete(&work, "Delete the VPC?", options[0].value, ovctl_vpc_cut,
					&id);
	if (!ret)
		ret = ovctl_work_save(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vpc_del_command = {
	.object = "vpc", .verb = "del", .options = true,
	.args = "TENANT VPC [--yes]",
	.help = "Deletes a VPC with its VMs, its tunnels, and subnets that are present nowhere else.\n"
		"Tells what goes, and asks, or takes --yes.",
	.run = ovctl_vpc_del,
};

OVCTL_REGISTER(ovctl_vpc,
	&ovctl_vpc_add_command,
	&ovctl_vpc_show_command,
	&ovctl_vpc_set_command,
	&ovctl_vpc_move_command,
	&ovctl_vpc_del_command);
