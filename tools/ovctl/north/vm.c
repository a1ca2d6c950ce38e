// SPDX-License-Identifier: GPL-2.0
/* ovctl vm: stations of a tenant's subnets. */
#include <string.h>

#include "../model/migration.h"
#include "command.h"
#include "tables.h"
#include "work.h"

enum {
	VM_SUBNET, VM_VPC, VM_IP, VM_MAC, VM_NETNS, VM_PID, VM_TAP, VM_DEV,
};

#define VM_OPTIONS {									\
	[VM_SUBNET] = { "subnet", OVCTL_OPTION_VALUE },					\
	[VM_VPC] = { "vpc", OVCTL_OPTION_VALUE },					\
	[VM_IP] = { "ip", OVCTL_OPTION_VALUE },						\
	[VM_MAC] = { "mac", OVCTL_OPTION_VALUE },					\
	[VM_NETNS] = { "netns", OVCTL_OPTION_VALUE },					\
	[VM_PID] = { "pid", OVCTL_OPTION_VALUE },					\
	[VM_TAP] = { "tap", OVCTL_OPTION_VALUE },					\
	[VM_DEV] = { "dev", OVCTL_OPTION_VALUE },					\
	{ 0 },										\
}

#define VM_HELP										\
	"OPTION is one of\n"								\
	"  --subnet SUBNET | --vpc VPC | --ip ADDR[,ADDR] | --mac MAC |\n"		\
	"  --netns NAME | --pid PID | --tap DEV [--netns NAME] | --dev DEV\n"		\
	"A VM is a namespace that is made for it, one that is there, that of a container's\n"	\
	"process, or a guest's tap. DEV is the device in it."

static int ovctl_vm_ip(struct ovctl *ov, const char *item, void *arg)
{
	struct ovctl_vm *vm = arg;
	struct ovctl_addr addr;
	int ret;

	ret = ovctl_arg_addr(ov, item, ovctl_field_addr, &addr);
	if (!ret && addr.len == 4)
		vm->ip4 = addr;
	else if (!ret)
		vm->ip6 = addr;
	return ret;
}

/* What a VM is: told anew, or left as it is. */
static int ovctl_vm_kind(struct ovctl *ov, const struct ovctl_option *opt, struct ovctl_vm *vm)
{
	const char *link = opt[VM_TAP].value ? opt[VM_TAP].value : opt[VM_DEV].value;
	int ret = OVCTL_DONE;

	if ((opt[VM_PID].value && (opt[VM_TAP].value || opt[VM_NETNS].value)) ||
	    (opt[VM_TAP].value && opt[VM_DEV].value))
		return ovctl_misuse(ov, "a VM is one of a process, a namespace with a device, and a tap");
	if (opt[VM_PID].value || opt[VM_TAP].value || opt[VM_NETNS].value) {
		vm->kind = OVCTL_VM_NETNS;
		if (opt[VM_PID].value)
			vm->kind = OVCTL_VM_PID;
		else if (opt[VM_TAP].value)
			vm->kind = OVCTL_VM_TAP;
		vm->netns[0] = '\0';
		vm->link[0] = '\0';
		vm->pid = 0;
		vm->off = false;
	}
	if (opt[VM_PID].value)
		ret = ovctl_arg_number(ov, "a process", opt[VM_PID].value, INT32_MAX, &vm->pid);
	if (!ret && opt[VM_NETNS].value)
		ret = ovctl_arg_text(ov, opt[VM_NETNS].value, ovctl_field_netns, vm->netns,
				     sizeof(vm->netns));
	if (!ret && link)
		ret = ovctl_arg_text(ov, link, ovctl_field_link, vm->link, sizeof(vm->link));
	return ret;
}

static int ovctl_vm_apply(struct ovctl *ov, const struct ovctl_option *opt, struct ovctl_vm *vm)
{
	int ret;

	ret = ovctl_vm_kind(ov, opt, vm);
	if (!ret && opt[VM_VPC].value)
		ret = ovctl_arg_number(ov, "a VPC", opt[VM_VPC].value, OVCTL_VPC_MAX, &vm->vpc);
	if (!ret && opt[VM_IP].value)
		ret = ovctl_arg_each(ov, opt[VM_IP].value, ovctl_vm_ip, vm);
	if (!ret && opt[VM_MAC].value)
		ret = ovctl_arg_addr(ov, opt[VM_MAC].value, ovctl_field_mac, &vm->mac);
	return ret;
}

/* Without a name it is the only subnet that there is. */
static struct ovctl_subnet *ovctl_vm_subnet(struct ovctl_work *work, const char *text)
{
	if (text)
		return ovctl_work_subnet(work, text);
	if (work->now.n_subnets == 1)
		return work->now.subnets;
	ovctl_fail(work->ov, "tenant %u has %u subnets: --subnet names one", work->id,
		   work->now.n_subnets);
	return NULL;
}

static int ovctl_vm_store(struct ovctl_work *work, struct ovctl_vm *vm)
{
	struct ovctl_fault fault;
	char object[64];

	if (ovctl_default_vm(&work->now, vm, &fault))
		return ovctl_work_save(work);
	ovctl_fault_object(object, sizeof(object), &work->now, &fault);
	return ovctl_fail(work->ov, "%s: %s", object, fault.text);
}

static int ovctl_vm_add_one(struct ovctl_work *work, const char *name,
			    const struct ovctl_option *opt)
{
	const struct ovctl_subnet *subnet = ovctl_vm_subnet(work, opt[VM_SUBNET].value);
	struct ovctl_vm *vm;
	int ret;

	if (!subnet)
		return OVCTL_FAILED;
	if (ovctl_tenant_vm_named(&work->now, name))
		return ovctl_fail(work->ov, "there is a VM \"%s\" already", name);
	vm = ovctl_tenant_add_vm(&work->now, ovctl_default_vm_id(&work->now));
	vm->subnet = subnet->id;
	vm->vpc = subnet->vpcs[0];
	vm->seq = 1;
	ret = ovctl_arg_text(work->ov, name, ovctl_field_name, vm->name, sizeof(vm->name));
	if (!ret)
		ret = ovctl_vm_apply(work->ov, opt, vm);
	if (!ret)
		ret = ovctl_vm_store(work, vm);
	if (!ret)
		ovctl_grid_one(work->ov, ovctl_columns_vm, ovctl_record_vm(&work->now, vm));
	return ret;
}

static int ovctl_vm_add(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm add", .min = 2, .max = 2 };
	struct ovctl_option options[] = VM_OPTIONS;
	struct ovctl_vm trial = { 0 };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_arg_text(ov, args.words[1], ovctl_field_name, trial.name,
				     sizeof(trial.name));
	if (!ret)
		ret = ovctl_vm_apply(ov, options, &trial);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_vm_add_one(&work, args.words[1], options);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vm_add_command = {
	.object = "vm", .verb = "add", .options = true,
	.args = "TENANT NAME [OPTION...]",
	.help = "Adds a VM: to the tenant's only subnet and the subnet's first VPC where none is named,\n"
		"with the next free address. " VM_HELP,
	.run = ovctl_vm_add,
};

/* In another subnet a VM has other addresses, unless they are given. */
static void ovctl_vm_move(struct ovctl_vm *vm, const struct ovctl_subnet *subnet)
{
	if (vm->subnet == subnet->id)
		return;
	memset(&vm->ip4, 0, sizeof(vm->ip4));
	memset(&vm->ip6, 0, sizeof(vm->ip6));
	vm->subnet = subnet->id;
	if (!ovctl_subnet_in(subnet, vm->vpc))
		vm->vpc = subnet->vpcs[0];
}

static int ovctl_vm_set_one(struct ovctl_work *work, const char *name,
			    const struct ovctl_option *opt)
{
	struct ovctl_vm *vm = ovctl_work_vm(work, name);
	const struct ovctl_subnet *subnet;
	struct ovctl_vm old;
	int ret;

	if (!vm)
		return OVCTL_FAILED;
	old = *vm;
	if (opt[VM_SUBNET].value) {
		subnet = ovctl_work_subnet(work, opt[VM_SUBNET].value);
		if (!subnet)
			return OVCTL_FAILED;
		ovctl_vm_move(vm, subnet);
	}
	ret = ovctl_vm_apply(work->ov, opt, vm);
	if (ret)
		return ret;
	if (vm->vpc != old.vpc || vm->subnet != old.subnet) {
		vm->seq++;
		ovctl_vm_stay(vm);
	}
	return ovctl_vm_store(work, vm);
}

static int ovctl_vm_set(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm set", .min = 2, .max = 2 };
	struct ovctl_option options[] = VM_OPTIONS;
	struct ovctl_vm trial = { 0 };
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret && !ovctl_options_any(options))
		ret = ovctl_misuse(ov, "vm set needs an option: see ovctl vm set --help");
	if (!ret)
		ret = ovctl_vm_apply(ov, options, &trial);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret)
		ret = ovctl_vm_set_one(&work, args.words[1], options);
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vm_set_command = {
	.object = "vm", .verb = "set", .options = true,
	.args = "TENANT NAME OPTION...",
	.help = "Changes a VM, or places it elsewhere; what is not named stays. " VM_HELP,
	.run = ovctl_vm_set,
};

static int ovctl_vm_gather(struct ovctl_work *work, const char *name, json_t *records)
{
	const struct ovctl_vm *only = name ? ovctl_work_vm(work, name) : NULL;
	const struct ovctl_tenant *tenant = &work->now;
	unsigned int i;

	if (name && !only)
		return OVCTL_FAILED;
	for (i = 0; i < tenant->n_vms; i++)
		if (!only || only == &tenant->vms[i])
			json_array_append_new(records,
					      ovctl_record_vm(tenant, &tenant->vms[i]));
	return OVCTL_DONE;
}

static int ovctl_vm_show(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm show", .min = 1, .max = 2 };

	return ovctl_work_show(ov, &args, ovctl_columns_vm, ovctl_vm_gather, argc, argv);
}

static const struct ovctl_command ovctl_vm_show_command = {
	.object = "vm", .verb = "show", .options = true,
	.args = "TENANT [NAME]",
	.help = "Shows one VM of a tenant, or all.",
	.run = ovctl_vm_show,
};

static int ovctl_vm_del(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm del", .min = 2, .max = 2 };
	struct ovctl_option options[] = { { 0 } };
	struct ovctl_work work = { 0 };
	const struct ovctl_vm *vm;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args.words[0], args.what);
	if (!ret) {
		vm = ovctl_work_vm(&work, args.words[1]);
		if (vm)
			ovctl_tenant_del_vm(&work.now, vm->id);
		ret = vm ? ovctl_work_save(&work) : OVCTL_FAILED;
	}
	ovctl_work_end(&work);
	return ret;
}

static const struct ovctl_command ovctl_vm_del_command = {
	.object = "vm", .verb = "del", .options = true,
	.args = "TENANT NAME",
	.help = "Deletes a VM.",
	.run = ovctl_vm_del,
};

OVCTL_REGISTER(ovctl_vm,
	&ovctl_vm_add_command,
	&ovctl_vm_show_command,
	&ovctl_vm_set_command,
	&ovctl_vm_del_command);
