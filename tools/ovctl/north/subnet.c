// SPDX-License-Identifier: GPL-2.0
/* ovctl subnet: networks of a tenant, in one VPC or stretched over several. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "cold.h"
#include "tables.h"
#include "work.h"

enum {
	SUBNET_GATEWAY, SUBNET_ENCAP, SUBNET_ATTACH, SUBNET_HA, SUBNET_SUPPRESS, SUBNET_VPC,
	SUBNET_ID,
};

#define SUBNET_SETTINGS									\
	[SUBNET_GATEWAY] = { "gateway", OVCTL_OPTION_VALUE },				\
	[SUBNET_ENCAP] = { "encap", OVCTL_OPTION_VALUE },				\
	[SUBNET_ATTACH] = { "attach", OVCTL_OPTION_VALUE },				\
	[SUBNET_HA] = { "ha", OVCTL_OPTION_NUMBER },					\
	[SUBNET_SUPPRESS] = { "suppress", OVCTL_OPTION_VALUE },				\
	[SUBNET_VPC] = { "vpc", OVCTL_OPTION_VALUE }

#define SUBNET_HELP									\
	"OPTION is one of\n"								\
	"  --vpc VPC[,VPC...]|all | --gateway ADDR[,ADDR]|none | --encap vxlan|gre |\n"	\
	"  --attach direct|bridge | --ha[=N] | --suppress on|off\n"			\
	"--ha gives each VPC so many backup bridges, one where no number is given."

static int ovctl_subnet_cidr(struct ovctl *ov, const char *item, void *arg)
{
	struct ovctl_subnet *subnet = arg;
	struct ovctl_cidr cidr;
	struct ovctl_cidr *place;
	int ret;

	ret = ovctl_arg_cidr(ov, item, &cidr);
	if (ret)
		return ret;
	place = cidr.addr.len == 4 ? &subnet->cidr4 : &subnet->cidr6;
	if (place->addr.len)
		return ovctl_misuse(ov, "a subnet has one prefix of IPv4 and one of IPv6 at most");
	*place = cidr;
	return OVCTL_DONE;
}

static int ovctl_subnet_gateway(struct ovctl *ov, const char *item, void *arg)
{
	struct ovctl_subnet *subnet = arg;
	struct ovctl_addr addr;
	int ret;

	ret = ovctl_arg_addr(ov, item, ovctl_field_addr, &addr);
	if (!ret && addr.len == 4)
		subnet->gw4 = addr;
	else if (!ret)
		subnet->gw6 = addr;
	return ret;
}

static int ovctl_subnet_gateways(struct ovctl *ov, const char *text, struct ovctl_subnet *subnet)
{
	memset(&subnet->gw4, 0, sizeof(subnet->gw4));
	memset(&subnet->gw6, 0, sizeof(subnet->gw6));
	if (!strcmp(text, "none"))
		return OVCTL_DONE;
	return ovctl_arg_each(ov, text, ovctl_subnet_gateway, subnet);
}

static int ovctl_subnet_presence(struct ovctl *ov, const char *item, void *arg)
{
	uint32_t id;
	int ret;

	ret = ovctl_arg_number(ov, "a VPC", item, OVCTL_VPC_MAX, &id);
	if (!ret)
		ovctl_subnet_add_vpc(arg, id);
	return ret;
}

static int ovctl_subnet_ha(struct ovctl *ov, const char *text, struct ovctl_subnet *subnet)
{
	char why[OVCTL_WHY_SIZE];

	subnet->ha = 1;
	if (text[0] && !ovctl_field_number(&subnet->ha, text, 0, OVCTL_HA_MAX, why))
		return ovctl_misuse(ov, "ha \"%s\" %s", text, why);
	if (subnet->ha)
		subnet->attach = OVCTL_ATTACH_BRIDGE;
	return OVCTL_DONE;
}

static int ovctl_subnet_words(struct ovctl *ov, const struct ovctl_option *opt,
			      struct ovctl_subnet *subnet)
{
	unsigned int word;
	int ret = OVCTL_DONE;

	if (opt[SUBNET_ENCAP].value) {
		ret = ovctl_arg_word(ov, opt[SUBNET_ENCAP].value, ovctl_words_encap, &word);
		if (!ret)
			subnet->encap = word;
	}
	if (!ret && opt[SUBNET_ATTACH].value) {
		ret = ovctl_arg_word(ov, opt[SUBNET_ATTACH].value, ovctl_words_attach, &word);
		if (!ret)
			subnet->attach = word;
	}
	if (!ret && opt[SUBNET_SUPPRESS].value) {
		ret = ovctl_arg_word(ov, opt[SUBNET_SUPPRESS].value, ovctl_words_switch, &word);
		if (!ret)
			subnet->suppress = word;
	}
	return ret;
}

static int ovctl_subnet_apply(struct ovctl *ov, const struct ovctl_option *opt,
			      struct ovctl_subnet *subnet)
{
	int ret = OVCTL_DONE;

	if (opt[SUBNET_HA].value)
		ret = ovctl_subnet_ha(ov, opt[SUBNET_HA].value, subnet);
	if (!ret)
		ret = ovctl_subnet_words(ov, opt, subnet);
	if (!ret && opt[SUBNET_GATEWAY].value)
		ret = ovctl_subnet_gateways(ov, opt[SUBNET_GATEWAY].value, subnet);
	return ret;
}

/* The VPCs that are named, or all of the tenant. */
static int ovctl_subnet_place(struct ovctl *ov, const char *text, struct ovctl_subnet *subnet,
			      const struct ovctl_tenant *tenant)
{
	unsigned int i;

	if (text && strcmp(text, "all"))
		return ovctl_arg_each(ov, text, ovctl_subnet_presence, subnet);
	for (i = 0; i < tenant->n_vpcs; i++)
		ovctl_subnet_add_vpc(subnet, tenant->vpcs[i].id);
	return OVCTL_DONE;
}

/* All that can be misspelt, before a password is asked for. */
static int ovctl_subnet_try(struct ovctl *ov, const char *cidr, const struct ovctl_option *opt)
{
	static const struct ovctl_tenant none;
	struct ovctl_subnet subnet = { 0 };
	int ret = OVCTL_DONE;

	if (cidr)
		ret = ovctl_arg_each(ov, cidr, ovctl_subnet_cidr, &subnet);
	if (!ret)
		ret = ovctl_subnet_apply(ov, opt, &subnet);
	if (!ret)
		ret = ovctl_subnet_place(ov, opt[SUBNET_VPC].value, &subnet, &none);
	free(subnet.vpcs);
	return ret;
}

static int ovctl_subnet_add_one(struct ovctl_work *work, const char *cidr, uint32_t id,
				const struct ovctl_option *opt)
{
	struct ovctl_subnet prefixes = { 0 };
	struct ovctl_subnet *subnet;
	int ret;

	ret = ovctl_arg_each(work->ov, cidr, ovctl_subnet_cidr, &prefixes);
	if (ret)
		return ret;
	if (!id)
		id = ovctl_default_subnet_id(&work->now, prefixes.cidr4.addr.len ?
					     &prefixes.cidr4 : &prefixes.cidr6);
	if (ovctl_tenant_subnet(&work->now, id))
		return ovctl_fail(work->ov, "subnet %u is there already", id);
	subnet = ovctl_tenant_add_subnet(&work->now, id);
	subnet->cidr4 = prefixes.cidr4;
	subnet->cidr6 = prefixes.cidr6;
	ovctl_default_gateways(subnet);
	ret = ovctl_subnet_apply(work->ov, opt, subnet);
	if (!ret)
		ret = ovctl_subnet_place(work->ov, opt[SUBNET_VPC].value, subnet, &work->now);
	if (!ret)
		ret = ovctl_work_save(work);
	if (!ret)
		ovctl_grid_one(work->ov, ovctl_columns_subnet,
			       ovctl_record_subnet(&work->now, subnet));
	return ret;
}

static int ovctl_subnet_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "subnet add", .min = 2, .max = 2 };
	struct ovctl_option options[] = {
		SUBNET_SETTINGS,
		[SUBNET_ID] = { "id", OVCTL_OPTION_VALUE },
		{ 0 },
	};
	struct ovctl_work work = { 0 };
	uint32_t id = 0;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_subnet_try(ov, args.words[1], options);
	if (!ret && options[SUBNET_ID].value)
		ret = ovctl_arg_number(ov, "a subnet", options[SUBNET_ID].value, OVCTL_SUBNET_MAX,
				       &id);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_subnet_add_one(&work, args.words[1], id, options);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_subnet_add_command = {
	.object = "subnet", .verb = "add", .options = true,
	.args = "TENANT PREFIX[,PREFIX] [--id N] [OPTION...]",
	.help = "Adds a subnet of IPv4, of IPv6 or of both, in all VPCs where none are named. Its number\n"
		"is the first byte of its prefix, where that is free. " SUBNET_HELP,
	.run = ovctl_subnet_add,
};

static void ovctl_subnet_cut_vpcs(struct ovctl_work *work, void *arg)
{
	const struct ovctl_subnet *wanted = arg;
	unsigned int i;

	for (i = work->now.n_vpcs; i > 0; i--)
		if (!ovctl_subnet_in(wanted, work->now.vpcs[i - 1].id))
			ovctl_subnet_del_vpc(&work->now, wanted->id, work->now.vpcs[i - 1].id);
}

/* Leaving a VPC takes the VMs there away, so the user is asked. */
static int ovctl_subnet_set_vpcs(struct ovctl_work *work, uint32_t id, const char *text, bool yes)
{
	struct ovctl_subnet wanted = { .id = id };
	struct ovctl_subnet *subnet;
	struct ovctl_tenant trial;
	unsigned int i;
	bool goes;
	int ret;

	ret = ovctl_subnet_place(work->ov, text, &wanted, &work->now);
	if (ret)
		goto free_wanted;
	ovctl_tenant_copy(&trial, &work->now);
	ovctl_subnet_cut_vpcs(work, &wanted);
	goes = work->now.n_vms != trial.n_vms;
	ovctl_tenant_free(&work->now);
	work->now = trial;
	if (goes)
		ret = ovctl_work_delete(work, "Take the subnet out of these VPCs?", yes,
					ovctl_subnet_cut_vpcs, &wanted);
	else
		ovctl_subnet_cut_vpcs(work, &wanted);
	subnet = ret ? NULL : ovctl_tenant_subnet(&work->now, id);
	if (!ret && !subnet)
		ret = ovctl_fail(work->ov, "subnet %u would be present in no VPC: \"ovctl subnet del\" deletes it",
				 id);
	for (i = 0; !ret && i < wanted.n_vpcs; i++)
		ovctl_subnet_add_vpc(subnet, wanted.vpcs[i]);
free_wanted:
	free(wanted.vpcs);
	return ret;
}

static int ovctl_subnet_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "subnet set", .min = 2, .max = 2 };
	struct ovctl_option options[] = {
		SUBNET_SETTINGS,
		{ "yes", OVCTL_OPTION_FLAG },
		{ 0 },
	};
	struct ovctl_subnet *subnet = NULL;
	struct ovctl_work work = { 0 };
	uint32_t id = 0;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !ovctl_options_any(options))
		ret = ovctl_misuse(ov, "subnet set needs an option: see ovctl subnet set --help");
	if (!ret)
		ret = ovctl_subnet_try(ov, NULL, options);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret) {
		subnet = ovctl_work_subnet(&work, args.words[1]);
		ret = subnet ? OVCTL_DONE : OVCTL_FAILED;
		id = subnet ? subnet->id : 0;
	}
	if (!ret && options[SUBNET_VPC].value)
		ret = ovctl_subnet_set_vpcs(&work, id, options[SUBNET_VPC].value,
					    options[SUBNET_VPC + 1].value);
	if (!ret)
		ret = ovctl_subnet_apply(ov, options, ovctl_tenant_subnet(&work.now, id));
	if (!ret)
		ret = ovctl_work_save(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_subnet_set_command = {
	.object = "subnet", .verb = "set", .options = true,
	.args = "TENANT SUBNET OPTION... [--yes]",
	.help = "Changes a subnet, which is named by its number or its prefix; what is not named stays.\n"
		"Where it leaves a VPC its VMs there go: this asks, or takes --yes. " SUBNET_HELP,
	.run = ovctl_subnet_set,
};

static int ovctl_subnet_gather(struct ovctl_work *work, const char *name, json_t *records)
{
	const struct ovctl_subnet *only = name ? ovctl_work_subnet(work, name) : NULL;
	const struct ovctl_tenant *tenant = &work->now;
	unsigned int i;

	if (name && !only)
		return OVCTL_FAILED;
	for (i = 0; i < tenant->n_subnets; i++)
		if (!only || only == &tenant->subnets[i])
			json_array_append_new(records,
					      ovctl_record_subnet(tenant, &tenant->subnets[i]));
	return OVCTL_DONE;
}

static int ovctl_subnet_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "subnet show", .min = 1, .max = 2 };

	return ovctl_work_show(ov, &args, ovctl_columns_subnet, ovctl_subnet_gather, argc, argv);
}

static const struct ovctl_command ovctl_subnet_show_command = {
	.object = "subnet", .verb = "show", .options = true,
	.args = "TENANT [SUBNET]",
	.help = "Shows one subnet of a tenant, by its number or its prefix, or all.",
	.run = ovctl_subnet_show,
};

static void ovctl_subnet_cut(struct ovctl_work *work, void *arg)
{
	ovctl_tenant_del_subnet(&work->now, *(const uint32_t *)arg);
}

static int ovctl_subnet_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "subnet del", .min = 2, .max = 2 };
	struct ovctl_option options[] = { { "yes", OVCTL_OPTION_FLAG }, { 0 } };
	const struct ovctl_subnet *subnet;
	struct ovctl_work work = { 0 };
	uint32_t id = 0;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret) {
		subnet = ovctl_work_subnet(&work, args.words[1]);
		ret = subnet ? OVCTL_DONE : OVCTL_FAILED;
		id = subnet ? subnet->id : 0;
	}
	if (!ret)
		ret = ovctl_work_delete(&work, "Delete the subnet?", options[0].value,
					ovctl_subnet_cut, &id);
	if (!ret)
		ret = ovctl_work_save(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_subnet_del_command = {
	.object = "subnet", .verb = "del", .options = true,
	.args = "TENANT SUBNET [--yes]",
	.help = "Deletes a subnet with its VMs and its tunnels. Tells what goes, and asks, or takes\n"
		"--yes.",
	.run = ovctl_subnet_del,
};

OVCTL_REGISTER(ovctl_subnet,
	&ovctl_subnet_add_command,
	&ovctl_subnet_show_command,
	&ovctl_subnet_set_command,
	&ovctl_subnet_migrate_command,
	&ovctl_subnet_del_command);
