// SPDX-License-Identifier: GPL-2.0
/* ovctl vm migrate: a VM moves to another host, and nothing that is sent to it is lost.
 *
 * The store is written twice, and each time it is a whole: first that the VM is moving, so that
 * sync makes ready what it needs at its new place and leaves it alone until it is there; then that
 * it is there. In between everything is the kernel's, which ends by itself what nobody ended:
 *
 *	store: it moves to VPC N, until then and then	killed here: over by itself, or by sync
 *	sync						a guest's tap at the new place
 *	prepare all segments of this machine		killed here: the kernel's timeout
 *	wait for the first frame from there		killed here: sync adopts what has arrived
 *	store: it is in VPC N				killed here: sync does the rest
 *	finish at the others, sync, announce, finish
 *
 * The device of a VM that is no guest behind a tap is made by sync, so nobody is waited for: its
 * old one is gone and its new one there with one sync, and what is sent to it meanwhile waits.
 *
 * Each machine does its half, with its own copy of the store: a host of another machine has a peer
 * here and no more.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../south/announce.h"
#include "../south/wire.h"
#include "command.h"
#include "migrate.h"
#include "sync.h"
#include "tables.h"

/* The kernel ends first, so that nothing is prepared for what the store knows nothing of. */
#define OVCTL_MIGRATE_SLACK_MS 5000

/* At the destination. A guest stands still for moments only, and what waited while it still ran comes
 * to it twice; when sync makes the device, all that the VPC's host has to do besides may come first.
 */
#define OVCTL_MIGRATE_GUEST_WAIT_MS 3000
#define OVCTL_MIGRATE_WAIT_MS 10000
#define OVCTL_MIGRATE_FRAMES 16384
#define OVCTL_MIGRATE_BYTES (64U << 20)

/* How often, and how long after one another at most, a device that sync made is announced. */
#define OVCTL_MIGRATE_ANNOUNCES 30
#define OVCTL_MIGRATE_ANNOUNCE_MS 100

static volatile sig_atomic_t ovctl_migrate_stop;

static void ovctl_migrate_on_signal(int sig)
{
	(void)sig;
	ovctl_migrate_stop = 1;
}

/**
 * ovctl_migrate_init() - Begin with nothing.
 * @m: The migration.
 * @ov: The run.
 */
void ovctl_migrate_init(struct ovctl_migrate *m, struct ovctl *ov)
{
	memset(m, 0, sizeof(*m));
	m->ov = ov;
	m->timeout = 60;
	m->spaces.own = -1;
}

/**
 * ovctl_migrate_end() - Free all.
 * @m: The migration.
 */
void ovctl_migrate_end(struct ovctl_migrate *m)
{
	ovctl_wire_close(m->watch.wire);
	m->watch.wire = NULL;
	ovctl_seats_free(&m->seats);
	ovctl_spaces_free(&m->spaces);
	ovctl_work_end(&m->work);
}

/* --- the store --- */

static bool ovctl_migrate_tap_is_free(struct ovctl_migrate *m, const struct ovctl_vm *vm,
				      const char *link)
{
	const struct ovctl_tenant *tenant = &m->work.now;
	unsigned int i;

	for (i = 0; i < tenant->n_vms; i++) {
		const struct ovctl_vm *other = &tenant->vms[i];

		if (other == vm || other->off || other->vpc != m->to || other->kind != vm->kind ||
		    strcmp(other->netns, vm->netns) || strcmp(other->link, link))
			continue;
		ovctl_fail(m->ov, "%s on host %s is that of VM %s: --tap names another one", link,
			   m->host, other->name);
		return false;
	}
	return true;
}

static int ovctl_migrate_to(struct ovctl_migrate *m, const struct ovctl_vm *vm)
{
	const struct ovctl_vpc *to;
	char why[OVCTL_MIGRATION_WHY];
	uint32_t vpc = 0;
	int ret;

	if (!ovctl_work_host(&m->work, m->host))
		return OVCTL_FAILED;
	if (m->vpc_text) {
		ret = ovctl_arg_number(m->ov, "a VPC", m->vpc_text, OVCTL_VPC_MAX, &vpc);
		if (ret)
			return ret;
	}
	to = ovctl_migration_to(&m->work.now, vm, m->host, vpc, why);
	if (!to)
		return ovctl_fail(m->ov, "%s", why);
	if (vm->off && !m->tap)
		return ovctl_fail(m->ov, "VM %s is shut down, or its tap is not known: \"vm set\" with --vpc or --tap tells where it is",
				  vm->name);
	if (m->tap && vm->kind != OVCTL_VM_TAP)
		return ovctl_fail(m->ov, "VM %s is no guest behind a tap: --tap is for one",
				  vm->name);
	m->to = to->id;
	return OVCTL_DONE;
}

/* What has to be known when the store is not held. */
static void ovctl_migrate_remember(struct ovctl_migrate *m, const struct ovctl_vm *vm)
{
	const struct ovctl_vpc *to = ovctl_tenant_vpc(&m->work.now, m->to);
	const struct ovctl_host *host = ovctl_model_host(&m->work.model, to->host);

	m->vm = *vm;
	m->from = vm->vpc;
	ovctl_name_vm_space(m->space, sizeof(m->space), host, vm);
	ovctl_migration_seats(&m->seats, &m->work.model, &m->work.now, vm, m->to);
}

/**
 * ovctl_migrate_begin() - Find out where a VM is to move, and have the store know.
 * @m: The migration, its tenant loaded and what the user said filled in.
 * @vm: The VM.
 *
 * Return: an ovctl_exit; the store is not held any more.
 */
int ovctl_migrate_begin(struct ovctl_migrate *m, struct ovctl_vm *vm)
{
	const char *link = m->tap ? m->tap : vm->link;
	int ret;

	ret = ovctl_migrate_to(m, vm);
	if (ret)
		return ret;
	if (vm->kind == OVCTL_VM_TAP && !ovctl_migrate_tap_is_free(m, vm, link))
		return OVCTL_FAILED;
	if (geteuid())
		return ovctl_fail(m->ov, "this needs root");
	ret = ovctl_spaces_init(&m->spaces, m->ov);
	if (ret)
		return ret;
	if (!ovctl_migration_waits(&m->work.model, &m->work.now, vm,
				   ovctl_tenant_vpc(&m->work.now, m->to), link))
		m->now = true;
	vm->to = m->to;
	snprintf(vm->to_link, sizeof(vm->to_link), "%s", link);
	vm->until = ovctl_store_clock() + m->timeout * 1000LL + OVCTL_MIGRATE_SLACK_MS;
	ovctl_migrate_remember(m, vm);
	ret = ovctl_work_save(&m->work);
	ovctl_work_pause(&m->work);
	return ret;
}

/* Once more, after others had the store. */
static struct ovctl_vm *ovctl_migrate_again(struct ovctl_migrate *m)
{
	struct ovctl_vm *vm;

	if (ovctl_work_load(&m->work, m->work.id))
		return NULL;
	vm = ovctl_tenant_vm(&m->work.now, m->vm.id);
	if (vm && vm->subnet == m->vm.subnet && ovctl_addr_same(&vm->mac, &m->vm.mac))
		return vm;
	ovctl_fail(m->ov, "VM %s is gone, or another one, meanwhile", m->vm.name);
	return NULL;
}

static int ovctl_migrate_adopt(struct ovctl_migrate *m)
{
	struct ovctl_vm *vm = ovctl_migrate_again(m);
	int ret = OVCTL_FAILED;

	if (vm && vm->vpc != m->from && vm->vpc != m->to) {
		ovctl_fail(m->ov, "VM %s was placed in VPC %u meanwhile", vm->name, vm->vpc);
	} else if (vm) {
		vm->to = m->to;
		memcpy(vm->to_link, m->vm.to_link, sizeof(vm->to_link));
		ovctl_vm_adopt(&m->work.now, vm->id, m->to, vm->seq + (vm->vpc != m->to));
		ret = ovctl_work_save(&m->work);
	}
	ovctl_work_pause(&m->work);
	return ret;
}

/* --- the kernel --- */

static int ovctl_migrate_abort_all(struct ovctl_migrate *m)
{
	int ret = OVCTL_DONE;
	unsigned int i;

	for (i = 0; i < m->seats.count; i++)
		if (ovctl_seat_abort(&m->spaces, &m->seats.list[i], &m->vm.mac))
			ret = OVCTL_FAILED;
	return ret;
}

static int ovctl_migrate_finish_others(struct ovctl_migrate *m)
{
	int ret = OVCTL_DONE;
	unsigned int i;

	for (i = 0; i < m->seats.count; i++)
		if (m->seats.list[i].to.len &&
		    ovctl_seat_finish(&m->spaces, &m->seats.list[i], &m->vm.mac))
			ret = OVCTL_FAILED;
	return ret;
}

/* A move that somebody left behind is none. */
static int ovctl_migrate_prepare(struct ovctl_migrate *m)
{
	struct ovctl_move_terms terms = {
		.timeout = m->timeout * 1000,
		.max_wait = m->vm.kind == OVCTL_VM_TAP ? OVCTL_MIGRATE_GUEST_WAIT_MS :
							 OVCTL_MIGRATE_WAIT_MS,
		.max_frames = OVCTL_MIGRATE_FRAMES,
		.max_bytes = OVCTL_MIGRATE_BYTES,
	};
	unsigned int i;
	bool there;
	int ret;

	ret = ovctl_migrate_abort_all(m);
	for (i = 0; !ret && i < m->seats.count; i++) {
		ret = ovctl_seat_prepare(&m->spaces, &m->seats.list[i], &m->vm.mac, &terms, &there);
		/* It came before anybody was ready for it. */
		if (!ret && !i && there)
			m->now = true;
	}
	return ret;
}

/* Sync adopts one that arrived when somebody before us had all ready for it and was killed: nobody is
 * to be waited for then.
 */
static int ovctl_migrate_look(struct ovctl_migrate *m)
{
	const struct ovctl_vm *vm = ovctl_migrate_again(m);

	if (vm && vm->vpc == m->to)
		m->now = true;
	ovctl_work_pause(&m->work);
	return vm ? OVCTL_DONE : OVCTL_FAILED;
}

/**
 * ovctl_migrate_ready() - Get all of this machine ready for a VM to move.
 * @m: The migration, begun.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_ready(struct ovctl_migrate *m)
{
	int ret;

	ret = ovctl_sync_aside(m->ov, &m->work.id, 1);
	if (!ret)
		ret = ovctl_migrate_look(m);
	if (!ret && !m->seats.count)
		m->now = true;
	if (!ret && m->seats.count && (!m->now || !m->seats.list[0].to.len))
		ret = ovctl_watch_open(&m->spaces, &m->seats.list[0], &m->vm.mac, &m->watch);
	return ret ? ret : ovctl_migrate_prepare(m);
}

/* --- waiting --- */

/* Signals that end this are let in while it waits, and only then. */
static void ovctl_migrate_let_in(struct ovctl_migrate *m, sigset_t *before)
{
	struct sigaction action = { .sa_handler = ovctl_migrate_on_signal };
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, before);
	sigdelset(before, SIGINT);
	sigdelset(before, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	m->watch.wire->let_in = before;
}

static int ovctl_migrate_hear(struct ovctl_migrate *m)
{
	enum ovctl_arrival arrival = OVCTL_ARRIVAL_AWAITED;
	int err, ret;

	while (arrival == OVCTL_ARRIVAL_AWAITED) {
		err = ovctl_watch_next(&m->watch, &arrival);
		if (err == -ENOBUFS || err == -ETIMEDOUT || ovctl_migrate_stop) {
			ret = ovctl_seat_arrival(&m->spaces, &m->seats.list[0], &m->vm.mac, &arrival);
			if (ret)
				return ret;
			if (ovctl_migrate_stop && arrival != OVCTL_ARRIVAL_THERE)
				return ovctl_fail(m->ov, "VM %s stays where it is: interrupted",
						  m->vm.name);
		} else if (err && err != -EINTR) {
			return ovctl_fail(m->ov, "events: %s", strerror(-err));
		}
	}
	if (arrival == OVCTL_ARRIVAL_THERE)
		return OVCTL_DONE;
	return ovctl_fail(m->ov, "VM %s has not come to host %s: it stays where it is, and what was prepared is taken back",
			  m->vm.name, m->host);
}

/**
 * ovctl_migrate_wait() - Wait until a VM says anything at its new place.
 * @m: The migration, ready.
 *
 * The kernel tells when its own time is over; nothing of it is asked again and again.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_wait(struct ovctl_migrate *m)
{
	struct timespec patience = { .tv_sec = m->timeout + 2 };
	sigset_t let_in, before;
	int ret;

	if (m->now)
		return OVCTL_DONE;
	sigprocmask(SIG_SETMASK, NULL, &before);
	m->watch.wire->patience = &patience;
	ovctl_migrate_let_in(m, &let_in);
	ret = ovctl_migrate_hear(m);
	m->watch.wire->let_in = NULL;
	m->watch.wire->patience = NULL;
	/* What comes now comes too late; the rest is done in a moment. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* --- the end --- */

/* The legs of a new device carry nothing yet for a moment, and what its bridges knew leads elsewhere:
 * it is announced until the segment has heard of it, so that what waits is not let out before.
 */
static int ovctl_migrate_announce_own(struct ovctl_migrate *m)
{
	struct timespec patience = { .tv_nsec = OVCTL_MIGRATE_ANNOUNCE_MS * 1000000L };
	enum ovctl_arrival arrival = OVCTL_ARRIVAL_AWAITED, told;
	unsigned int i;
	int ret = OVCTL_DONE;

	m->watch.wire->patience = &patience;
	for (i = 0; !ret && i < OVCTL_MIGRATE_ANNOUNCES; i++) {
		ret = ovctl_announce(&m->spaces, m->space, m->vm.link, &m->vm);
		if (!ret)
			ret = ovctl_seat_arrival(&m->spaces, m->seats.list, &m->vm.mac, &arrival);
		if (ret || arrival != OVCTL_ARRIVAL_AWAITED)
			break;
		/* Whatever it hears, or nothing for so long. */
		ovctl_watch_next(&m->watch, &told);
	}
	m->watch.wire->patience = NULL;
	return ret;
}

/* A VM whose device sync made says nothing by itself. A guest that has not said anything either is
 * announced by the head: nobody who is asked for it knows better, and nothing is learned from that
 * here. Whom a frame of its own told knows it.
 */
static int ovctl_migrate_announce(struct ovctl_migrate *m)
{
	const struct ovctl_seat *seat = m->seats.list;
	struct ovctl_whereabouts where;
	int ret;

	if (!m->seats.count || seat->to.len)
		return OVCTL_DONE;
	if (m->vm.kind != OVCTL_VM_TAP)
		return ovctl_migrate_announce_own(m);
	ret = ovctl_seat_where(&m->spaces, seat, &m->vm.mac, &where);
	if (ret || where.known)
		return ret;
	return ovctl_announce(&m->spaces, seat->netns, seat->link, &m->vm);
}

/**
 * ovctl_migrate_settle() - A VM is at its new place: have all know.
 * @m: The migration.
 *
 * A guest is there. The device of any other VM is taken from its old place by sync: until then that
 * is where it is.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_settle(struct ovctl_migrate *m)
{
	bool is_there = m->vm.kind == OVCTL_VM_TAP;
	int ret, more;

	ret = ovctl_migrate_adopt(m);
	if (ret)
		return ret;
	if (is_there)
		ret = ovctl_migrate_finish_others(m);
	more = ovctl_sync_aside(m->ov, &m->work.id, 1);
	if (!more)
		more = ovctl_migrate_announce(m);
	ret = ret ? ret : more;
	more = is_there ? OVCTL_DONE : ovctl_migrate_finish_others(m);
	ret = ret ? ret : more;
	if (m->seats.count && !m->seats.list[0].to.len)
		more = ovctl_seat_finish(&m->spaces, &m->seats.list[0], &m->vm.mac);
	return ret ? ret : more;
}

/* Whether the kernel has seen a VM arrive that the store says is moving. A segment that is not
 * there has seen nothing.
 */
static int ovctl_migrate_arrived(struct ovctl_spaces *spaces, const struct ovctl_seats *seats,
				 const struct ovctl_vm *vm, bool *arrived)
{
	enum ovctl_arrival arrival = OVCTL_ARRIVAL_NONE;
	struct ovctl_space *space;
	int ret = OVCTL_DONE;

	if (seats->count && ovctl_space_exists(seats->list[0].netns)) {
		ret = ovctl_space_get(spaces, seats->list[0].netns, &space);
		if (!ret && ovctl_space_index(space, seats->list[0].link))
			ret = ovctl_seat_arrival(spaces, &seats->list[0], &vm->mac, &arrival);
	}
	*arrived = arrival == OVCTL_ARRIVAL_THERE;
	return ret;
}

/**
 * ovctl_migrate_cancel() - A VM stays where it is: take back what was prepared for its move.
 * @m: The migration.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_cancel(struct ovctl_migrate *m)
{
	struct ovctl_vm *vm = ovctl_migrate_again(m);
	bool ours = vm && vm->to == m->to && vm->until == m->vm.until;
	int ret = vm ? OVCTL_DONE : OVCTL_FAILED;

	if (ours) {
		ovctl_vm_stay(vm);
		ret = ovctl_work_save(&m->work);
	}
	ovctl_work_pause(&m->work);
	/* Whoever has begun anew has aborted what this one had prepared. */
	if (vm && !ours)
		return ret;
	if (ovctl_migrate_abort_all(m))
		ret = OVCTL_FAILED;
	return ret ? ret : ovctl_sync_aside(m->ov, &m->work.id, 1);
}

/**
 * ovctl_migrate_stays() - Cancel what others have begun.
 * @m: The migration, its tenant loaded.
 * @vm: The VM.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_stays(struct ovctl_migrate *m, const struct ovctl_vm *vm)
{
	bool arrived;
	int ret;

	if (!vm->to)
		return ovctl_fail(m->ov, "VM %s is not on its way anywhere", vm->name);
	if (geteuid())
		return ovctl_fail(m->ov, "this needs root");
	m->to = vm->to;
	ovctl_migrate_remember(m, vm);
	ovctl_work_pause(&m->work);
	ret = ovctl_spaces_init(&m->spaces, m->ov);
	if (!ret)
		ret = ovctl_migrate_arrived(&m->spaces, &m->seats, &m->vm, &arrived);
	if (ret)
		return ret;
	if (!arrived)
		return ovctl_migrate_cancel(m);
	ret = ovctl_migrate_settle(m);
	return ret ? ret : ovctl_fail(m->ov, "VM %s has come to VPC %u already, and stays there",
				      m->vm.name, m->to);
}

static void ovctl_migrate_tell(struct ovctl_migrate *m)
{
	struct ovctl_vm *vm = ovctl_migrate_again(m);

	if (vm)
		ovctl_grid_one(m->ov, ovctl_columns_vm, ovctl_record_vm(&m->work.now, vm));
	ovctl_work_pause(&m->work);
}

static int ovctl_migrate_run(struct ovctl_migrate *m, struct ovctl_vm *vm)
{
	int ret;

	ret = ovctl_migrate_begin(m, vm);
	if (ret)
		return ret;
	ret = ovctl_migrate_ready(m);
	if (!ret)
		ret = ovctl_migrate_wait(m);
	if (ret) {
		ovctl_migrate_cancel(m);
		return ret;
	}
	return ovctl_migrate_settle(m);
}

/* --- sync --- */

/**
 * ovctl_migrate_arrivals() - Have a model know of VMs that have arrived where they were moving to.
 * @ov: The run.
 * @model: The model.
 * @list: Set to what the store is to learn; to be freed.
 * @count: Set to how many that are.
 *
 * Return: an ovctl_exit.
 */
int ovctl_migrate_arrivals(struct ovctl *ov, struct ovctl_model *model,
			   struct ovctl_adoption **list, unsigned int *count)
{
	struct ovctl_spaces spaces;
	unsigned int i, j;
	bool arrived;
	int ret;

	*list = NULL;
	*count = 0;
	ret = ovctl_spaces_init(&spaces, ov);
	for (i = 0; !ret && i < model->n_tenants; i++) {
		struct ovctl_tenant *tenant = &model->tenants[i];

		for (j = 0; !ret && j < tenant->n_vms; j++) {
			struct ovctl_vm *vm = &tenant->vms[j];
			struct ovctl_adoption new = { tenant->id, vm->id, vm->to, vm->seq + 1 };
			struct ovctl_seats seats;

			if (!vm->to)
				continue;
			ovctl_migration_seats(&seats, model, tenant, vm, vm->to);
			ret = ovctl_migrate_arrived(&spaces, &seats, vm, &arrived);
			ovctl_seats_free(&seats);
			if (!ret && !arrived && !vm->until)
				ovctl_vm_stay(vm);
			if (ret || !arrived)
				continue;
			*list = ovctl_grow(*list, *count, sizeof(**list));
			(*list)[(*count)++] = new;
			ovctl_vm_adopt(tenant, new.vm, new.vpc, new.seq);
		}
	}
	ovctl_spaces_free(&spaces);
	return ret;
}

/* --- the command --- */

enum { MIGRATE_TO, MIGRATE_VPC, MIGRATE_TAP, MIGRATE_TIMEOUT, MIGRATE_NOW, MIGRATE_ABORT };

static int ovctl_migrate_words(struct ovctl_migrate *m, const struct ovctl_option *opt)
{
	char why[OVCTL_WHY_SIZE];

	if (opt[MIGRATE_ABORT].value) {
		if (opt[MIGRATE_TO].value || opt[MIGRATE_VPC].value || opt[MIGRATE_TAP].value ||
		    opt[MIGRATE_TIMEOUT].value || opt[MIGRATE_NOW].value)
			return ovctl_misuse(m->ov, "--abort stands alone");
		return OVCTL_DONE;
	}
	if (!opt[MIGRATE_TO].value)
		return ovctl_misuse(m->ov, "vm migrate needs --to HOST: see ovctl vm migrate --help");
	if (opt[MIGRATE_NOW].value && opt[MIGRATE_TIMEOUT].value)
		return ovctl_misuse(m->ov, "--now waits for nothing, so there is no --timeout");
	if (opt[MIGRATE_TIMEOUT].value &&
	    !ovctl_field_number(&m->timeout, opt[MIGRATE_TIMEOUT].value, 1, OVCTL_MIGRATE_MAX, why))
		return ovctl_misuse(m->ov, "\"%s\" is not a time to wait: a number of seconds from 1 to %u is accepted",
				    opt[MIGRATE_TIMEOUT].value, OVCTL_MIGRATE_MAX);
	if (opt[MIGRATE_TAP].value && !ovctl_field_link(opt[MIGRATE_TAP].value, why))
		return ovctl_misuse(m->ov, "\"%s\" %s", opt[MIGRATE_TAP].value, why);
	m->host = opt[MIGRATE_TO].value;
	m->vpc_text = opt[MIGRATE_VPC].value;
	m->tap = opt[MIGRATE_TAP].value;
	m->now = opt[MIGRATE_NOW].value;
	return OVCTL_DONE;
}

static int ovctl_vm_migrate(struct ovctl *ov, int argc, char **argv)
{
	struct ovctl_args args = { .name = "vm migrate", .min = 2, .max = 2 };
	struct ovctl_option options[] = {
		[MIGRATE_TO] = { "to", OVCTL_OPTION_VALUE },
		[MIGRATE_VPC] = { "vpc", OVCTL_OPTION_VALUE },
		[MIGRATE_TAP] = { "tap", OVCTL_OPTION_VALUE },
		[MIGRATE_TIMEOUT] = { "timeout", OVCTL_OPTION_VALUE },
		[MIGRATE_NOW] = { "now", OVCTL_OPTION_FLAG },
		[MIGRATE_ABORT] = { "abort", OVCTL_OPTION_FLAG },
		{ 0 },
	};
	struct ovctl_migrate m;
	struct ovctl_vm *vm;
	int ret;

	ovctl_migrate_init(&m, ov);
	ret = ovctl_options_parse(ov, &args, options, argc, argv);
	if (!ret)
		ret = ovctl_migrate_words(&m, options);
	if (!ret)
		ret = ovctl_work_tenant(ov, &m.work, args.words[0], args.what);
	if (!ret) {
		vm = ovctl_work_vm(&m.work, args.words[1]);
		ret = OVCTL_FAILED;
		if (vm)
			ret = options[MIGRATE_ABORT].value ? ovctl_migrate_stays(&m, vm) :
							     ovctl_migrate_run(&m, vm);
		if (!ret)
			ovctl_migrate_tell(&m);
	}
	ovctl_migrate_end(&m);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	return ret;
}

static const struct ovctl_command ovctl_vm_migrate_command = {
	.object = "vm", .verb = "migrate", .options = true,
	.args = "TENANT NAME --to HOST [--vpc VPC] [--tap DEV] [--timeout SECONDS] [--now] | --abort",
	.help = "Moves a VM to another host: gets this machine's segments ready, waits until a guest says\n"
		"anything at its new place, and has all know. With --now it is there already. A VM\n"
		"that is no guest behind a tap is moved by this. --abort takes back what was prepared.",
	.run = ovctl_vm_migrate,
};

OVCTL_REGISTER(ovctl_migrate, &ovctl_vm_migrate_command);
