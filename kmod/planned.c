// SPDX-License-Identifier: GPL-2.0
/*
 * Planned moves: a controller tells beforehand where a station will be.
 *
 * Where it moves to, what peers send to it waits in a bounded queue until the first
 * frame of any kind comes from it there; then what waits goes out, in order, before
 * anything that comes after. At all others, and there as well, what is sent to it from
 * here may go to both places meanwhile (clone): the old one has it as long as the
 * station runs there, the new one from then on. The entry of the station is not touched
 * before it appears, so there is nothing to be put back where the move is aborted; but
 * any frame from its new place moves it then, a static one too, and is no move that is
 * dampened.
 *
 * A move that nobody ends is aborted by its timeout: a controller that crashed leaves
 * nothing behind. What waits for longer than it may is dropped by then, whatever comes
 * after it.
 *
 * A frame from here that waits keeps where it came from: it goes on as if it had come by
 * there just now, so that isolated ports stay so, and none gets its own frames back.
 *
 * Locking: moves come and go under the fdb lock, and are found under RCU. An entry
 * whose address has a move is flagged, so that nothing else looks for one. A queue has
 * a lock of its own, inside of that, BH off, and when the worker is to run next has one
 * inside of both. What is being let out belongs to the worker alone, which ends it; so
 * does what waited for a move that is over, since to free many frames under a lock would
 * keep packets waiting.
 */
#include "tenovl.h"

/* So that a walk for each of them is no matter. */
#define TENOVL_MAX_MOVES	1024

/* What waits in all queues of a device, in bytes. */
#define TENOVL_MAX_WAITING	268435456

/* So many frames are dropped under the lock of a queue in a row. */
#define TENOVL_EXPIRE_BATCH	16

/* So many frames of a move are let out before it is the next one's turn. */
#define TENOVL_RELEASE_BATCH	64

/* Between two of these. */
#define TENOVL_RELEASE_REST_US	250

/**
 * struct tenovl_move - a planned move
 * @node: in &tenovl_moves.table
 * @mac: the station; the key
 * @clone: to both places
 * @leaving: the queue is being let out; set once, under the fdb lock, before which @deadline
 *	was set to when that must be over
 * @closed: nothing is put into the queue any more, under its lock
 * @to: the peer that it moves to, NULL for here; never changed
 * @list: in &tenovl_moves.list, or .over
 * @id: cursor of dumps
 * @deadline: jiffies
 * @max_wait: jiffies
 * @max_frames: most frames in the queue
 * @max_bytes: most bytes there
 * @queue: what waits; its lock is that of all members from here on
 * @bytes: what they take
 * @overflow: frames dropped by @max_frames and @max_bytes
 * @expired: frames dropped by @max_wait
 * @released: frames let out
 * @cloned: frames that went to both places
 * @rcu: for the whole
 */
struct tenovl_move {
	struct rhash_head node;
	u8 mac[ETH_ALEN];
	bool clone;
	bool leaving;
	bool closed;
	struct tenovl_side *to;
	struct list_head list;
	u32 id;
	unsigned long deadline;
	unsigned long max_wait;
	u32 max_frames;
	u32 max_bytes;
	struct sk_buff_head queue;
	u32 bytes;
	u32 overflow;
	u32 expired;
	u32 released;
	u32 cloned;
	struct rcu_head rcu;
};

/* When a frame began to wait, and where it came from. @by may be gone by then: it is compared,
 * not followed.
 */
struct tenovl_wait_cb {
	unsigned long since;
	const struct tenovl_side *by;
	enum tenovl_place from;
};

static struct tenovl_wait_cb *tenovl_wait_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct tenovl_wait_cb) > sizeof(skb->cb));
	return (struct tenovl_wait_cb *)skb->cb;
}

static const struct rhashtable_params tenovl_move_params = {
	.head_offset = offsetof(struct tenovl_move, node),
	.key_offset = offsetof(struct tenovl_move, mac),
	.key_len = ETH_ALEN,
	.automatic_shrinking = true,
};

static void tenovl_moves_work(struct work_struct *work);

/**
 * tenovl_moves_init() - begin without moves
 * @moves: those of a device
 */
int tenovl_moves_init(struct tenovl_moves *moves)
{
	INIT_LIST_HEAD(&moves->list);
	INIT_LIST_HEAD(&moves->over);
	spin_lock_init(&moves->look_lock);
	INIT_DELAYED_WORK(&moves->work, tenovl_moves_work);
	return rhashtable_init(&moves->table, &tenovl_move_params);
}

/**
 * tenovl_moves_destroy() - free them, and what waits
 * @moves: of a device that no packet reaches any more, its worker cancelled
 */
void tenovl_moves_destroy(struct tenovl_moves *moves)
{
	struct tenovl_move *move, *next;

	rhashtable_destroy(&moves->table);
	list_splice(&moves->over, &moves->list);
	list_for_each_entry_safe(move, next, &moves->list, list) {
		__skb_queue_purge(&move->queue);
		kfree(move);
	}
}

/* RCU */
static struct tenovl_move *tenovl_move_find(struct tenovl_dev *tdev, const u8 *mac)
{
	return rhashtable_lookup(&tdev->moves.table, mac, tenovl_move_params);
}

static struct tenovl_move *tenovl_move_find_locked(struct tenovl_dev *tdev, const u8 *mac)
{
	struct tenovl_move *move;

	lockdep_assert_held(&tdev->fdb_lock);
	if (!tdev->moves.n)
		return NULL;
	rcu_read_lock();
	move = tenovl_move_find(tdev, mac);
	rcu_read_unlock();
	return move;
}

/* Sooner if need be, never later. What the work's timer says does not tell when it runs: a
 * work that is queued already keeps an old time there.
 */
static void tenovl_moves_look_by(struct tenovl_dev *tdev, unsigned long when)
{
	struct tenovl_moves *moves = &tdev->moves;
	unsigned long now = jiffies;

	spin_lock(&moves->look_lock);
	if (!delayed_work_pending(&moves->work) || time_before(when, moves->look_at)) {
		moves->look_at = when;
		mod_delayed_work(system_highpri_wq, &moves->work,
				 time_after(when, now) ? when - now : 0);
	}
	spin_unlock(&moves->look_lock);
}

/* By when the oldest frame of a queue must have left; its lock. */
static unsigned long tenovl_move_patience(const struct tenovl_move *move, struct sk_buff *skb)
{
	return tenovl_wait_cb(skb)->since + move->max_wait + 1;
}

/* When the worker is to look at a move next. */
static unsigned long tenovl_move_due(struct tenovl_move *move)
{
	unsigned long due = move->deadline;
	struct sk_buff *skb;

	if (move->leaving)
		return jiffies;
	spin_lock(&move->queue.lock);
	skb = skb_peek(&move->queue);
	if (skb && time_before(tenovl_move_patience(move, skb), due))
		due = tenovl_move_patience(move, skb);
	spin_unlock(&move->queue.lock);
	return due;
}

static void tenovl_moves_look(struct tenovl_dev *tdev)
{
	struct tenovl_move *move;

	lockdep_assert_held(&tdev->fdb_lock);
	if (!list_empty(&tdev->moves.over))
		tenovl_moves_look_by(tdev, jiffies);
	list_for_each_entry(move, &tdev->moves.list, list)
		tenovl_moves_look_by(tdev, tenovl_move_due(move));
}

static void tenovl_move_describe(struct tenovl_move *move, struct tenovl_move_info *info)
{
	unsigned long now = jiffies;

	ether_addr_copy(info->mac, move->mac);
	info->id = move->id;
	info->clone = move->clone;
	info->has_to = move->to;
	if (move->to)
		info->to = tenovl_side_peer(move->to)->addr;
	info->max_frames = move->max_frames;
	info->max_bytes = move->max_bytes;
	info->max_wait = jiffies_to_msecs(move->max_wait);
	info->left = time_before(now, move->deadline) ?
		     jiffies_to_msecs(move->deadline - now) : 0;
	spin_lock(&move->queue.lock);
	info->waiting = skb_queue_len(&move->queue);
	info->overflow = move->overflow;
	info->expired = move->expired;
	info->released = move->released;
	info->cloned = move->cloned;
	spin_unlock(&move->queue.lock);
}

static void tenovl_move_tell(struct tenovl_dev *tdev, enum tenovl_event event,
			     struct tenovl_move *move)
{
	struct tenovl_move_info info;

	tenovl_move_describe(move, &info);
	tenovl_event_move(tdev, event, &info);
}

/* The flag of the entry follows. */
static void tenovl_move_flag(struct tenovl_dev *tdev, const u8 *mac, bool moving)
{
	struct tenovl_fdb_entry *entry;

	rcu_read_lock();
	entry = tenovl_fdb_find(tdev, mac);
	if (entry)
		WRITE_ONCE(entry->moving, moving);
	rcu_read_unlock();
}

/* A frame leaves the queue; its lock, where anybody else can find that. */
static void tenovl_move_unlink(struct tenovl_dev *tdev, struct tenovl_move *move,
			       struct sk_buff *skb)
{
	__skb_unlink(skb, &move->queue);
	move->bytes -= skb->truesize;
	atomic_long_sub(skb->truesize, &tdev->moves.bytes);
}

/* Out of everything it is found by; what waits is dropped, by the worker. */
static void tenovl_move_unhook(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	lockdep_assert_held(&tdev->fdb_lock);
	rhashtable_remove_fast(&tdev->moves.table, &move->node, tenovl_move_params);
	list_del(&move->list);
	WRITE_ONCE(tdev->moves.n, tdev->moves.n - 1);
	WRITE_ONCE(tdev->moves.generation, tdev->moves.generation + 1);
	tenovl_move_flag(tdev, move->mac, false);
	spin_lock(&move->queue.lock);
	move->closed = true;
	spin_unlock(&move->queue.lock);
	if (skb_queue_empty(&move->queue)) {
		kfree_rcu(move, rcu);
		return;
	}
	list_add_tail(&move->list, &tdev->moves.over);
	tenovl_moves_look_by(tdev, jiffies);
}

static void tenovl_move_end(struct tenovl_dev *tdev, struct tenovl_move *move,
			    enum tenovl_event event)
{
	tenovl_move_tell(tdev, event, move);
	tenovl_move_unhook(tdev, move);
}

/* A move that nobody finds any more; nobody else touches its queue, which is closed. */
static void tenovl_move_purge(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&move->queue))) {
		tenovl_move_unlink(tdev, move, skb);
		local_bh_disable();
		tenovl_drop(tdev, skb, TENOVL_A_STATS_MOVE_DROP_ABORTED);
		local_bh_enable();
		cond_resched();
	}
	kfree_rcu(move, rcu);
}

static bool tenovl_move_is_stale(const struct tenovl_move *move, struct sk_buff *skb)
{
	return !time_before(jiffies, tenovl_move_patience(move, skb));
}

/* What has waited for too long, as far as it is no matter; the queue's lock. */
static void tenovl_move_expire(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	unsigned int n = TENOVL_EXPIRE_BATCH;
	struct sk_buff *skb;

	lockdep_assert_held(&move->queue.lock);
	while (n-- && (skb = skb_peek(&move->queue)) && tenovl_move_is_stale(move, skb)) {
		tenovl_move_unlink(tdev, move, skb);
		move->expired++;
		tenovl_drop(tdev, skb, TENOVL_A_STATS_MOVE_DROP_EXPIRED);
	}
}

/* Its own bounds, or that of all queues together; its lock. */
static bool tenovl_move_is_over(struct tenovl_dev *tdev, const struct tenovl_move *move)
{
	return skb_queue_len(&move->queue) > move->max_frames || move->bytes > move->max_bytes ||
	       (move->bytes && atomic_long_read(&tdev->moves.bytes) > TENOVL_MAX_WAITING);
}

/* Return: false where nothing waits any more; the queue's lock. */
static bool tenovl_move_put(struct tenovl_dev *tdev, struct tenovl_move *move,
			    struct sk_buff *skb)
{
	lockdep_assert_held(&move->queue.lock);
	if (move->closed)
		return false;
	tenovl_move_expire(tdev, move);
	tenovl_wait_cb(skb)->since = jiffies;
	if (skb_queue_empty(&move->queue) && !READ_ONCE(move->leaving))
		tenovl_moves_look_by(tdev, tenovl_move_patience(move, skb));
	move->bytes += skb->truesize;
	atomic_long_add(skb->truesize, &tdev->moves.bytes);
	__skb_queue_tail(&move->queue, skb);
	tenovl_stat_inc(tdev, TENOVL_A_STATS_MOVE_WAITED);
	while (tenovl_move_is_over(tdev, move)) {
		skb = skb_peek(&move->queue);
		tenovl_move_unlink(tdev, move, skb);
		move->overflow++;
		tenovl_drop(tdev, skb, TENOVL_A_STATS_MOVE_DROP_OVERFLOW);
	}
	return true;
}

/* Nothing that is held by RCU, by the sender or for its pages may wait along with a frame,
 * nor what is there for those that free memory.
 */
static bool tenovl_move_may_wait(struct tenovl_dev *tdev, struct sk_buff *skb)
{
	if (skb_pfmemalloc(skb) || skb_orphan_frags_rx(skb, GFP_ATOMIC))
		return false;
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_clear_hash_if_not_l4(skb);
	skb_set_queue_mapping(skb, 0);
	skb->priority = 0;
	skb->dev = tdev->dev;
	return true;
}

/**
 * tenovl_move_wait() - a frame waits for its station
 * @tdev: the device
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @from: the place that it entered by
 * @by: the port, where that is one; else NULL
 *
 * RCU, BH off. Where the move ended just now, it goes where it would.
 */
void tenovl_move_wait(struct tenovl_dev *tdev, struct sk_buff *skb, enum tenovl_place from,
		      const struct tenovl_side *by)
{
	struct tenovl_move *move = tenovl_move_find(tdev, ((struct ethhdr *)skb->data)->h_dest);
	bool waits = false;

	if (!tenovl_move_may_wait(tdev, skb)) {
		tenovl_drop(tdev, skb, TENOVL_A_STATS_RX_DROP_NOMEM);
		return;
	}
	tenovl_wait_cb(skb)->from = from;
	tenovl_wait_cb(skb)->by = by;
	if (move) {
		spin_lock(&move->queue.lock);
		waits = tenovl_move_put(tdev, move, skb);
		spin_unlock(&move->queue.lock);
	}
	if (!waits)
		tenovl_receive_waited(tdev, skb, from, by, false);
}

/**
 * tenovl_move_other() - the new place of a station, for a copy
 * @tdev: the device
 * @verdict: where the frame itself goes
 * @mac: the station
 * @peer: the peer that the copy goes to, or NULL where it waits here
 *
 * RCU, BH off. Counts the copy.
 *
 * Return: whether there is to be one: not where the frame itself goes there.
 */
bool tenovl_move_other(struct tenovl_dev *tdev, const struct tenovl_verdict *verdict,
		       const u8 *mac, struct tenovl_peer **peer)
{
	struct tenovl_move *move = tenovl_move_find(tdev, mac);

	if (!move || (move->to && (verdict->flood || verdict->side == move->to)))
		return false;
	tenovl_stat_inc(tdev, TENOVL_A_STATS_MOVE_CLONED);
	spin_lock(&move->queue.lock);
	move->cloned++;
	spin_unlock(&move->queue.lock);
	*peer = move->to ? tenovl_side_peer(move->to) : NULL;
	return true;
}

/**
 * tenovl_move_way() - what a move makes of a frame for its station
 * @tdev: the device
 * @from: the place that it entered by
 * @mac: the station
 *
 * RCU.
 *
 * Return: TENOVL_MOVE_NONE where it goes its way, TENOVL_MOVE_WAIT, or TENOVL_MOVE_BOTH.
 */
enum tenovl_move_what tenovl_move_way(struct tenovl_dev *tdev, enum tenovl_place from,
				      const u8 *mac)
{
	const struct tenovl_move *move = tenovl_move_find(tdev, mac);

	if (!move)
		return TENOVL_MOVE_NONE;
	if (from == TENOVL_PLACE_PEER)
		return move->to ? TENOVL_MOVE_NONE : TENOVL_MOVE_WAIT;
	if (!move->clone)
		return TENOVL_MOVE_NONE;
	return READ_ONCE(move->leaving) ? TENOVL_MOVE_WAIT : TENOVL_MOVE_BOTH;
}

static bool tenovl_move_is_to(const struct tenovl_move *move, const struct tenovl_side *side)
{
	return move->to ? side == move->to : !tenovl_side_is_peer(side);
}

/**
 * tenovl_move_expects() - is that where the station moves to?
 * @tdev: the device
 * @mac: the station
 * @side: where a frame came from, NULL for the head
 *
 * RCU, or the fdb lock.
 */
bool tenovl_move_expects(struct tenovl_dev *tdev, const u8 *mac, const struct tenovl_side *side)
{
	const struct tenovl_move *move;
	bool expects;

	rcu_read_lock();
	move = tenovl_move_find(tdev, mac);
	expects = move && tenovl_move_is_to(move, side);
	rcu_read_unlock();
	return expects;
}

/**
 * tenovl_move_planned() - has an address a move?
 * @tdev: the device
 * @mac: the address
 *
 * fdb lock.
 */
bool tenovl_move_planned(struct tenovl_dev *tdev, const u8 *mac)
{
	return tenovl_move_find_locked(tdev, mac);
}

/* The worker lets out what waits; the fdb lock. */
static void tenovl_move_leave(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	move->deadline = jiffies + move->max_wait;
	WRITE_ONCE(move->leaving, true);
	tenovl_moves_look_by(tdev, jiffies);
}

/**
 * tenovl_move_arrived() - a station is elsewhere now
 * @tdev: the device
 * @mac: the station
 * @side: where, NULL for the head
 *
 * fdb lock. Ends the move of its address, where that is its new place, whether an entry
 * says so or there is none.
 */
void tenovl_move_arrived(struct tenovl_dev *tdev, const u8 *mac, const struct tenovl_side *side)
{
	struct tenovl_move *move = tenovl_move_find_locked(tdev, mac);

	if (!move || !tenovl_move_is_to(move, side) || move->leaving)
		return;
	if (move->to)
		tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_DONE);
	else
		tenovl_move_leave(tdev, move);
}

/* Return: whether there was one. @last: nothing is put behind what is there any more. */
static bool tenovl_move_let_one_out(struct tenovl_dev *tdev, struct tenovl_move *move, bool last)
{
	struct tenovl_wait_cb cb;
	struct sk_buff *skb;
	bool stale;

	spin_lock(&move->queue.lock);
	tenovl_move_expire(tdev, move);
	skb = skb_peek(&move->queue);
	stale = skb && tenovl_move_is_stale(move, skb);
	if (skb && !stale) {
		tenovl_move_unlink(tdev, move, skb);
		move->released++;
	}
	if (!skb || last)
		move->closed = true;
	spin_unlock(&move->queue.lock);
	if (skb && !stale) {
		cb = *tenovl_wait_cb(skb);
		tenovl_stat_inc(tdev, TENOVL_A_STATS_MOVE_RELEASED);
		tenovl_receive_waited(tdev, skb, cb.from, cb.by, true);
	}
	return skb;
}

/* What waits goes out before what comes after: that is put behind it, until the queue
 * was seen empty and closed. Where frames come for ever as fast as they are let out, it
 * is closed when the first of them must have left, and the next ones may overtake what
 * is in it then.
 *
 * Return: false where there is more.
 */
static bool tenovl_move_let_out(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	unsigned int n = TENOVL_RELEASE_BATCH;
	bool more;

	do {
		local_bh_disable();
		rcu_read_lock();
		more = tenovl_move_let_one_out(tdev, move, time_after(jiffies, move->deadline));
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	} while (more && --n);
	return !more;
}

/* A move that nobody ended yet. */
static void tenovl_move_age(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	spin_lock(&move->queue.lock);
	tenovl_move_expire(tdev, move);
	spin_unlock(&move->queue.lock);
	if (!time_before(jiffies, move->deadline))
		tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_EXPIRED);
}

/* Those that nobody lets out yet. */
static void tenovl_moves_age(struct tenovl_dev *tdev)
{
	struct tenovl_move *move, *next;

	list_for_each_entry_safe(move, next, &tdev->moves.list, list)
		if (!move->leaving)
			tenovl_move_age(tdev, move);
}

/* The next one to be let out, by turns: the list is in the order of their ids. */
static struct tenovl_move *tenovl_moves_leaving(struct tenovl_dev *tdev, u32 after)
{
	struct tenovl_move *move, *first = NULL;

	lockdep_assert_held(&tdev->fdb_lock);
	list_for_each_entry(move, &tdev->moves.list, list) {
		if (!move->leaving)
			continue;
		if (move->id > after)
			return move;
		first = first ?: move;
	}
	return first;
}

/* The fdb lock, which is given up meanwhile. */
static void tenovl_moves_purge(struct tenovl_dev *tdev)
{
	struct list_head *over = &tdev->moves.over;
	struct tenovl_move *move;

	while ((move = list_first_entry_or_null(over, struct tenovl_move, list))) {
		list_del(&move->list);
		spin_unlock_bh(&tdev->fdb_lock);
		tenovl_move_purge(tdev, move);
		spin_lock_bh(&tdev->fdb_lock);
	}
}

static void tenovl_moves_work(struct work_struct *work)
{
	struct tenovl_dev *tdev = container_of(work, struct tenovl_dev, moves.work.work);
	unsigned long aged = jiffies;
	struct tenovl_move *move;
	u32 last = 0;
	bool empty;

	spin_lock_bh(&tdev->fdb_lock);
	tenovl_moves_age(tdev);
	while ((move = tenovl_moves_leaving(tdev, last))) {
		last = move->id;
		spin_unlock_bh(&tdev->fdb_lock);
		empty = tenovl_move_let_out(tdev, move);
		/* A guest reads its ring meanwhile, or what it has not seen would not fit in
		 * behind what it has.
		 */
		if (!empty)
			usleep_range(TENOVL_RELEASE_REST_US, 2 * TENOVL_RELEASE_REST_US);
		spin_lock_bh(&tdev->fdb_lock);
		if (empty)
			tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_DONE);
		if (time_after(jiffies, aged)) {
			aged = jiffies;
			tenovl_moves_age(tdev);
		}
	}
	tenovl_moves_purge(tdev);
	tenovl_moves_look(tdev);
	spin_unlock_bh(&tdev->fdb_lock);
}

/**
 * tenovl_moves_forget() - a peer goes, and moves to it with it
 * @tdev: the device
 * @side: that of the peer
 *
 * fdb lock.
 */
void tenovl_moves_forget(struct tenovl_dev *tdev, const struct tenovl_side *side)
{
	struct tenovl_move *move, *next;

	lockdep_assert_held(&tdev->fdb_lock);
	list_for_each_entry_safe(move, next, &tdev->moves.list, list)
		if (move->to == side)
			tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_ABORTED);
}

/* Where an address is, as far as that is known. */
static bool tenovl_move_is_there(struct tenovl_dev *tdev, const u8 *mac,
				 const struct tenovl_side *to)
{
	const struct tenovl_fdb_entry *entry;
	bool there = false;

	rcu_read_lock();
	entry = tenovl_fdb_find(tdev, mac);
	if (entry && to)
		there = rcu_access_pointer(entry->side) == to;
	else if (entry)
		there = !tenovl_side_is_peer(rcu_dereference(entry->side));
	rcu_read_unlock();
	return there;
}

static int tenovl_move_check(struct tenovl_dev *tdev, const struct tenovl_move_req *req,
			     struct netlink_ext_ack *extack)
{
	if (tenovl_move_find_locked(tdev, req->mac)) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "A move of this MAC address is prepared already; abort it first");
		return -EEXIST;
	}
	if (tenovl_move_is_there(tdev, req->mac, req->move->to)) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The MAC address is where it is to move to already");
		return -EALREADY;
	}
	return 0;
}

static int tenovl_move_insert(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	int err;

	err = rhashtable_lookup_insert_fast(&tdev->moves.table, &move->node, tenovl_move_params);
	if (err)
		return err;
	move->id = ++tdev->moves.next_id;
	list_add_tail(&move->list, &tdev->moves.list);
	WRITE_ONCE(tdev->moves.n, tdev->moves.n + 1);
	WRITE_ONCE(tdev->moves.generation, tdev->moves.generation + 1);
	tenovl_move_flag(tdev, move->mac, true);
	return 0;
}

static int tenovl_moves_commit(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			       struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	if (tdev->moves.n + n > TENOVL_MAX_MOVES) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "A device has at most 1024 planned moves at a time");
		return -E2BIG;
	}
	for (i = 0; i < n && !err; i++)
		err = tenovl_move_check(tdev, &req[i], extack);
	for (i = 0; i < n && !err; i++)
		err = tenovl_move_insert(tdev, req[i].move);
	if (err)
		goto unhook;
	for (i = 0; i < n; i++) {
		tenovl_move_tell(tdev, TENOVL_EVENT_MOVE_PREPARED, req[i].move);
		req[i].move = NULL;
	}
	tenovl_moves_look(tdev);
	return 0;

unhook:
	/* Those that are in already. */
	for (i = 0; i < n; i++)
		if (req[i].move->id) {
			tenovl_move_unhook(tdev, req[i].move);
			req[i].move = NULL;
		}
	return err;
}

/* Memory, before the lock is taken. RTNL. */
static int tenovl_move_new(struct tenovl_dev *tdev, struct tenovl_move_req *req,
			   struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer = NULL;
	struct tenovl_move *move;

	if (req->has_to) {
		peer = tenovl_peer_find(tdev, &req->to);
		if (!peer) {
			NL_SET_ERR_MSG_ATTR(extack, req->attr,
					    "The device has no such peer; add it with peer add");
			return -ENOENT;
		}
	}
	move = kzalloc(sizeof(*move), GFP_KERNEL);
	if (!move)
		return -ENOMEM;
	ether_addr_copy(move->mac, req->mac);
	move->to = peer ? &peer->side : NULL;
	move->clone = req->clone;
	move->max_frames = req->max_frames;
	move->max_bytes = req->max_bytes;
	move->max_wait = msecs_to_jiffies(req->max_wait);
	move->deadline = jiffies + msecs_to_jiffies(req->timeout);
	skb_queue_head_init(&move->queue);
	req->move = move;
	return 0;
}

/**
 * tenovl_moves_prepare() - get ready for moves, all or none
 * @tdev: the device
 * @req: they; no address twice
 * @n: how many
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_moves_prepare(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			 struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	ASSERT_RTNL();
	for (i = 0; i < n && !err; i++)
		err = tenovl_move_new(tdev, &req[i], extack);
	if (!err) {
		spin_lock_bh(&tdev->fdb_lock);
		err = tenovl_moves_commit(tdev, req, n, extack);
		spin_unlock_bh(&tdev->fdb_lock);
	}
	for (i = 0; i < n; i++)
		kfree(req[i].move);
	return err;
}

static int tenovl_moves_check_known(struct tenovl_dev *tdev, const struct tenovl_move_req *req,
				    u32 n, struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct tenovl_move *move = tenovl_move_find_locked(tdev, req[i].mac);

		if (move && !move->leaving)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, req[i].attr,
				    "No move of this MAC address is prepared, or it is done");
		return -ENOENT;
	}
	return 0;
}

/* All or none. */
static int tenovl_moves_each(struct tenovl_dev *tdev, const struct tenovl_move_req *req, u32 n,
			     struct netlink_ext_ack *extack,
			     void (*fn)(struct tenovl_dev *tdev, struct tenovl_move *move))
{
	int err;
	u32 i;

	ASSERT_RTNL();
	spin_lock_bh(&tdev->fdb_lock);
	err = tenovl_moves_check_known(tdev, req, n, extack);
	for (i = 0; i < n && !err; i++)
		fn(tdev, tenovl_move_find_locked(tdev, req[i].mac));
	spin_unlock_bh(&tdev->fdb_lock);
	return err;
}

static void tenovl_move_abort(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_ABORTED);
}

/**
 * tenovl_moves_abort() - all stays as it is, all or none
 * @tdev: the device
 * @req: which; no address twice
 * @n: how many
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_moves_abort(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
		       struct netlink_ext_ack *extack)
{
	return tenovl_moves_each(tdev, req, n, extack, tenovl_move_abort);
}

/* To a peer, its entry points there. To here, what waits goes to all places that are
 * here where none of them is known to be the station's.
 */
static void tenovl_move_finish(struct tenovl_dev *tdev, struct tenovl_move *move)
{
	if (!move->to) {
		tenovl_fdb_take_back(tdev, move->mac);
		tenovl_move_leave(tdev, move);
	} else if (!tenovl_fdb_repoint(tdev, move->mac, move->to)) {
		tenovl_move_end(tdev, move, TENOVL_EVENT_MOVE_DONE);
	}
}

/**
 * tenovl_moves_finish() - the stations are at their new places, all or none
 * @tdev: the device
 * @req: which; no address twice
 * @n: how many
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_moves_finish(struct tenovl_dev *tdev, struct tenovl_move_req *req, u32 n,
			struct netlink_ext_ack *extack)
{
	return tenovl_moves_each(tdev, req, n, extack, tenovl_move_finish);
}

/**
 * tenovl_moves_generation() - changes with every move that comes or goes
 * @tdev: the device
 *
 * Any context.
 */
u32 tenovl_moves_generation(const struct tenovl_dev *tdev)
{
	return READ_ONCE(tdev->moves.generation);
}

/**
 * tenovl_move_get() - tell one move
 * @tdev: the device
 * @mac: the station
 * @info: filled
 *
 * Return: whether there is one.
 */
bool tenovl_move_get(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_move_info *info)
{
	struct tenovl_move *move;

	spin_lock_bh(&tdev->fdb_lock);
	move = tenovl_move_find_locked(tdev, mac);
	if (move)
		tenovl_move_describe(move, info);
	spin_unlock_bh(&tdev->fdb_lock);
	return move;
}

/**
 * tenovl_move_next() - walk the moves
 * @tdev: the device
 * @id: where to go on; moved to the move told, so that @id + 1 goes on
 * @info: filled
 *
 * Return: false at the end.
 */
bool tenovl_move_next(struct tenovl_dev *tdev, unsigned long *id, struct tenovl_move_info *info)
{
	struct tenovl_move *move;
	bool found = false;

	spin_lock_bh(&tdev->fdb_lock);
	list_for_each_entry(move, &tdev->moves.list, list) {
		if (move->id < *id)
			continue;
		tenovl_move_describe(move, info);
		*id = move->id;
		found = true;
		break;
	}
	spin_unlock_bh(&tdev->fdb_lock);
	return found;
}
