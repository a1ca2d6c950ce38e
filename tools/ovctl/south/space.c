// SPDX-License-Identifier: GPL-2.0
/* Acting in many network namespaces at once: for each the sockets that belong to it. A socket
 * stays in the namespace that it was opened in, so the tool enters one for a moment only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "../model/model.h"
#include "genl.h"
#include "netns.h"
#include "rtnl.h"
#include "space.h"
#include "wire.h"

#define OVCTL_NETNS_DIR "/run/netns"

/* An open namespace takes three descriptors; so many are wanted for them, and so many are left
 * for all else.
 */
#define OVCTL_SPACE_FDS 3
#define OVCTL_SPACES_FDS 32768
#define OVCTL_OTHER_FDS 64

/* How many namespaces may be open at once; those used last are. */
static unsigned int ovctl_spaces_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 4;
	if (limit.rlim_cur < OVCTL_SPACES_FDS) {
		limit.rlim_cur = limit.rlim_max < OVCTL_SPACES_FDS ? limit.rlim_max :
								      OVCTL_SPACES_FDS;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur < OVCTL_OTHER_FDS + 4 * OVCTL_SPACE_FDS ?
	       4 : (limit.rlim_cur - OVCTL_OTHER_FDS) / OVCTL_SPACE_FDS;
}

/**
 * ovctl_spaces_init() - Begin to act in many namespaces.
 * @spaces: Filled in.
 * @ov: The run; what is refused is said there.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_spaces_init(struct ovctl_spaces *spaces, struct ovctl *ov)
{
	memset(spaces, 0, sizeof(*spaces));
	spaces->ov = ov;
	spaces->limit = ovctl_spaces_limit();
	spaces->own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (spaces->own < 0)
		return ovctl_fail(ov, "the network namespace of the tool: %s", strerror(errno));
	return OVCTL_DONE;
}

static void ovctl_space_close(struct ovctl_spaces *spaces, struct ovctl_space *space)
{
	if (space->fd < 0)
		return;
	spaces->calls += space->ov.seq;
	ovctl_fini(&space->ov);
	close(space->fd);
	space->fd = -1;
	spaces->open--;
}

static void ovctl_space_free(struct ovctl_spaces *spaces, struct ovctl_space *space)
{
	ovctl_space_close(spaces, space);
	free(space->links);
	free(space->ids);
	free(space->name);
	free(space);
}

/**
 * ovctl_spaces_free() - End.
 * @spaces: The namespaces.
 */
void ovctl_spaces_free(struct ovctl_spaces *spaces)
{
	unsigned int i;

	for (i = 0; i < spaces->count; i++)
		ovctl_space_free(spaces, spaces->list[i]);
	free(spaces->list);
	if (spaces->own >= 0)
		close(spaces->own);
	memset(spaces, 0, sizeof(*spaces));
	spaces->own = -1;
}

/**
 * ovctl_spaces_calls() - Count the requests to the kernel.
 * @spaces: The namespaces.
 *
 * Return: how many there were.
 */
unsigned long ovctl_spaces_calls(const struct ovctl_spaces *spaces)
{
	unsigned long calls = spaces->calls;
	unsigned int i;

	for (i = 0; i < spaces->count; i++)
		if (spaces->list[i]->fd >= 0)
			calls += spaces->list[i]->ov.seq;
	return calls;
}

/* Where a namespace is in the list, or would be. */
static unsigned int ovctl_space_at(const struct ovctl_spaces *spaces, const char *name)
{
	unsigned int low = 0, high = spaces->count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (strcmp(spaces->list[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct ovctl_space *ovctl_space_known(const struct ovctl_spaces *spaces, const char *name)
{
	unsigned int at = ovctl_space_at(spaces, name);

	return at < spaces->count && !strcmp(spaces->list[at]->name, name) ? spaces->list[at] :
									       NULL;
}

static struct ovctl_space *ovctl_space_new(struct ovctl_spaces *spaces, const char *name)
{
	struct ovctl_space *space = ovctl_grow(NULL, 0, sizeof(*space));
	unsigned int at = ovctl_space_at(spaces, name);

	memset(space, 0, sizeof(*space));
	space->name = ovctl_grow(NULL, 0, strlen(name) + 1);
	strcpy(space->name, name);
	space->fd = -1;
	spaces->list = ovctl_grow(spaces->list, spaces->count, sizeof(*spaces->list));
	memmove(&spaces->list[at + 1], &spaces->list[at],
		(spaces->count - at) * sizeof(*spaces->list));
	spaces->list[at] = space;
	spaces->count++;
	return space;
}

static void ovctl_spaces_make_room(struct ovctl_spaces *spaces)
{
	struct ovctl_space *oldest = NULL;
	unsigned int i;

	if (spaces->open < spaces->limit)
		return;
	for (i = 0; i < spaces->count; i++) {
		struct ovctl_space *space = spaces->list[i];

		if (space->fd >= 0 && (!oldest || space->used < oldest->used))
			oldest = space;
	}
	ovctl_space_close(spaces, oldest);
}

/**
 * ovctl_space_enter() - Be in a namespace, until it is left.
 * @spaces: The namespaces.
 * @space: The one to enter, open.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_enter(struct ovctl_spaces *spaces, struct ovctl_space *space)
{
	if (setns(space->fd, CLONE_NEWNET))
		return ovctl_fail(spaces->ov, "namespace \"%s\": %s", space->name,
				  strerror(errno));
	return OVCTL_DONE;
}

/**
 * ovctl_space_leave() - Be in the tool's own namespace again.
 * @spaces: The namespaces.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_leave(struct ovctl_spaces *spaces)
{
	if (setns(spaces->own, CLONE_NEWNET))
		return ovctl_fail(spaces->ov, "back to the tool's own namespace: %s",
				  strerror(errno));
	return OVCTL_DONE;
}

/**
 * ovctl_space_socket() - Open a netlink socket in a namespace: it belongs to that.
 * @spaces: The namespaces.
 * @space: The one, open.
 * @wire: Set to the wire.
 * @protocol: NETLINK_GENERIC or NETLINK_ROUTE.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_socket(struct ovctl_spaces *spaces, struct ovctl_space *space,
		       struct ovctl_wire **wire, int protocol)
{
	int ret, err;

	ret = ovctl_space_enter(spaces, space);
	if (ret)
		return ret;
	err = ovctl_wire_open(wire, protocol);
	ret = ovctl_space_leave(spaces);
	if (!ret && err)
		ret = ovctl_fail(spaces->ov, "no netlink socket in namespace \"%s\": %s",
				 space->name, strerror(-err));
	return ret;
}

static int ovctl_space_open(struct ovctl_spaces *spaces, struct ovctl_space *space)
{
	int ret;

	ovctl_spaces_make_room(spaces);
	if (space->name[0])
		ret = ovctl_netns_open(spaces->ov, space->name, &space->fd);
	else
		ret = (space->fd = fcntl(spaces->own, F_DUPFD_CLOEXEC, 0)) < 0 ? OVCTL_FAILED : 0;
	if (ret)
		return OVCTL_FAILED;
	spaces->open++;
	ovctl_init(&space->ov, spaces->ov->out, spaces->ov->err);
	space->ov.family = spaces->family;
	ret = ovctl_space_socket(spaces, space, &space->ov.rtnl, NETLINK_ROUTE);
	if (ret)
		ovctl_space_close(spaces, space);
	return ret;
}

/**
 * ovctl_space_exists() - Whether there is a namespace of a name.
 * @name: A name in /run/netns, a path or pid:N; empty for the tool's own.
 *
 * A file without a namespace, which is what an end in the middle of making or deleting one
 * leaves behind, is none.
 *
 * Return: true where there is.
 */
bool ovctl_space_exists(const char *name)
{
	struct statfs fs;
	char path[300];

	if (!name[0])
		return true;
	if (!strncmp(name, "pid:", 4))
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name + 4);
	else if (strchr(name, '/'))
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), OVCTL_NETNS_DIR "/%s", name);
	return !statfs(path, &fs) && fs.f_type == NSFS_MAGIC;
}

/**
 * ovctl_space_get() - Act in a namespace.
 * @spaces: The namespaces.
 * @name: Its name.
 * @space: Set to it; its sockets are open until another one is got.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_get(struct ovctl_spaces *spaces, const char *name, struct ovctl_space **space)
{
	struct ovctl_space *found = ovctl_space_known(spaces, name);
	int ret = OVCTL_DONE;

	if (!found)
		found = ovctl_space_new(spaces, name);
	if (found->fd < 0)
		ret = ovctl_space_open(spaces, found);
	found->used = ++spaces->clock;
	*space = found;
	return ret;
}

/**
 * ovctl_space_forget() - Hold nothing of a namespace any more.
 * @spaces: The namespaces.
 * @name: Its name.
 */
void ovctl_space_forget(struct ovctl_spaces *spaces, const char *name)
{
	struct ovctl_space *space = ovctl_space_known(spaces, name);
	unsigned int i, k, at;

	if (!space)
		return;
	for (i = 0; i < spaces->count; i++)
		for (k = 0; k < spaces->list[i]->n_ids; k++)
			if (spaces->list[i]->ids[k].space == space)
				spaces->list[i]->ids[k] =
					spaces->list[i]->ids[--spaces->list[i]->n_ids];
	at = ovctl_space_at(spaces, name);
	ovctl_space_free(spaces, space);
	memmove(&spaces->list[at], &spaces->list[at + 1],
		(spaces->count - at - 1) * sizeof(*spaces->list));
	spaces->count--;
}

/**
 * ovctl_space_family() - Be able to speak to the family in a namespace.
 * @spaces: The namespaces.
 * @space: The one, open.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_family(struct ovctl_spaces *spaces, struct ovctl_space *space)
{
	int id, ret;

	/* Most namespaces are those of VMs, where nobody speaks to the family. */
	if (!space->ov.genl) {
		ret = ovctl_space_socket(spaces, space, &space->ov.genl, NETLINK_GENERIC);
		if (ret)
			return ret;
	}
	if (!spaces->family) {
		id = ovctl_wire_family(space->ov.genl, TENOVL_FAMILY_NAME);
		if (id < 0)
			return ovctl_fail(spaces->ov,
					  "the tenovl module is not loaded: modprobe tenovl");
		spaces->family = id;
	}
	space->ov.family = spaces->family;
	return OVCTL_DONE;
}

/* --- making and deleting --- */

/* What is mounted there is to be seen by everybody, also by who has mounts of his own. */
static int ovctl_netns_dir(struct ovctl *ov)
{
	if (mkdir(OVCTL_NETNS_DIR, 0755) && errno != EEXIST)
		return ovctl_fail(ov, OVCTL_NETNS_DIR ": %s", strerror(errno));
	if (!mount("", OVCTL_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return OVCTL_DONE;
	if (errno != EINVAL || mount(OVCTL_NETNS_DIR, OVCTL_NETNS_DIR, "none", MS_BIND | MS_REC,
				     NULL) ||
	    mount("", OVCTL_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return ovctl_fail(ov, OVCTL_NETNS_DIR ": %s", strerror(errno));
	return OVCTL_DONE;
}

static struct nl_msg *ovctl_mark_message(uint32_t mark)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = 1 };
	struct nl_msg *msg = ovctl_rtnl_message(RTM_SETLINK, NLM_F_ACK, &head, sizeof(head));

	if (msg && nla_put_u32(msg, IFLA_GROUP, mark)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* In the new namespace, which ends with the tool as long as it has no name. */
static int ovctl_netns_dress(struct ovctl *ov, const char *path, uint32_t mark,
			     void (*step)(void))
{
	struct ovctl run;
	int ret, err, fd;

	ovctl_init(&run, ov->out, ov->err);
	err = ovctl_wire_open(&run.rtnl, NETLINK_ROUTE);
	if (err)
		return ovctl_fail(ov, "no netlink socket: %s", strerror(-err));
	ret = ovctl_rtnl_do(&run, ovctl_mark_message(mark), path);
	ovctl_fini(&run);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0);
	if (fd < 0)
		return ovctl_fail(ov, "%s: %s", path, strerror(errno));
	close(fd);
	step();
	if (mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL))
		return ovctl_fail(ov, "%s: %s", path, strerror(errno));
	return OVCTL_DONE;
}

/**
 * ovctl_space_add() - Make a namespace.
 * @spaces: The namespaces.
 * @name: Its name.
 * @mark: The group of its lo.
 * @step: Called where an end of the tool leaves something behind.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_add(struct ovctl_spaces *spaces, const char *name, uint32_t mark,
		    void (*step)(void))
{
	char path[300];
	int ret, back;

	if (ovctl_space_exists(name))
		return ovctl_fail(spaces->ov, "there is a namespace \"%s\" already", name);
	ret = ovctl_netns_dir(spaces->ov);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), OVCTL_NETNS_DIR "/%s", name);
	if (unshare(CLONE_NEWNET))
		return ovctl_fail(spaces->ov, "a new network namespace: %s", strerror(errno));
	ret = ovctl_netns_dress(spaces->ov, path, mark, step);
	back = ovctl_space_leave(spaces);
	return ret ? ret : back;
}

/**
 * ovctl_space_del() - Delete a namespace.
 * @spaces: The namespaces.
 * @name: Its name.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_space_del(struct ovctl_spaces *spaces, const char *name)
{
	char path[300];

	ovctl_space_forget(spaces, name);
	snprintf(path, sizeof(path), OVCTL_NETNS_DIR "/%s", name);
	if (umount2(path, MNT_DETACH) && errno != EINVAL && errno != ENOENT)
		return ovctl_fail(spaces->ov, "%s: %s", path, strerror(errno));
	if (unlink(path) && errno != ENOENT)
		return ovctl_fail(spaces->ov, "%s: %s", path, strerror(errno));
	return OVCTL_DONE;
}

/* --- devices and other namespaces, as they are called there --- */

/**
 * ovctl_space_saw_link() - Remember a device.
 * @space: Its namespace.
 * @name: Its name.
 * @index: Its index.
 */
void ovctl_space_saw_link(struct ovctl_space *space, const char *name, uint32_t index)
{
	struct ovctl_space_link *link;

	ovctl_space_lost_link(space, name);
	space->links = ovctl_grow(space->links, space->n_links, sizeof(*space->links));
	link = &space->links[space->n_links++];
	snprintf(link->name, sizeof(link->name), "%s", name);
	link->index = index;
}

/**
 * ovctl_space_lost_link() - Forget a device.
 * @space: Its namespace.
 * @name: Its name.
 */
void ovctl_space_lost_link(struct ovctl_space *space, const char *name)
{
	unsigned int i;

	for (i = 0; i < space->n_links; i++)
		if (!strcmp(space->links[i].name, name))
			space->links[i--] = space->links[--space->n_links];
}

/**
 * ovctl_space_index() - Find a device by its name.
 * @space: Its namespace, open.
 * @name: Its name.
 *
 * Return: its index, or 0.
 */
uint32_t ovctl_space_index(struct ovctl_space *space, const char *name)
{
	uint32_t index;
	unsigned int i;

	for (i = 0; i < space->n_links; i++)
		if (!strcmp(space->links[i].name, name))
			return space->links[i].index;
	index = ovctl_rtnl_find(&space->ov, name, -1);
	if (index)
		ovctl_space_saw_link(space, name, index);
	return index;
}

/**
 * ovctl_space_link_name() - Find a device by its index, among those seen.
 * @space: Its namespace.
 * @index: Its index.
 *
 * Return: its name, or NULL.
 */
const char *ovctl_space_link_name(const struct ovctl_space *space, uint32_t index)
{
	unsigned int i;

	for (i = 0; i < space->n_links; i++)
		if (space->links[i].index == index)
			return space->links[i].name;
	return NULL;
}

static int32_t ovctl_space_ask_id(struct ovctl_space *space, const struct ovctl_space *other,
				  bool make)
{
	int32_t id;

	if (make)
		ovctl_rtnl_nsid(&space->ov, other->fd, &id);
	else
		ovctl_rtnl_known_nsid(&space->ov, other->fd, &id);
	return id;
}

/**
 * ovctl_space_id() - The number that a namespace has for another one.
 * @spaces: The namespaces.
 * @space: The namespace, open.
 * @other: The name of the other one.
 * @make: Have one given where there is none.
 *
 * Return: the number, or -1.
 */
int32_t ovctl_space_id(struct ovctl_spaces *spaces, struct ovctl_space *space,
		       const char *other, bool make)
{
	struct ovctl_space *to;
	unsigned int i;
	int32_t id;

	if (ovctl_space_get(spaces, other, &to))
		return -1;
	for (i = 0; i < space->n_ids && space->ids[i].space != to; i++)
		;
	if (i < space->n_ids && (space->ids[i].id >= 0 || !make))
		return space->ids[i].id;
	/* Opening the other one may have closed this one. */
	if (space->fd < 0 && ovctl_space_get(spaces, space->name, &space))
		return -1;
	id = ovctl_space_ask_id(space, to, make);
	if (i == space->n_ids)
		space->ids = ovctl_grow(space->ids, space->n_ids++, sizeof(*space->ids));
	space->ids[i] = (struct ovctl_space_id){ .space = to, .id = id };
	return id;
}
