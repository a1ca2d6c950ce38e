// SPDX-License-Identifier: GPL-2.0
/* ovctl provider: its password; ovctl log: who did what. */

#include "command.h"
#include "tables.h"
#include "work.h"

static int ovctl_provider_set_password(struct ovctl_work *work)
{
	bool first = !ovctl_store_provider_known(work->ov, work->store);
	int ret = OVCTL_DONE;

	work->who = "provider";
	if (!first)
		ret = ovctl_work_login(work);
	return ret ? ret : ovctl_work_passwd(work, 0, first);
}

static int ovctl_provider_passwd(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "provider passwd" };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (ret)
		return ret;
	ret = ovctl_work_open(ov, &work, 0, args.what, true);
	if (!ret)
		ret = ovctl_provider_set_password(&work);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_provider_passwd_command = {
	.object = "provider", .verb = "passwd", .options = true,
	.args = "[--new-password-file FILE]",
	.help = "Sets the password of the provider, which serves for all tenants too, and makes the\n"
		"store where there is none. The first one may also come from --password-file or\n"
		"OVCTL_PASSWORD; another one from OVCTL_NEW_PASSWORD or a terminal.",
	.run = ovctl_provider_passwd,
};

static int ovctl_provider_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "provider set" };
	struct ovctl_option options[] = {
		{ "ops", OVCTL_OPTION_VALUE },
		{ "memory", OVCTL_OPTION_VALUE },
		{ 0 },
	};
	char why[OVCTL_WHY_SIZE];
	struct ovctl_work work;
	uint32_t ops, memory;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (ret)
		return ret;
	if (!options[0].value || !options[1].value)
		return ovctl_misuse(ov, "provider set needs ops and memory: see ovctl provider set --help");
	if (!ovctl_field_number(&ops, options[0].value, 1, 1000, why))
		return ovctl_misuse(ov, "ops \"%s\" %s", options[0].value, why);
	if (!ovctl_field_number(&memory, options[1].value, 8, 4194304, why))
		return ovctl_misuse(ov, "memory \"%s\" %s", options[1].value, why);
	ret = ovctl_work_open(ov, &work, 0, args.what, true);
	if (!ret && ovctl_store_provider_known(ov, work.store))
		ret = ovctl_work_login(&work);
	if (!ret)
		ret = ovctl_store_cost(ov, work.store, work.who, ops, memory * 1024ULL);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_provider_set_command = {
	.object = "provider", .verb = "set", .options = true,
	.args = "--ops N --memory KIB",
	.help = "Sets what the hash of a password costs that is set from now on: passes over memory,\n"
		"1 to 1000, and kibibytes of it, 8 to 4194304. At first 2 and 65536.",
	.run = ovctl_provider_set,
};

static int ovctl_log_line(const struct ovctl_log_entry *entry, void *arg)
{
	json_array_append_new(arg, ovctl_record_log(entry));
	return 0;
}

static int ovctl_log_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "log", .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	json_t *records = json_array();
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && args.words[0])
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	else if (!ret)
		ret = ovctl_work_provider(ov, &work, args.what, false);
	if (!ret)
		ret = ovctl_store_log(ov, work.store, work.id, ovctl_log_line, records);
	ovctl_work_end(&work);
	if (!ret)
		ovctl_grid_list(ov, ovctl_columns_log, json_incref(records));
	json_decref(records);
	return ret;
}

static const struct ovctl_command ovctl_log_command = {
	.object = "log", .options = true,
	.args = "[TENANT]",
	.help = "Shows who changed what, and what became of it: all, for the provider, or what is about\n"
		"a tenant.",
	.run = ovctl_log_show,
};

OVCTL_REGISTER(ovctl_provider,
	&ovctl_provider_passwd_command,
	&ovctl_provider_set_command,
	&ovctl_log_command);
