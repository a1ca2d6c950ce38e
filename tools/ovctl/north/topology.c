// SPDX-License-Identifier: GPL-2.0
/* ovctl show, export and apply: a tenant as a whole. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../model/topology.h"
#include "command.h"
#include "sync.h"
#include "tables.h"
#include "work.h"

static json_t *ovctl_show_vpcs(const struct ovctl_tenant *tenant)
{
	json_t *records = json_array();
	unsigned int i;

	for (i = 0; i < tenant->n_vpcs; i++)
		json_array_append_new(records, ovctl_record_vpc(tenant, &tenant->vpcs[i]));
	return records;
}

static json_t *ovctl_show_tunnels(const struct ovctl_tenant *tenant)
{
	json_t *records = json_array();
	unsigned int i, j;

	for (i = 0; i < tenant->n_vpcs; i++)
		for (j = i + 1; j < tenant->n_vpcs; j++)
			json_array_append_new(records, ovctl_record_tunnel(tenant, &tenant->vpcs[i],
									   &tenant->vpcs[j]));
	return records;
}

static json_t *ovctl_show_subnets(const struct ovctl_tenant *tenant)
{
	json_t *records = json_array();
	unsigned int i;

	for (i = 0; i < tenant->n_subnets; i++)
		json_array_append_new(records, ovctl_record_subnet(tenant, &tenant->subnets[i]));
	return records;
}

static json_t *ovctl_show_vms(const struct ovctl_tenant *tenant)
{
	json_t *records = json_array();
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++)
		json_array_append_new(records, ovctl_record_vm(tenant, &tenant->vms[i]));
	return records;
}

static void ovctl_show_tables(struct ovctl *ov, const struct ovctl_tenant *tenant)
{
	const struct {
		const char *title;
		const char *key;
		const struct ovctl_column *columns;
		json_t *records;
	} parts[] = {
		{ "VPCs", "vpcs", ovctl_columns_vpc, ovctl_show_vpcs(tenant) },
		{ "Tunnels", "tunnels", ovctl_columns_tunnel, ovctl_show_tunnels(tenant) },
		{ "Subnets", "subnets", ovctl_columns_subnet, ovctl_show_subnets(tenant) },
		{ "VMs", "vms", ovctl_columns_vm, ovctl_show_vms(tenant) },
	};
	json_t *all = ovctl_record_tenant(tenant);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!ov->json && json_array_size(parts[i].records)) {
			fputs(i ? "\n" : "", ov->out);
			ovctl_grid(ov, parts[i].title, parts[i].columns, parts[i].records);
		}
		json_object_set_new(all, parts[i].key, parts[i].records);
	}
	if (ov->json) {
		json_dumpf(all, ov->out, JSON_INDENT(1));
		fputc('\n', ov->out);
	}
	json_decref(all);
}

static int ovctl_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "show", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ovctl_show_tables(ov, &work.now);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_show_command = {
	.object = "show", .options = true,
	.args = "TENANT",
	.help = "Shows all that a tenant owns: VPCs, tunnels by pairs of VPCs, subnets and VMs.",
	.run = ovctl_show,
};

static int ovctl_export(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "export", .min = 1, .max = 1 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	json_t *root;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret) {
		root = ovctl_topology_write(&work.now);
		json_dumpf(root, ov->out, JSON_INDENT(2));
		fputc('\n', ov->out);
		json_decref(root);
	}
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_export_command = {
	.object = "export", .options = true,
	.args = "TENANT",
	.help = "Writes a tenant as JSON, for \"ovctl apply\" to read.",
	.run = ovctl_export,
};

static json_t *ovctl_apply_read(struct ovctl *ov, const char *path)
{
	bool standard = !strcmp(path, "-");
	json_error_t error;
	json_t *root;
	FILE *in;

	in = standard ? stdin : fopen(path, "re");
	if (!in) {
		ovctl_fail(ov, "%s: %s", path, strerror(errno));
		return NULL;
	}
	root = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		ovctl_fail(ov, "%s:%d:%d: %s", path, error.line, error.column, error.text);
	if (!standard)
		fclose(in);
	return root;
}

static const char *const ovctl_fates[] = { "unchanged", "changed", "added", "removed" };

static const char *const ovctl_objects[] = { "tenant", "vpc", "link", "subnet", "vm" };

static json_t *ovctl_apply_name(const struct ovctl_diff *diff)
{
	const void *object = diff->now ? diff->now : diff->old;
	const struct ovctl_pair *link = object;
	const struct ovctl_vm *vm = object;
	uint32_t id;

	if (diff->object == OVCTL_OBJECT_VM)
		return json_string(vm->name);
	if (diff->object == OVCTL_OBJECT_LINK)
		return json_sprintf("%u-%u", link->a, link->b);
	memcpy(&id, object, sizeof(id));
	return json_integer(id);
}

static int ovctl_apply_tell(const struct ovctl_diff *diff, void *arg)
{
	json_array_append_new(arg, json_pack("{sssoss}", "object", ovctl_objects[diff->object],
					     "name", ovctl_apply_name(diff), "state",
					     ovctl_fates[diff->fate]));
	return 0;
}

static int ovctl_apply_count(const struct ovctl_diff *diff, void *arg)
{
	unsigned int *changes = arg;

	*changes += diff->fate != OVCTL_FATE_SAME;
	return 0;
}

static const struct ovctl_column ovctl_columns_apply[] = {
	{ "OBJECT", "object" },
	{ "NAME", "name" },
	{ "STATE", "state" },
	{ 0 },
};

/**
 * struct ovctl_applying - A topology that is being applied.
 * @path: The file.
 * @root: What it holds.
 * @dry: Tell what would change, and change nothing.
 * @changes: How many objects change.
 */
struct ovctl_applying {
	const char *path;
	const json_t *root;
	bool dry;
	unsigned int changes;
};

static int ovctl_apply_change(struct ovctl_work *work, struct ovctl_applying *ap)
{
	char why[OVCTL_TOPOLOGY_WHY];
	json_t *told = json_array();
	int ret = OVCTL_DONE;

	/* In place of the copy that was loaded. */
	ovctl_tenant_free(&work->now);
	if (!ovctl_topology_read(ap->root, &work->model, work->old, &work->now, why)) {
		json_decref(told);
		return ovctl_fail(work->ov, "%s: %s", ap->path, why);
	}
	ovctl_tenant_diff(work->old, &work->now, ovctl_apply_tell, told);
	ovctl_tenant_diff(work->old, &work->now, ovctl_apply_count, &ap->changes);
	if (ap->changes && !ap->dry)
		ret = ovctl_work_save(work);
	if (!ret)
		ovctl_grid_list(work->ov, ovctl_columns_apply, json_incref(told));
	json_decref(told);
	return ret;
}

static int ovctl_apply_work(struct ovctl *ov, struct ovctl_applying *ap, const char *what)
{
	struct ovctl_work work = { 0 };
	char why[OVCTL_TOPOLOGY_WHY];
	char id[16];
	uint32_t tenant;
	int ret;

	if (!ovctl_topology_read_id(ap->root, &tenant, why))
		return ovctl_fail(ov, "%s: %s", ap->path, why);
	snprintf(id, sizeof(id), "%u", tenant);
	ret = ovctl_work_tenant(ov, &work, id, what);
	if (!ret)
		ret = ovctl_work_first_host(&work);
	if (!ret)
		ret = ovctl_apply_change(&work, ap);
	ovctl_work_end(&work);
	return ret;
}

static int ovctl_apply_sync(struct ovctl *ov, unsigned int changes)
{
	if (geteuid()) {
		if (changes)
			ovctl_say(ov, "\"ovctl sync\" carries it out, as root");
		return OVCTL_DONE;
	}
	return ovctl_sync_aside(ov, NULL, 0);
}

static int ovctl_apply(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "apply", .min = 1, .max = 1 };
	struct ovctl_option options[] = {
		{ "dry-run", OVCTL_OPTION_FLAG },
		{ "no-sync", OVCTL_OPTION_FLAG },
		{ 0 },
	};
	struct ovctl_applying ap = { 0 };
	json_t *root;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (ret)
		return ret;
	root = ovctl_apply_read(ov, args.words[0]);
	if (!root)
		return OVCTL_FAILED;
	ap.path = args.words[0];
	ap.root = root;
	ap.dry = options[0].value;
	ret = ovctl_apply_work(ov, &ap, args.what);
	json_decref(root);
	if (!ret && !ap.dry && !options[1].value)
		ret = ovctl_apply_sync(ov, ap.changes);
	return ret;
}

static const struct ovctl_command ovctl_apply_command = {
	.object = "apply", .options = true,
	.args = "FILE [--dry-run] [--no-sync]",
	.help = "Makes a tenant equal to a file of JSON, as \"ovctl export\" writes it, - for standard\n"
		"input, and tells what becomes of each object. All of it is taken or nothing. Then\n"
		"does what \"ovctl sync\" does, unless it is not to.",
	.run = ovctl_apply,
};

OVCTL_REGISTER(ovctl_topology,
	&ovctl_show_command,
	&ovctl_export_command,
	&ovctl_apply_command);
