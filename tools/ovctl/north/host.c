// SPDX-License-Identifier: GPL-2.0
/* ovctl host: the hypervisors that VPCs are placed on. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "tables.h"
#include "work.h"

enum {
	HOST_VTEP, HOST_NETNS, HOST_UPLINK, HOST_ADDRESS, HOST_NEXTHOP, HOST_ROUTER, HOST_MACHINE,
	HOST_REMOTE, HOST_DRAINED,
};

#define HOST_OPTIONS {									\
	[HOST_VTEP] = { "vtep", OVCTL_OPTION_VALUE },					\
	[HOST_NETNS] = { "netns", OVCTL_OPTION_VALUE },					\
	[HOST_UPLINK] = { "uplink", OVCTL_OPTION_VALUE },				\
	[HOST_ADDRESS] = { "address", OVCTL_OPTION_VALUE },				\
	[HOST_NEXTHOP] = { "nexthop", OVCTL_OPTION_VALUE },				\
	[HOST_ROUTER] = { "router", OVCTL_OPTION_VALUE },				\
	[HOST_MACHINE] = { "machine", OVCTL_OPTION_VALUE },				\
	[HOST_REMOTE] = { "remote", OVCTL_OPTION_VALUE },				\
	[HOST_DRAINED] = { "drained", OVCTL_OPTION_VALUE },				\
	{ 0 },										\
}

#define HOST_HELP									\
	"OPTION is one of\n"								\
	"  --vtep PREFIX | --netns NAME | --uplink DEV | --address ADDR/LEN | --nexthop ADDR |\n"	\
	"  --router NAME | --machine HOSTNAME | --remote on|off | --drained on|off\n"	\
	"\"none\" takes a name or an address away. With a router, what a lab needs is chosen\n"	\
	"where it is not given."

/* A name that "none" takes away. */
static int ovctl_host_text(struct ovctl *ov, const char *text, bool (*field)(const char *, char *),
			   char *buf, size_t size)
{
	if (!text)
		return OVCTL_DONE;
	if (!strcmp(text, "none")) {
		buf[0] = '\0';
		return OVCTL_DONE;
	}
	return ovctl_arg_text(ov, text, field, buf, size);
}

static int ovctl_host_address(struct ovctl *ov, const char *text, struct ovctl_cidr *addr)
{
	if (!text)
		return OVCTL_DONE;
	memset(addr, 0, sizeof(*addr));
	if (!strcmp(text, "none") || (strchr(text, '/') && ovctl_cidr_parse(addr, text)))
		return OVCTL_DONE;
	return ovctl_misuse(ov, "\"%s\" is not an address with the length of its prefix: ADDR/LEN is accepted",
			    text);
}

static int ovctl_host_nexthop(struct ovctl *ov, const char *text, struct ovctl_addr *addr)
{
	if (!text)
		return OVCTL_DONE;
	memset(addr, 0, sizeof(*addr));
	if (!strcmp(text, "none"))
		return OVCTL_DONE;
	return ovctl_arg_addr(ov, text, ovctl_field_addr, addr);
}

static int ovctl_host_flag(struct ovctl *ov, const char *text, bool *flag)
{
	unsigned int word;
	int ret;

	if (!text)
		return OVCTL_DONE;
	ret = ovctl_arg_word(ov, text, ovctl_words_switch, &word);
	if (!ret)
		*flag = word;
	return ret;
}

static int ovctl_host_apply(struct ovctl *ov, const struct ovctl_option *opt,
			    struct ovctl_host *host)
{
	int ret = OVCTL_DONE;

	if (opt[HOST_VTEP].value)
		ret = ovctl_arg_cidr(ov, opt[HOST_VTEP].value, &host->vtep);
	if (!ret)
		ret = ovctl_host_text(ov, opt[HOST_NETNS].value, ovctl_field_netns, host->netns,
				      sizeof(host->netns));
	if (!ret)
		ret = ovctl_host_text(ov, opt[HOST_UPLINK].value, ovctl_field_link, host->uplink,
				      sizeof(host->uplink));
	if (!ret)
		ret = ovctl_host_address(ov, opt[HOST_ADDRESS].value, &host->addr);
	if (!ret)
		ret = ovctl_host_nexthop(ov, opt[HOST_NEXTHOP].value, &host->nexthop);
	if (!ret)
		ret = ovctl_host_text(ov, opt[HOST_ROUTER].value, ovctl_field_netns, host->router,
				      sizeof(host->router));
	if (!ret)
		ret = ovctl_host_text(ov, opt[HOST_MACHINE].value, ovctl_field_netns,
				      host->machine, sizeof(host->machine));
	if (!ret)
		ret = ovctl_host_flag(ov, opt[HOST_REMOTE].value, &host->remote);
	if (!ret)
		ret = ovctl_host_flag(ov, opt[HOST_DRAINED].value, &host->drained);
	return ret;
}

static int ovctl_host_save(struct ovctl_work *work, const struct ovctl_host *host)
{
	struct ovctl_fault fault;

	if (!ovctl_check_host(&work->model, host, &fault))
		return ovctl_fail(work->ov, "host %s: %s", host->name, fault.text);
	return ovctl_store_save_host(work->ov, work->store, work->who, work->what, host);
}

static int ovctl_host_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "host add", .min = 1, .max = 1 };
	struct ovctl_option options[] = HOST_OPTIONS;
	struct ovctl_host host = { 0 };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_arg_text(ov, args.words[0], ovctl_field_name, host.name,
				     sizeof(host.name));
	if (!ret)
		ret = ovctl_host_apply(ov, options, &host);
	if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret && ovctl_model_host(&work.model, host.name))
		ret = ovctl_fail(ov, "there is a host \"%s\" already", host.name);
	if (!ret) {
		ovctl_default_lab(&work.model, &host);
		ret = ovctl_host_save(&work, &host);
	}
	if (!ret)
		ovctl_grid_one(ov, ovctl_columns_host, ovctl_record_host(&host));
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_host_add_command = {
	.object = "host", .verb = "add", .options = true,
	.args = "NAME [OPTION...]",
	.help = "Adds a host, for VPCs to be placed on. " HOST_HELP,
	.run = ovctl_host_add,
};

static int ovctl_host_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "host set", .min = 1, .max = 1 };
	struct ovctl_option options[] = HOST_OPTIONS;
	struct ovctl_host *host = NULL;
	struct ovctl_work work = { 0 };
	struct ovctl_host changed;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !ovctl_options_any(options))
		ret = ovctl_misuse(ov, "host set needs an option: see ovctl host set --help");
	/* What is misspelt is told before a password is asked for. */
	memset(&changed, 0, sizeof(changed));
	if (!ret)
		ret = ovctl_host_apply(ov, options, &changed);
	if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret) {
		host = ovctl_work_host(&work, args.words[0]);
		ret = host ? OVCTL_DONE : OVCTL_FAILED;
	}
	if (!ret) {
		changed = *host;
		ret = ovctl_host_apply(ov, options, &changed);
	}
	if (!ret && host->n_vpcs && !ovctl_cidr_same(&host->vtep, &changed.vtep))
		ret = ovctl_fail(ov, "host %s: its %u VPCs have VTEPs of the prefix that it has: drain it first",
				 host->name, host->n_vpcs);
	if (!ret) {
		ovctl_default_lab(&work.model, &changed);
		ret = ovctl_host_save(&work, &changed);
	}
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_host_set_command = {
	.object = "host", .verb = "set", .options = true,
	.args = "NAME OPTION...",
	.help = "Changes a host; what is not named stays. " HOST_HELP,
	.run = ovctl_host_set,
};

static int ovctl_host_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "host show", .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	json_t *records = json_array();
	struct ovctl_work work = { 0 };
	unsigned int i;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret && args.words[0] && !ovctl_work_host(&work, args.words[0]))
		ret = OVCTL_FAILED;
	for (i = 0; !ret && i < work.model.n_hosts; i++)
		if (!args.words[0] || !strcmp(work.model.hosts[i].name, args.words[0]))
			json_array_append_new(records, ovctl_record_host(&work.model.hosts[i]));
	return ovctl_work_told(&work, ret, ovctl_columns_host, records);
}

static const struct ovctl_command ovctl_host_show_command = {
	.object = "host", .verb = "show", .options = true,
	.args = "[NAME]",
	.help = "Shows one host, or all.",
	.run = ovctl_host_show,
};

static int ovctl_host_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "host del", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret && !ovctl_work_host(&work, args.words[0]))
		ret = OVCTL_FAILED;
	if (!ret)
		ret = ovctl_store_del_host(ov, work.store, work.who, args.what, args.words[0]);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_host_del_command = {
	.object = "host", .verb = "del", .options = true,
	.args = "NAME",
	.help = "Deletes a host that has no VPC.",
	.run = ovctl_host_del,
};

/* Places the VPCs of a tenant that are on a host elsewhere. */
static int ovctl_drain_tenant(struct ovctl_work *work, const char *name,
			      const struct ovctl_tenant *old, bool save)
{
	struct ovctl_host *host;
	unsigned int moved = 0;
	unsigned int i;
	int ret = OVCTL_DONE;

	work->old = old;
	work->id = old->id;
	ovctl_tenant_copy(&work->now, old);
	for (i = 0; !ret && i < work->now.n_vpcs; i++) {
		struct ovctl_vpc *vpc = &work->now.vpcs[i];

		if (strcmp(vpc->host, name))
			continue;
		host = ovctl_default_host(&work->model);
		if (!host) {
			ret = ovctl_fail(work->ov, "there is no other host that is not drained");
			break;
		}
		ovctl_place_vpc(&work->now, vpc, host);
		moved++;
	}
	if (!ret && moved)
		ret = save ? ovctl_work_save(work) : ovctl_work_check(work);
	ovctl_tenant_free(&work->now);
	return ret;
}

/* First all are looked at, then all are moved: nothing is moved where not all can be. Each tenant has
 * a database of its own, and with a write-ahead log SQLite commits several one after another (there is
 * no super-journal): one that ends half-way has moved some tenants as a whole; a second drain moves the
 * rest.
 */
static int ovctl_drain(struct ovctl_work *work, struct ovctl_host *host)
{
	unsigned int *loads = ovctl_grow(NULL, 0, (work->model.n_hosts + 1) * sizeof(*loads));
	struct ovctl_host drained;
	bool save = false;
	unsigned int i;
	int ret;

	host->drained = true;
	drained = *host;
	for (i = 0; i < work->model.n_hosts; i++)
		loads[i] = work->model.hosts[i].n_vpcs;
	for (;;) {
		ret = OVCTL_DONE;
		for (i = 0; !ret && i < work->model.n_tenants; i++)
			ret = ovctl_drain_tenant(work, drained.name, &work->model.tenants[i], save);
		for (i = 0; i < work->model.n_hosts; i++)
			work->model.hosts[i].n_vpcs = loads[i];
		if (ret || save)
			break;
		ret = ovctl_store_save_host(work->ov, work->store, work->who, work->what,
					    &drained);
		if (ret)
			break;
		save = true;
	}
	free(loads);
	return ret;
}

static int ovctl_host_drain(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "host drain", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	struct ovctl_host *host = NULL;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret) {
		host = ovctl_work_host(&work, args.words[0]);
		ret = host ? ovctl_drain(&work, host) : OVCTL_FAILED;
	}
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_host_drain_command = {
	.object = "host", .verb = "drain", .options = true,
	.args = "NAME",
	.help = "Places all VPCs of a host on others, and no new one on it until --drained off.",
	.run = ovctl_host_drain,
};

OVCTL_REGISTER(ovctl_host,
	&ovctl_host_add_command,
	&ovctl_host_show_command,
	&ovctl_host_set_command,
	&ovctl_host_del_command,
	&ovctl_host_drain_command);
