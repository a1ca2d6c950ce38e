// SPDX-License-Identifier: GPL-2.0
/* ovctl vm hook: what libvirt tells of guests, as it calls /etc/libvirt/hooks/qemu.d.
 *
 * A guest that is migrated is prepared for at its destination and released at its source; each
 * machine does its half, by its own copy of the store:
 *
 *	destination	migrate		there is a VPC for it here, and its segment is made
 *			started		its tap is joined, all is got ready, and a child waits
 *	source		stopped,	where it is now is what the store adopts
 *	destination	release		it never came: what was prepared is taken back
 *
 * A guest that begins here goes the same way: "started" joins its tap, whatever that is called.
 * One that is shut down is off: libvirt gives the name of its tap to the next one.
 * What is asked again finds nothing to do.
 *
 * The hook runs as root, and like sync without a password: it tells the store what is so.
 */
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "../model/adopt.h"
#include "command.h"
#include "domain.h"
#include "migrate.h"
#include "sync.h"

/* Interfaces of one guest, of which each may be another tenant's; more than PCI has room for. */
#define OVCTL_HOOK_TENANTS 64

/**
 * struct ovctl_hook - One call of libvirt.
 * @ov: The run.
 * @guest: The guest's name.
 * @host: The host that it is on.
 * @what: The command, for the log.
 * @model: What the store says.
 */
struct ovctl_hook {
	struct ovctl *ov;
	const char *guest;
	const char *host;
	const char *what;
	struct ovctl_model model;
};

/**
 * struct ovctl_guest_vm - The VM that an interface is of.
 * @tenant: Its tenant.
 * @vm: The VM, or NULL.
 * @nic: The interface.
 */
struct ovctl_guest_vm {
	const struct ovctl_tenant *tenant;
	const struct ovctl_vm *vm;
	const struct ovctl_nic *nic;
};

typedef int ovctl_hook_fn(struct ovctl_hook *hook, const struct ovctl_guest_vm *found);

static int ovctl_hook_host(struct ovctl_hook *hook)
{
	const struct ovctl_host *found = NULL;
	unsigned int i;

	if (hook->host)
		return ovctl_model_host(&hook->model, hook->host) ? OVCTL_DONE :
		       ovctl_fail(hook->ov, "there is no host \"%s\"", hook->host);
	for (i = 0; i < hook->model.n_hosts; i++) {
		const struct ovctl_host *host = &hook->model.hosts[i];

		if (host->remote)
			continue;
		if (found)
			return ovctl_fail(hook->ov, "hosts %s and %s are both of this machine: --host names one, or TENOVL_HOST in /etc/default/tenovl",
					  found->name, host->name);
		found = host;
	}
	if (!found)
		return ovctl_fail(hook->ov, "no host is of this machine: \"ovctl host set\" with --machine says which is");
	hook->host = found->name;
	return OVCTL_DONE;
}

static bool ovctl_vm_is_on(const struct ovctl_tenant *tenant, uint32_t id, const char *host)
{
	const struct ovctl_vpc *vpc = id ? ovctl_tenant_vpc(tenant, id) : NULL;

	return vpc && !strcmp(vpc->host, host);
}

/* Tenants may use the same addresses: then the guest's name tells. */
static int ovctl_hook_find(struct ovctl_hook *hook, const struct ovctl_nic *nic,
			   struct ovctl_guest_vm *found)
{
	struct ovctl_guest_vm other = { 0 };
	bool was_named;
	unsigned int i, j;
	char mac[18];

	memset(found, 0, sizeof(*found));
	for (i = 0; i < hook->model.n_tenants; i++) {
		const struct ovctl_tenant *tenant = &hook->model.tenants[i];

		for (j = 0; j < tenant->n_vms; j++) {
			const struct ovctl_vm *vm = &tenant->vms[j];
			bool named = !strcmp(vm->name, hook->guest);

			if (vm->kind != OVCTL_VM_TAP || !ovctl_addr_same(&vm->mac, &nic->mac))
				continue;
			was_named = found->vm && !strcmp(found->vm->name, hook->guest);
			if (was_named && !named)
				continue;
			other.vm = named == was_named ? found->vm : NULL;
			other.tenant = found->tenant;
			*found = (struct ovctl_guest_vm){ tenant, vm, nic };
		}
	}
	if (!other.vm)
		return OVCTL_DONE;
	ovctl_mac_text(mac, sizeof(mac), nic->mac.bytes);
	return ovctl_fail(hook->ov, "%s is the address of VM %s of tenant %u and of VM %s of tenant %u: a guest that has the name of one is that one",
			  mac, other.vm->name, other.tenant->id, found->vm->name,
			  found->tenant->id);
}

/* --- one VM --- */

/* Begins to work on a VM, as root. */
static struct ovctl_vm *ovctl_hook_work(struct ovctl_hook *hook,
					const struct ovctl_guest_vm *found,
					struct ovctl_migrate *m)
{
	ovctl_migrate_init(m, hook->ov);
	m->host = hook->host;
	m->timeout = OVCTL_MIGRATE_MAX;
	if (ovctl_work_open(hook->ov, &m->work, found->tenant->id, hook->what, false) ||
	    ovctl_work_load(&m->work, found->tenant->id))
		return NULL;
	return ovctl_work_vm(&m->work, found->vm->name);
}

static int ovctl_hook_migrate(struct ovctl_hook *hook, const struct ovctl_guest_vm *found)
{
	char why[OVCTL_MIGRATION_WHY];

	if (ovctl_vm_is_on(found->tenant, found->vm->vpc, hook->host) ||
	    ovctl_migration_to(found->tenant, found->vm, hook->host, 0, why))
		return OVCTL_DONE;
	return ovctl_fail(hook->ov, "%s", why);
}

/* The guest was here all the time; its tap may be called otherwise each time. */
static int ovctl_hook_here(struct ovctl_migrate *m, struct ovctl_vm *vm,
			   const struct ovctl_nic *nic)
{
	if (!vm->off && (!nic->link[0] || !strcmp(nic->link, vm->link)))
		return OVCTL_DONE;
	if (nic->link[0])
		memcpy(vm->link, nic->link, sizeof(vm->link));
	vm->off = false;
	return ovctl_work_save(&m->work);
}

/* Takes the name of a tap from a VM that had it here, or was to have it. Return: whether it did. */
static bool ovctl_hook_unname(const struct ovctl_hook *hook, const struct ovctl_tenant *tenant,
			      struct ovctl_vm *vm, const char *link, const char *netns)
{
	bool here = !vm->off && !strcmp(vm->link, link) &&
		    ovctl_vm_is_on(tenant, vm->vpc, hook->host);
	bool comes = !strcmp(vm->to_link, link) && ovctl_vm_is_on(tenant, vm->to, hook->host);

	if (vm->kind != OVCTL_VM_TAP || strcmp(vm->netns, netns) || (!here && !comes))
		return false;
	vm->off |= here;
	if (comes)
		ovctl_vm_stay(vm);
	return true;
}

/* What the model said may be so no more: others start guests at the same time. */
static void ovctl_hook_lose(struct ovctl_hook *hook, const struct ovctl_guest_vm *loser,
			    const struct ovctl_guest_vm *found)
{
	struct ovctl_migrate m;
	struct ovctl_vm *vm = ovctl_hook_work(hook, loser, &m);

	if (vm && ovctl_hook_unname(hook, &m.work.now, vm, found->nic->link, found->vm->netns))
		ovctl_work_save(&m.work);
	ovctl_migrate_end(&m);
}

/* libvirt gives the names of taps out again, and tells of no guest that ended with its machine:
 * whoever had the name before, of any tenant, is off. What is wrong with another one does not keep
 * this guest from starting; it is told.
 */
static void ovctl_hook_take(struct ovctl_hook *hook, const struct ovctl_guest_vm *found)
{
	unsigned int i, j;

	for (i = 0; found->nic->link[0] && i < hook->model.n_tenants; i++) {
		struct ovctl_guest_vm other = { .tenant = &hook->model.tenants[i] };

		for (j = 0; j < other.tenant->n_vms; j++) {
			struct ovctl_vm vm = other.tenant->vms[j];

			other.vm = &other.tenant->vms[j];
			if (other.vm != found->vm &&
			    ovctl_hook_unname(hook, other.tenant, &vm, found->nic->link,
					      found->vm->netns))
				ovctl_hook_lose(hook, &other, found);
		}
	}
}

/* What a child of nobody says goes to the system's log. */
static void ovctl_hook_log(int ret, const char *vm, const char *text)
{
	openlog("ovctl", LOG_PID, LOG_DAEMON);
	syslog(ret ? LOG_ERR : LOG_INFO, "VM %s: %s%s", vm, ret ? "" : "is here. ", text);
	closelog();
}

static int ovctl_hook_until_settled(struct ovctl_migrate *m)
{
	int ret;

	ret = ovctl_migrate_wait(m);
	if (!ret)
		return ovctl_migrate_settle(m);
	ovctl_migrate_cancel(m);
	return ret;
}

static void ovctl_hook_child(struct ovctl_hook *hook, struct ovctl_migrate *m, uint32_t tenant)
{
	int null = open("/dev/null", O_RDWR);
	char *text = NULL;
	size_t size;
	int ret;

	setsid();
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	hook->ov->err = open_memstream(&text, &size);
	if (!hook->ov->err)
		_exit(OVCTL_FAILED);
	/* What these have to say goes where this does. */
	ovctl_spaces_free(&m->spaces);
	ret = ovctl_spaces_init(&m->spaces, hook->ov);
	if (!ret)
		ret = ovctl_work_open(hook->ov, &m->work, tenant, hook->what, false);
	if (!ret)
		ret = ovctl_hook_until_settled(m);
	fflush(hook->ov->err);
	ovctl_hook_log(ret, m->vm.name, text);
	ovctl_migrate_end(m);
	_exit(ret);
}

/* libvirt goes on while the guest is on its way, which may take long. A database stays with the
 * process that opened it.
 */
static int ovctl_hook_leave(struct ovctl_hook *hook, struct ovctl_migrate *m, uint32_t tenant)
{
	pid_t pid;

	ovctl_work_end(&m->work);
	memset(&m->work, 0, sizeof(m->work));
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		ovctl_work_open(hook->ov, &m->work, tenant, hook->what, false);
		ovctl_migrate_cancel(m);
		return ovctl_fail(hook->ov, "nobody can wait for VM %s: no process", m->vm.name);
	}
	if (!pid)
		ovctl_hook_child(hook, m, tenant);
	return OVCTL_DONE;
}

static int ovctl_hook_come(struct ovctl_hook *hook, struct ovctl_migrate *m,
			   struct ovctl_vm *vm, const struct ovctl_nic *nic)
{
	uint32_t tenant = m->work.id;
	int ret;

	m->tap = nic->link[0] ? nic->link : NULL;
	ret = ovctl_migrate_begin(m, vm);
	if (ret)
		return ret;
	ret = ovctl_migrate_ready(m);
	if (ret)
		ovctl_migrate_cancel(m);
	else if (m->now)
		ret = ovctl_migrate_settle(m);
	else
		ret = ovctl_hook_leave(hook, m, tenant);
	return ret;
}

static int ovctl_hook_started(struct ovctl_hook *hook, const struct ovctl_guest_vm *found)
{
	struct ovctl_migrate m;
	int ret = OVCTL_FAILED;
	struct ovctl_vm *vm;

	ovctl_hook_take(hook, found);
	vm = ovctl_hook_work(hook, found, &m);
	if (vm && ovctl_vm_is_on(&m.work.now, vm->vpc, hook->host))
		ret = ovctl_hook_here(&m, vm, found->nic);
	else if (vm)
		ret = ovctl_hook_come(hook, &m, vm, found->nic);
	ovctl_migrate_end(&m);
	return ret;
}

/* A guest that was here is where the segment has it; one that was shut down is nowhere. */
static int ovctl_hook_gone(struct ovctl_hook *hook, struct ovctl_migrate *m,
			   struct ovctl_vm *vm)
{
	struct ovctl_adoption adoption = { m->work.id, vm->id, 0, vm->seq + 1 };
	struct ovctl_whereabouts where = { 0 };
	const struct ovctl_vpc *vpc;
	struct ovctl_seats seats;
	int ret;

	ovctl_migration_seats(&seats, &m->work.model, &m->work.now, vm, vm->vpc);
	ret = ovctl_spaces_init(&m->spaces, hook->ov);
	if (!ret && seats.count)
		ret = ovctl_seat_where(&m->spaces, seats.list, &vm->mac, &where);
	ovctl_seats_free(&seats);
	vpc = where.peer.len ? ovctl_vpc_behind(&m->work.now, &where.peer) : NULL;
	adoption.vpc = vpc ? vpc->id : 0;
	if (!ret && !vpc) {
		vm->off = true;
		ret = ovctl_work_save(&m->work);
	}
	ovctl_work_pause(&m->work);
	return ret || !vpc ? ret : ovctl_store_adopt(hook->ov, m->work.store, &adoption, 1);
}

static int ovctl_hook_release(struct ovctl_hook *hook, const struct ovctl_guest_vm *found)
{
	struct ovctl_migrate m;
	struct ovctl_vm *vm = ovctl_hook_work(hook, found, &m);
	int ret = OVCTL_FAILED;

	if (vm && ovctl_vm_is_on(&m.work.now, vm->vpc, hook->host))
		ret = ovctl_hook_gone(hook, &m, vm);
	else if (vm && ovctl_vm_is_on(&m.work.now, vm->to, hook->host))
		ret = ovctl_migrate_stays(&m, vm);
	else if (vm)
		ret = OVCTL_DONE;
	ovctl_migrate_end(&m);
	return ret;
}

/* --- the call --- */

static ovctl_hook_fn *ovctl_hook_operation(const char *operation)
{
	if (!strcmp(operation, "migrate"))
		return ovctl_hook_migrate;
	if (!strcmp(operation, "started"))
		return ovctl_hook_started;
	if (!strcmp(operation, "stopped") || !strcmp(operation, "release"))
		return ovctl_hook_release;
	return NULL;
}

static int ovctl_hook_load(struct ovctl_hook *hook)
{
	struct ovctl_store *store;
	int ret;

	ret = ovctl_store_open(hook->ov, &store, NULL, false);
	if (ret)
		return ret;
	ret = ovctl_store_load(hook->ov, store, &hook->model);
	ovctl_store_close(store);
	return ret;
}

/* A guest that no interface of is in the store is none of ours, and goes on. */
static int ovctl_hook_each(struct ovctl_hook *hook, const struct ovctl_nics *nics,
			   ovctl_hook_fn *fn)
{
	uint32_t tenants[OVCTL_HOOK_TENANTS];
	struct ovctl_guest_vm found;
	unsigned int i, ours = 0;
	int ret = OVCTL_DONE;

	for (i = 0; !ret && i < nics->count; i++) {
		ret = ovctl_hook_find(hook, &nics->list[i], &found);
		if (ret || !found.vm)
			continue;
		if (!ours)
			ret = ovctl_hook_host(hook);
		if (ours < OVCTL_HOOK_TENANTS)
			tenants[ours++] = found.tenant->id;
		if (!ret)
			ret = fn(hook, &found);
	}
	return ret || !ours ? ret : ovctl_sync_aside(hook->ov, tenants, ours);
}

static int ovctl_hook_run(struct ovctl_hook *hook, ovctl_hook_fn *fn)
{
	struct ovctl_nics nics;
	int ret;

	ret = ovctl_domain_read(hook->ov, stdin, &nics);
	if (!ret && geteuid())
		ret = ovctl_fail(hook->ov, "this needs root");
	if (!ret)
		ret = ovctl_hook_load(hook);
	if (!ret)
		ret = ovctl_hook_each(hook, &nics, fn);
	ovctl_nics_free(&nics);
	return ret;
}

static int ovctl_vm_hook(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm hook", .min = 4, .max = 4 };
	struct ovctl_option options[] = { { "host", OVCTL_OPTION_VALUE }, { 0 } };
	struct ovctl_hook hook = { .ov = ov };
	ovctl_hook_fn *fn;
	int ret;

	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (ret)
		return ret;
	ovctl_model_init(&hook.model);
	hook.guest = args.words[0];
	hook.host = options[0].value;
	hook.what = args.what;
	fn = ovctl_hook_operation(args.words[1]);
	if (fn)
		ret = ovctl_hook_run(&hook, fn);
	ovctl_model_free(&hook.model);
	return ret;
}

static const struct ovctl_command ovctl_vm_hook_command = {
	.object = "vm", .verb = "hook", .options = true,
	.args = "GUEST OPERATION SUBOPERATION EXTRA [--host HOST]",
	.help = "Does what libvirt's hook for QEMU is to do, with the description of the guest on standard\n"
		"input: joins its taps when it has started, and has it migrated to and from here.",
	.run = ovctl_vm_hook,
};

OVCTL_REGISTER(ovctl_hook, &ovctl_vm_hook_command);
