/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_SPACE_H
#define OVCTL_SPACE_H

#include <netlink/msg.h>

#include "../ovctl.h"
#include "reply.h"

/**
 * struct ovctl_space_link - A device of a namespace, by name and number.
 * @name: Its name.
 * @index: Its index there.
 */
struct ovctl_space_link {
	char name[16];
	uint32_t index;
};

/**
 * struct ovctl_space_id - The number that one namespace has for another one.
 * @space: The other one.
 * @id: The number, or -1 where it has none.
 */
struct ovctl_space_id {
	const struct ovctl_space *space;
	int32_t id;
};

/**
 * struct ovctl_space - A network namespace that the tool acts in.
 * @name: Its name in /run/netns, a path, pid:N, or empty for the tool's own.
 * @ov: A run of its own, whose sockets are of that namespace.
 * @fd: The namespace, or -1 while it is not open.
 * @used: When it was used last.
 * @links: Devices seen there.
 * @n_links: How many.
 * @ids: Numbers of other namespaces seen there.
 * @n_ids: How many.
 */
struct ovctl_space {
	char *name;
	struct ovctl ov;
	int fd;
	unsigned int used;
	struct ovctl_space_link *links;
	unsigned int n_links;
	struct ovctl_space_id *ids;
	unsigned int n_ids;
};

/**
 * struct ovctl_spaces - All of them.
 * @ov: The run.
 * @own: The namespace of the tool.
 * @list: The namespaces, by name.
 * @count: How many.
 * @open: How many of them are open.
 * @limit: How many may be.
 * @clock: Counts uses.
 * @family: The number of the family tenovl, or 0 while it is not known.
 * @calls: Requests to the kernel of namespaces that are closed by now.
 */
struct ovctl_spaces {
	struct ovctl *ov;
	int own;
	struct ovctl_space **list;
	unsigned int count;
	unsigned int open;
	unsigned int limit;
	unsigned int clock;
	uint16_t family;
	unsigned long calls;
};

int ovctl_spaces_init(struct ovctl_spaces *spaces, struct ovctl *ov);
void ovctl_spaces_free(struct ovctl_spaces *spaces);
unsigned long ovctl_spaces_calls(const struct ovctl_spaces *spaces);
bool ovctl_space_exists(const char *name);
int ovctl_space_get(struct ovctl_spaces *spaces, const char *name, struct ovctl_space **space);
void ovctl_space_forget(struct ovctl_spaces *spaces, const char *name);
int ovctl_space_family(struct ovctl_spaces *spaces, struct ovctl_space *space);
int ovctl_space_socket(struct ovctl_spaces *spaces, struct ovctl_space *space,
		       struct ovctl_wire **wire, int protocol);
int ovctl_space_enter(struct ovctl_spaces *spaces, struct ovctl_space *space);
int ovctl_space_leave(struct ovctl_spaces *spaces);
int ovctl_space_add(struct ovctl_spaces *spaces, const char *name, uint32_t mark,
		    void (*step)(void));
int ovctl_space_del(struct ovctl_spaces *spaces, const char *name);

void ovctl_space_saw_link(struct ovctl_space *space, const char *name, uint32_t index);
void ovctl_space_lost_link(struct ovctl_space *space, const char *name);
uint32_t ovctl_space_index(struct ovctl_space *space, const char *name);
const char *ovctl_space_link_name(const struct ovctl_space *space, uint32_t index);
int32_t ovctl_space_id(struct ovctl_spaces *spaces, struct ovctl_space *space,
		       const char *other, bool make);

#endif
