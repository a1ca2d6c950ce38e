/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_MIGRATION_H
#define OVCTL_MIGRATION_H

#include "model.h"

#define OVCTL_MIGRATION_WHY 256

/**
 * struct ovctl_seat - A segment of this machine in whose subnet a VM moves.
 * @netns: The namespace that it is in.
 * @link: The segment.
 * @underlay: The namespace that it sends from; its events are heard there.
 * @to: The peer that the VM moves to; its @len is 0 where that is this segment.
 */
struct ovctl_seat {
	char netns[OVCTL_NETNS_SIZE];
	char link[OVCTL_LINK_SIZE];
	char underlay[OVCTL_NETNS_SIZE];
	struct ovctl_addr to;
};

/**
 * struct ovctl_seats - All of them.
 * @list: The segments; where the VM moves to one of them, that is the first.
 * @count: How many.
 */
struct ovctl_seats {
	struct ovctl_seat *list;
	unsigned int count;
};

const struct ovctl_vpc *ovctl_migration_to(const struct ovctl_tenant *tenant,
					   const struct ovctl_vm *vm, const char *host,
					   uint32_t vpc, char *why);
bool ovctl_migration_waits(const struct ovctl_model *model, const struct ovctl_tenant *tenant,
			   const struct ovctl_vm *vm, const struct ovctl_vpc *to,
			   const char *link);
void ovctl_migration_seats(struct ovctl_seats *seats, const struct ovctl_model *model,
			   const struct ovctl_tenant *tenant, const struct ovctl_vm *vm,
			   uint32_t to);
void ovctl_seats_free(struct ovctl_seats *seats);
bool ovctl_vm_adopt(struct ovctl_tenant *tenant, uint32_t id, uint32_t vpc, uint32_t seq);
bool ovctl_tap_is_taken(struct ovctl_tenant *tenant, uint32_t id);
void ovctl_vm_stay(struct ovctl_vm *vm);

#endif
