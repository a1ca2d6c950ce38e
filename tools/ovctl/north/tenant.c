// SPDX-License-Identifier: GPL-2.0
/* ovctl tenant: who owns VPCs. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "password.h"
#include "tables.h"
#include "work.h"

#define OVCTL_DEFAULT_VPCS 2

enum {
	TENANT_OVERLAY, TENANT_TRANSPORT, TENANT_LINKS, TENANT_VPCS, TENANT_HOST,
};

static int ovctl_link_item(struct ovctl *ov, const char *item, void *arg)
{
	char first[16];
	const char *dash = strchr(item, '-');
	uint32_t a, b;
	int ret;

	if (!dash || dash - item >= (int)sizeof(first))
		return ovctl_misuse(ov, "\"%s\" is not a link: two VPCs with - between them are accepted",
				    item);
	snprintf(first, sizeof(first), "%.*s", (int)(dash - item), item);
	ret = ovctl_arg_number(ov, "a VPC", first, OVCTL_VPC_MAX, &a);
	if (!ret)
		ret = ovctl_arg_number(ov, "a VPC", dash + 1, OVCTL_VPC_MAX, &b);
	if (!ret)
		ovctl_tenant_add_link(arg, a, b);
	return ret;
}

static int ovctl_tenant_links(struct ovctl *ov, const char *text, struct ovctl_tenant *tenant)
{
	free(tenant->links);
	tenant->links = NULL;
	tenant->n_links = 0;
	if (!strcmp(text, "all"))
		return OVCTL_DONE;
	return ovctl_arg_each(ov, text, ovctl_link_item, tenant);
}

static int ovctl_tenant_apply(struct ovctl *ov, const struct ovctl_option *opt,
			      struct ovctl_tenant *tenant)
{
	unsigned int word;
	int ret = OVCTL_DONE;

	if (opt[TENANT_OVERLAY].value) {
		ret = ovctl_arg_word(ov, opt[TENANT_OVERLAY].value, ovctl_words_switch, &word);
		if (!ret)
			tenant->overlay = word;
	}
	if (!ret && opt[TENANT_TRANSPORT].value) {
		ret = ovctl_arg_word(ov, opt[TENANT_TRANSPORT].value, ovctl_words_transport, &word);
		if (!ret)
			tenant->transport = word;
	}
	if (!ret && opt[TENANT_LINKS].value)
		ret = ovctl_tenant_links(ov, opt[TENANT_LINKS].value, tenant);
	return ret;
}

/**
 * struct ovctl_placing - VPCs being placed on hosts.
 * @work: The work.
 * @next: The VPC to be placed next.
 */
struct ovctl_placing {
	struct ovctl_work *work;
	unsigned int next;
};

static int ovctl_host_item(struct ovctl *ov, const char *item, void *arg)
{
	struct ovctl_placing *placing = arg;
	struct ovctl_work *work = placing->work;
	struct ovctl_host *host = ovctl_work_host(work, item);

	if (!host)
		return OVCTL_FAILED;
	if (placing->next == work->now.n_vpcs)
		return ovctl_misuse(ov, "there are more hosts than VPCs");
	ovctl_place_vpc(&work->now, &work->now.vpcs[placing->next++], host);
	return OVCTL_DONE;
}

/* The hosts that are named in turn, as often as it takes; else the emptiest. */
static int ovctl_tenant_place(struct ovctl_work *work, const char *hosts)
{
	struct ovctl_placing placing = { .work = work };
	struct ovctl_host *host;
	unsigned int named;
	int ret = OVCTL_DONE;

	if (hosts)
		ret = ovctl_arg_each(work->ov, hosts, ovctl_host_item, &placing);
	named = placing.next;
	for (; !ret && placing.next < work->now.n_vpcs; placing.next++) {
		const char *name = named ? work->now.vpcs[placing.next - named].host : NULL;

		host = ovctl_work_host(work, name);
		if (!host)
			return OVCTL_FAILED;
		ovctl_place_vpc(&work->now, &work->now.vpcs[placing.next], host);
	}
	return ret;
}

static int ovctl_tenant_taken(struct ovctl_work *work)
{
	uint32_t id = work->id;
	int ret;

	ret = ovctl_store_free_id(work->ov, work->store, &id);
	if (ret)
		return ret;
	return ovctl_fail(work->ov, "tenant %u is taken: the next free number is %u", work->id, id);
}

static int ovctl_tenant_make(struct ovctl_work *work, const struct ovctl_option *opt,
			     uint32_t vpcs, const char *password)
{
	uint32_t id;
	int ret;

	ret = ovctl_store_begin(work->ov, work->store);
	if (ret)
		return ret;
	work->begun = true;
	if (!work->id) {
		work->id = 1;
		ret = ovctl_store_free_id(work->ov, work->store, &work->id);
	} else if (ovctl_store_has_tenant(work->ov, work->store, work->id)) {
		ret = ovctl_tenant_taken(work);
	}
	/* The hosts only: there is no such tenant. */
	if (!ret)
		ret = ovctl_store_load_tenant(work->ov, work->store, work->id, &work->model);
	if (!ret)
		ret = ovctl_work_first_host(work);
	if (ret)
		return ret;
	ovctl_tenant_init(&work->now, work->id);
	for (id = 1; id <= vpcs; id++)
		ovctl_tenant_add_vpc(&work->now, id);
	ret = ovctl_tenant_apply(work->ov, opt, &work->now);
	if (!ret)
		ret = ovctl_tenant_place(work, opt[TENANT_HOST].value);
	if (!ret)
		ret = ovctl_work_check(work);
	if (!ret)
		ret = ovctl_store_add_tenant(work->ov, work->store, "tenant", work->what,
					     &work->now, password);
	return ret;
}

static int ovctl_tenant_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "tenant add", .max = 1 };
	struct ovctl_option options[] = {
		[TENANT_OVERLAY] = { "overlay", OVCTL_OPTION_VALUE },
		[TENANT_TRANSPORT] = { "transport", OVCTL_OPTION_VALUE },
		[TENANT_LINKS] = { "links", OVCTL_OPTION_VALUE },
		[TENANT_VPCS] = { "vpcs", OVCTL_OPTION_VALUE },
		[TENANT_HOST] = { "host", OVCTL_OPTION_VALUE },
		{ 0 },
	};
	char password[OVCTL_PASSWORD_SIZE] = "";
	uint32_t vpcs = OVCTL_DEFAULT_VPCS;
	struct ovctl_work work = { 0 };
	struct ovctl_tenant trial;
	char whose[32] = "the tenant";
	uint32_t id = 0;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && args.words[0])
		ret = ovctl_arg_number(ov, "a tenant", args.words[0], OVCTL_TENANT_MAX, &id);
	if (!ret && options[TENANT_VPCS].value)
		ret = ovctl_arg_number(ov, "VPCs", options[TENANT_VPCS].value, OVCTL_VPC_MAX, &vpcs);
	/* What is misspelt is told before a password is asked for. */
	ovctl_tenant_init(&trial, id);
	if (!ret)
		ret = ovctl_tenant_apply(ov, options, &trial);
	ovctl_tenant_free(&trial);
	if (!ret)
		ret = ovctl_work_open(ov, &work, id, args.what, true);
	if (!ret && id && ovctl_store_has_tenant(ov, work.store, id))
		ret = ovctl_tenant_taken(&work);
	if (id)
		snprintf(whose, sizeof(whose), "tenant %u", id);
	if (!ret)
		ret = ovctl_password_new(ov, whose, true, password);
	if (!ret)
		ret = ovctl_tenant_make(&work, options, vpcs, password);
	sodium_memzero(password, sizeof(password));
	if (!ret)
		ovctl_grid_one(ov, ovctl_columns_tenant, ovctl_record_tenant(&work.now));
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_tenant_add_command = {
	.object = "tenant", .verb = "add", .options = true,
	.args = "[TENANT] [--vpcs N] [--host HOST[,HOST...]] [OPTION...]",
	.help = "Adds a tenant with a password of its own, and two VPCs where no other number is given.\n"
		"Without a number it gets the lowest that is free. Hosts are taken in turn; without\n"
		"any the emptiest. OPTION is one of\n"
		"  --transport direct|gre | --overlay on|off | --links VPC-VPC[,VPC-VPC...]|all",
	.run = ovctl_tenant_add,
};

static int ovctl_tenant_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "tenant set", .min = 1, .max = 1 };
	struct ovctl_option options[] = {
		[TENANT_OVERLAY] = { "overlay", OVCTL_OPTION_VALUE },
		[TENANT_TRANSPORT] = { "transport", OVCTL_OPTION_VALUE },
		[TENANT_LINKS] = { "links", OVCTL_OPTION_VALUE },
		{ 0 },
	};
	struct ovctl_work work = { 0 };
	struct ovctl_tenant trial;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !ovctl_options_any(options))
		ret = ovctl_misuse(ov, "tenant set needs an option: see ovctl tenant set --help");
	ovctl_tenant_init(&trial, 0);
	if (!ret)
		ret = ovctl_tenant_apply(ov, options, &trial);
	ovctl_tenant_free(&trial);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_tenant_apply(ov, options, &work.now);
	if (!ret)
		ret = ovctl_work_save(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_tenant_set_command = {
	.object = "tenant", .verb = "set", .options = true,
	.args = "TENANT OPTION...",
	.help = "Changes a tenant; what is not named stays. Without the overlay its VPCs do not reach\n"
		"each other, and gateways and VMs in one VPC still do. OPTION is one of\n"
		"  --transport direct|gre | --overlay on|off | --links VPC-VPC[,VPC-VPC...]|all",
	.run = ovctl_tenant_set,
};

static int ovctl_tenant_passwd(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "tenant passwd", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	uint32_t id;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_arg_number(ov, "a tenant", args.words[0], OVCTL_TENANT_MAX, &id);
	if (!ret)
		ret = ovctl_work_open(ov, &work, id, args.what, false);
	if (!ret)
		ret = ovctl_work_login(&work);
	if (!ret)
		ret = ovctl_work_passwd(&work, id, false);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_tenant_passwd_command = {
	.object = "tenant", .verb = "passwd", .options = true,
	.args = "TENANT [--new-password-file FILE]",
	.help = "Sets another password of a tenant, from a file, OVCTL_NEW_PASSWORD or a terminal.",
	.run = ovctl_tenant_passwd,
};

static int ovctl_tenant_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "tenant show", .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	json_t *records = json_array();
	struct ovctl_work work = { 0 };
	unsigned int i;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && args.words[0])
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	else if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	for (i = 0; !ret && i < work.model.n_tenants; i++)
		json_array_append_new(records, ovctl_record_tenant(&work.model.tenants[i]));
	return ovctl_work_told(&work, ret, ovctl_columns_tenant, records);
}

static const struct ovctl_command ovctl_tenant_show_command = {
	.object = "tenant", .verb = "show", .options = true,
	.args = "[TENANT]",
	.help = "Shows one tenant, or, for the provider, all. \"ovctl show\" tells what a tenant owns.",
	.run = ovctl_tenant_show,
};

static int ovctl_tenant_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "tenant del", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { "yes", OVCTL_OPTION_FLAG }, { 0 } };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_work_delete(&work, "Delete the tenant?", options[0].value, NULL, NULL);
	if (!ret)
		ret = ovctl_store_del_tenant(ov, work.store, work.who, args.what, work.id);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_tenant_del_command = {
	.object = "tenant", .verb = "del", .options = true,
	.args = "TENANT [--yes]",
	.help = "Deletes a tenant and all that it owns. Tells what goes, and asks, or takes --yes.",
	.run = ovctl_tenant_del,
};

OVCTL_REGISTER(ovctl_tenant,
	&ovctl_tenant_add_command,
	&ovctl_tenant_show_command,
	&ovctl_tenant_set_command,
	&ovctl_tenant_passwd_command,
	&ovctl_tenant_del_command);
