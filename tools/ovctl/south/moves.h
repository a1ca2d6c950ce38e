/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_MOVES_H
#define OVCTL_MOVES_H

#include "../model/migration.h"
#include "request.h"
#include "space.h"

/**
 * struct ovctl_move_terms - How long frames may wait for a station, and how many.
 * @timeout: Milliseconds after which the kernel ends the move.
 * @max_wait: Milliseconds that a frame waits at most.
 * @max_frames: So many wait at most.
 * @max_bytes: And take so much memory.
 */
struct ovctl_move_terms {
	uint32_t timeout;
	uint32_t max_wait;
	uint32_t max_frames;
	uint32_t max_bytes;
};

/**
 * enum ovctl_arrival - What has become of a move.
 * @OVCTL_ARRIVAL_NONE: The station is where it was, and nothing is prepared.
 * @OVCTL_ARRIVAL_AWAITED: It is awaited.
 * @OVCTL_ARRIVAL_THERE: It is at its new place.
 */
enum ovctl_arrival {
	OVCTL_ARRIVAL_NONE,
	OVCTL_ARRIVAL_AWAITED,
	OVCTL_ARRIVAL_THERE,
};

/**
 * struct ovctl_whereabouts - Where a segment has a station.
 * @known: It has it anywhere.
 * @peer: The peer that it is behind; its @len is 0 where it is here.
 */
struct ovctl_whereabouts {
	bool known;
	struct ovctl_addr peer;
};

/**
 * struct ovctl_watch - The events of one segment about one station.
 * @wire: Where they come from.
 * @family: The number of the family.
 * @dev: The segment, as events name it.
 * @mac: The station.
 */
struct ovctl_watch {
	struct ovctl_wire *wire;
	uint16_t family;
	struct ovctl_dev dev;
	struct ovctl_addr mac;
};

int ovctl_seat_prepare(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		       const struct ovctl_addr *mac, const struct ovctl_move_terms *terms,
		       bool *there);
int ovctl_seat_finish(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		      const struct ovctl_addr *mac);
int ovctl_seat_abort(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac);
int ovctl_seat_where(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac, struct ovctl_whereabouts *where);
int ovctl_seat_arrival(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		       const struct ovctl_addr *mac, enum ovctl_arrival *arrival);

int ovctl_watch_open(struct ovctl_spaces *spaces, const struct ovctl_seat *seat,
		     const struct ovctl_addr *mac, struct ovctl_watch *watch);
int ovctl_watch_next(const struct ovctl_watch *watch, enum ovctl_arrival *arrival);

#endif
