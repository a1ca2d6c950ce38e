// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding table: MAC addresses and where they are.
 *
 * Two keys to each entry: the address, for packets, and an id that grows, for
 * dumps and for the ageing walk. An entry keeps its id for life, so a dump that
 * goes on at an id shows each entry that lived all through it exactly once,
 * whatever came and went meanwhile.
 *
 * Every change is made under the fdb lock, BH off; lookups run under RCU. The
 * packet path writes to an entry only the time that it was seen, at most once a
 * jiffy, and takes the lock only to learn or to move an address.
 */
#include <linux/jhash.h>

#include "tenovl.h"

/* Ageing looks at the whole table no more often than an eighth of the ageing
 * time, within these bounds.
 */
#define TENOVL_AGE_MIN_PERIOD	(HZ / 10)
#define TENOVL_AGE_MAX_PERIOD	(10UL * HZ)

/* Tenants choose these addresses, so the seed takes part in the mixing. */
static u32 tenovl_mac_hash(const void *data, u32 len, u32 seed)
{
	return jhash_2words(get_unaligned((const u32 *)data),
			    get_unaligned((const u16 *)(data + sizeof(u32))), seed);
}

static int tenovl_mac_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct tenovl_fdb_entry *entry = obj;

	return !ether_addr_equal(arg->key, entry->mac);
}

static const struct rhashtable_params tenovl_fdb_params = {
	.head_offset = offsetof(struct tenovl_fdb_entry, node),
	.key_offset = offsetof(struct tenovl_fdb_entry, mac),
	.key_len = ETH_ALEN,
	.hashfn = tenovl_mac_hash,
	.obj_cmpfn = tenovl_mac_differs,
	.automatic_shrinking = true,
};

static void tenovl_fdb_age(struct work_struct *work);

/**
 * tenovl_fdb_init() - begin with an empty table
 * @tdev: the device
 */
int tenovl_fdb_init(struct tenovl_dev *tdev)
{
	int err;

	spin_lock_init(&tdev->fdb_lock);
	xa_init_flags(&tdev->fdb_ids, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH);
	INIT_DELAYED_WORK(&tdev->age_work, tenovl_fdb_age);
	err = tenovl_graves_init(&tdev->graves);
	if (err)
		return err;
	err = tenovl_moves_init(&tdev->moves);
	if (err)
		goto destroy_graves;
	err = rhashtable_init(&tdev->fdb, &tenovl_fdb_params);
	if (err)
		goto destroy_moves;
	return 0;

destroy_moves:
	tenovl_moves_destroy(&tdev->moves);
destroy_graves:
	tenovl_graves_destroy(&tdev->graves);
	return err;
}

/**
 * tenovl_fdb_destroy() - free all entries
 * @tdev: the device, which no packet reaches any more
 */
void tenovl_fdb_destroy(struct tenovl_dev *tdev)
{
	struct tenovl_fdb_entry *entry;
	unsigned long id;

	/* First the table, whose worker walks what is in it. */
	rhashtable_destroy(&tdev->fdb);
	xa_for_each(&tdev->fdb_ids, id, entry)
		kfree(entry);
	xa_destroy(&tdev->fdb_ids);
	tenovl_moves_destroy(&tdev->moves);
	tenovl_graves_destroy(&tdev->graves);
}

/**
 * tenovl_fdb_find() - the entry of an address
 * @tdev: the device
 * @mac: the address
 *
 * RCU.
 */
struct tenovl_fdb_entry *tenovl_fdb_find(struct tenovl_dev *tdev, const u8 *mac)
{
	return rhashtable_lookup(&tdev->fdb, mac, tenovl_fdb_params);
}

static struct tenovl_fdb_entry *tenovl_fdb_find_locked(struct tenovl_dev *tdev, const u8 *mac)
{
	struct tenovl_fdb_entry *entry;

	lockdep_assert_held(&tdev->fdb_lock);
	rcu_read_lock();
	entry = tenovl_fdb_find(tdev, mac);
	rcu_read_unlock();
	return entry;
}

static struct tenovl_side *tenovl_fdb_side(const struct tenovl_dev *tdev,
					   const struct tenovl_fdb_entry *entry)
{
	return rcu_dereference_protected(entry->side, lockdep_is_held(&tdev->fdb_lock));
}

/* RCU, or the fdb lock. */
static void tenovl_side_describe(const struct tenovl_side *side, struct tenovl_where *where)
{
	*where = (struct tenovl_where){ .place = side ? side->place : TENOVL_PLACE_HEAD };
	if (where->place == TENOVL_PLACE_PEER) {
		where->peer = tenovl_side_peer(side)->addr;
	} else if (where->place == TENOVL_PLACE_PORT) {
		const struct net_device *dev = tenovl_side_port(side)->dev;

		where->port = dev->ifindex;
		where->port_id = tenovl_side_port(side)->id;
		strscpy(where->port_name, dev->name, sizeof(where->port_name));
	}
}

/* RCU; what it tells need not be of one moment. */
static void tenovl_fdb_describe(const struct tenovl_fdb_entry *entry,
				struct tenovl_fdb_info *info)
{
	ether_addr_copy(info->mac, entry->mac);
	info->kind = READ_ONCE(entry->kind);
	info->frozen = READ_ONCE(entry->frozen);
	info->mobile = READ_ONCE(entry->mobile);
	tenovl_side_describe(rcu_dereference_check(entry->side, 1), &info->where);
	info->moves = READ_ONCE(entry->moves);
	info->seq = READ_ONCE(entry->seq);
	info->ndm_flags = READ_ONCE(entry->ndm_flags);
	info->idle = jiffies_to_msecs(jiffies - READ_ONCE(entry->seen));
	info->id = entry->id;
}

static void tenovl_fdb_tell(struct tenovl_dev *tdev, enum tenovl_event event,
			    const struct tenovl_fdb_entry *entry,
			    const struct tenovl_where *old)
{
	struct tenovl_fdb_info info;

	lockdep_assert_held(&tdev->fdb_lock);
	tdev->fdb_generation++;
	tenovl_fdb_describe(entry, &info);
	tenovl_event_fdb(tdev, event, &info, old);
	switch (event) {
	case TENOVL_EVENT_FDB_DELETED:
	case TENOVL_EVENT_FDB_AGED:
		tenovl_bridge_notify(tdev, &info, RTM_DELNEIGH);
		break;
	case TENOVL_EVENT_FDB_FROZEN:
	case TENOVL_EVENT_FDB_THAWED:
		break;
	default:
		tenovl_bridge_notify(tdev, &info, RTM_NEWNEIGH);
	}
}

/* Point an entry at a peer or a port, or at the head. */
static void tenovl_fdb_point(struct tenovl_dev *tdev, struct tenovl_fdb_entry *entry,
			     struct tenovl_side *side)
{
	struct tenovl_side *old = tenovl_fdb_side(tdev, entry);

	if (old) {
		hlist_del_init(&entry->side_list);
		old->entries--;
	}
	rcu_assign_pointer(entry->side, side);
	if (side) {
		hlist_add_head(&entry->side_list, &side->fdb);
		side->entries++;
	}
}

static void tenovl_fdb_count(struct tenovl_dev *tdev, u8 kind, int n)
{
	u32 *counter = kind == TENOVL_FDB_KIND_STATIC ? &tdev->n_static : &tdev->n_learned;

	WRITE_ONCE(*counter, *counter + n);
}

static void tenovl_fdb_set_kind(struct tenovl_dev *tdev, struct tenovl_fdb_entry *entry, u8 kind)
{
	tenovl_fdb_count(tdev, entry->kind, -1);
	WRITE_ONCE(entry->kind, kind);
	tenovl_fdb_count(tdev, kind, 1);
}

/* Out of everything it is found by; not told. */
static void tenovl_fdb_unlink(struct tenovl_dev *tdev, struct tenovl_fdb_entry *entry)
{
	rhashtable_remove_fast(&tdev->fdb, &entry->node, tenovl_fdb_params);
	xa_erase(&tdev->fdb_ids, entry->id);
	tenovl_fdb_point(tdev, entry, NULL);
	tenovl_fdb_count(tdev, entry->kind, -1);
	kfree_rcu(entry, rcu);
}

static void tenovl_fdb_delete(struct tenovl_dev *tdev, struct tenovl_fdb_entry *entry,
			      enum tenovl_event event)
{
	tenovl_fdb_tell(tdev, event, entry, NULL);
	tenovl_fdb_unlink(tdev, entry);
}

static struct tenovl_fdb_entry *tenovl_fdb_entry_new(const u8 *mac, u8 kind, gfp_t gfp)
{
	struct tenovl_fdb_entry *entry = kzalloc(sizeof(*entry), gfp);

	if (!entry)
		return NULL;
	ether_addr_copy(entry->mac, mac);
	entry->kind = kind;
	entry->seen = jiffies;
	entry->window_start = jiffies;
	INIT_HLIST_NODE(&entry->side_list);
	return entry;
}

/* The id may be reserved already. On failure the entry is the caller's still. */
static int tenovl_fdb_insert(struct tenovl_dev *tdev, struct tenovl_fdb_entry *entry,
			     struct tenovl_side *side)
{
	bool reserved = entry->id;
	int err = 0;

	lockdep_assert_held(&tdev->fdb_lock);
	if (reserved)
		xa_store(&tdev->fdb_ids, entry->id, entry, GFP_ATOMIC);
	else
		err = xa_alloc_cyclic(&tdev->fdb_ids, &entry->id, entry, xa_limit_31b,
				      &tdev->fdb_next_id, GFP_ATOMIC);
	if (err < 0)
		return err;
	entry->moving = tenovl_move_planned(tdev, entry->mac);
	err = rhashtable_lookup_insert_fast(&tdev->fdb, &entry->node, tenovl_fdb_params);
	if (err)
		goto erase_id;
	tenovl_fdb_count(tdev, entry->kind, 1);
	tenovl_fdb_point(tdev, entry, side);
	return 0;

erase_id:
	xa_erase(&tdev->fdb_ids, entry->id);
	return err;
}

/**
 * tenovl_fdb_age_by() - have the table looked at
 * @tdev: the device
 * @delay: in so many jiffies at the latest
 *
 * Any context. Sooner if need be, never later: whoever learns or freezes entries all
 * the time must not put ageing off, nor must a walk that found only entries with time
 * left.
 */
void tenovl_fdb_age_by(struct tenovl_dev *tdev, unsigned long delay)
{
	if (!delayed_work_pending(&tdev->age_work) ||
	    time_after(tdev->age_work.timer.expires, jiffies + delay))
		mod_delayed_work(system_power_efficient_wq, &tdev->age_work, delay);
}

static void tenovl_fdb_age_in(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			      unsigned long delay)
{
	unsigned long least = clamp(tenovl_seconds(settings->ageing) / 8,
				    (unsigned long)TENOVL_AGE_MIN_PERIOD, TENOVL_AGE_MAX_PERIOD);

	tenovl_fdb_age_by(tdev, max(delay, least));
}

/* RCU. One station is not to leave no room for the others. What it makes look as if it
 * had moved is dampened, and not counted here.
 */
static bool tenovl_fdb_side_is_full(const struct tenovl_side *side)
{
	const struct tenovl_guard *guard;

	if (!side || side->place != TENOVL_PLACE_PORT)
		return false;
	guard = rcu_dereference(tenovl_side_port(side)->guard);
	return guard && READ_ONCE(side->entries) >= guard->max_learned;
}

/* RCU, or the fdb lock. Who is awaited there has room: moves have a limit of their own. */
static bool tenovl_fdb_no_room(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			       const u8 *mac, const struct tenovl_side *side)
{
	if (READ_ONCE(tdev->n_learned) < settings->max_learned && !tenovl_fdb_side_is_full(side))
		return false;
	return !READ_ONCE(tdev->moves.n) || !tenovl_move_expects(tdev, mac, side);
}

static void tenovl_fdb_learn_new(struct tenovl_dev *tdev,
				 const struct tenovl_settings *settings, const u8 *mac,
				 struct tenovl_side *side)
{
	struct tenovl_fdb_entry *entry;
	struct tenovl_where old;
	bool was_here;

	if (tenovl_fdb_no_room(tdev, settings, mac, side)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_LIMIT);
		return;
	}
	entry = tenovl_fdb_entry_new(mac, TENOVL_FDB_KIND_LEARNED, GFP_ATOMIC);
	if (!entry)
		goto count_nomem;
	if (tenovl_fdb_insert(tdev, entry, side))
		goto free_entry;
	was_here = tenovl_graves_open(tdev, settings, mac, &old);
	tenovl_graves_yield(tdev, settings);
	tenovl_late_begin(tdev, settings, entry, was_here, side);
	tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_LEARNED);
	tenovl_fdb_tell(tdev, was_here ? TENOVL_EVENT_FDB_MOVED : TENOVL_EVENT_FDB_ADDED, entry,
			was_here ? &old : NULL);
	if (settings->ageing)
		tenovl_fdb_age_in(tdev, settings, tenovl_seconds(settings->ageing));
	return;

free_entry:
	/* A dump may have found it by its id already. */
	kfree_rcu(entry, rcu);
count_nomem:
	tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_NOMEM);
}

static void tenovl_fdb_freeze(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			      struct tenovl_fdb_entry *entry)
{
	WRITE_ONCE(entry->frozen, true);
	entry->window_start = jiffies;
	tenovl_fdb_tell(tdev, TENOVL_EVENT_FDB_FROZEN, entry, NULL);
	tenovl_fdb_age_by(tdev, min(tenovl_seconds(settings->move_window), TENOVL_AGE_MAX_PERIOD));
}

static void tenovl_fdb_count_move(const struct tenovl_settings *settings,
				  struct tenovl_fdb_entry *entry)
{
	if (time_after(jiffies, entry->window_start + tenovl_seconds(settings->move_window)) ||
	    !entry->moves) {
		entry->window_start = jiffies;
		WRITE_ONCE(entry->moves, 0);
	}
	WRITE_ONCE(entry->moves, entry->moves + 1);
}

/* A controller knows where it is: what was counted before is no matter any more. */
static void tenovl_fdb_calm(struct tenovl_fdb_entry *entry)
{
	WRITE_ONCE(entry->frozen, false);
	WRITE_ONCE(entry->moves, 0);
}

/* An address came from elsewhere. Moves are counted in windows that
 * begin with the first one; reaching the limit freezes the entry where it is
 * by then, since two stations with one address would make it flap for ever.
 * From one bridge port to another is no such move: when the selected port changes,
 * all stations behind the bridges come by the new one. Nor is one that was planned.
 */
static void tenovl_fdb_move(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			    struct tenovl_fdb_entry *entry, struct tenovl_side *side)
{
	struct tenovl_side *from = tenovl_fdb_side(tdev, entry);
	bool planned = entry->moving && tenovl_move_expects(tdev, entry->mac, side);
	bool counts = !planned && (!tenovl_side_is_bridges(side) || !tenovl_side_is_bridges(from));
	struct tenovl_where old;

	tenovl_side_describe(from, &old);
	if (counts)
		tenovl_fdb_count_move(settings, entry);
	if (planned)
		tenovl_fdb_calm(entry);
	tenovl_fdb_point(tdev, entry, side);
	tenovl_late_begin(tdev, settings, entry, !tenovl_side_is_peer(from), side);
	WRITE_ONCE(entry->seen, jiffies);
	tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_MOVED);
	tenovl_fdb_tell(tdev, TENOVL_EVENT_FDB_MOVED, entry, &old);
	tenovl_move_arrived(tdev, entry->mac, side);
	if (counts && settings->move_limit && entry->moves >= settings->move_limit)
		tenovl_fdb_freeze(tdev, settings, entry);
}

/* Does an entry stay where it is, whatever comes from its address? */
static bool tenovl_fdb_holds(struct tenovl_dev *tdev, const struct tenovl_fdb_entry *entry,
			     const struct sk_buff *skb, const struct tenovl_inner *inner,
			     const struct tenovl_side *side)
{
	if (READ_ONCE(entry->moving) && tenovl_move_expects(tdev, entry->mac, side))
		return false;
	if (READ_ONCE(entry->frozen))
		return true;
	if (READ_ONCE(entry->kind) != TENOVL_FDB_KIND_STATIC)
		return false;
	return !READ_ONCE(entry->mobile) || !tenovl_inner_announces(skb, inner);
}

/* What a flood of addresses, or two stations with one address, would take the
 * lock for again and again is told without it.
 */
static bool tenovl_fdb_learn_futile(struct tenovl_dev *tdev,
				    const struct tenovl_settings *settings,
				    const struct sk_buff *skb, const struct tenovl_inner *inner,
				    const struct tenovl_side *side)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	const struct tenovl_fdb_entry *entry = tenovl_fdb_find(tdev, eth->h_source);

	if (!entry && tenovl_fdb_no_room(tdev, settings, eth->h_source, side)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_LIMIT);
		return true;
	}
	if (entry && tenovl_fdb_holds(tdev, entry, skb, inner, side)) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_HELD);
		return true;
	}
	return false;
}

/**
 * tenovl_fdb_learn() - a frame came from an address at a place where it was not
 * @tdev: the device
 * @settings: its settings
 * @skb: the frame, its Ethernet header at skb->data; the source is a unicast address
 * @inner: what it carries
 * @side: where it came from, NULL for the head
 *
 * RCU, softirq. An address at the head is learned anew only where that is in a bridge
 * (tenovl_head_learns()), else moved: the head takes what no peer is known to have.
 * With learning off, only a planned move is carried out, and there is no more of an entry
 * behind it than before.
 */
void tenovl_fdb_learn(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		      const struct sk_buff *skb, const struct tenovl_inner *inner,
		      struct tenovl_side *side)
{
	const u8 *mac = ((const struct ethhdr *)skb->data)->h_source;
	struct tenovl_fdb_entry *entry;

	if (!settings->learning && !tenovl_move_expects(tdev, mac, side))
		return;
	if (tenovl_fdb_learn_futile(tdev, settings, skb, inner, side))
		return;
	spin_lock_bh(&tdev->fdb_lock);
	/* Another CPU may have been first, or the side be on its way out. */
	if (side && (side->dead || READ_ONCE(side->drained)))
		goto unlock;
	entry = tenovl_fdb_find_locked(tdev, mac);
	if (!entry) {
		if (settings->learning && (side || tenovl_head_learns(tdev)))
			tenovl_fdb_learn_new(tdev, settings, mac, side);
		/* Where there is none, with memory or without. */
		tenovl_move_arrived(tdev, mac, side);
		goto unlock;
	}
	if (tenovl_fdb_side(tdev, entry) == side)
		goto unlock;
	if (tenovl_fdb_holds(tdev, entry, skb, inner, side))
		tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_HELD);
	else
		tenovl_fdb_move(tdev, settings, entry, side);
unlock:
	spin_unlock_bh(&tdev->fdb_lock);
}

/* Of two times, 0 for never. */
static unsigned long tenovl_sooner(unsigned long a, unsigned long b)
{
	return min_not_zero(a, b);
}

/**
 * tenovl_fdb_repoint() - a station is elsewhere now, as was planned
 * @tdev: the device
 * @mac: the station
 * @side: where
 *
 * fdb lock, RTNL. Its planned move ends with that.
 *
 * Return: false where it has no entry.
 */
bool tenovl_fdb_repoint(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_side *side)
{
	struct tenovl_fdb_entry *entry = tenovl_fdb_find_locked(tdev, mac);

	if (entry)
		tenovl_fdb_move(tdev, rtnl_dereference(tdev->settings), entry, side);
	return entry;
}

/**
 * tenovl_fdb_take_back() - a station is here now, wherever that is
 * @tdev: the device
 * @mac: the station
 *
 * fdb lock. A controller says so, and what is known of a peer that had it is not true any
 * more: it is looked for at all places here until it speaks.
 */
void tenovl_fdb_take_back(struct tenovl_dev *tdev, const u8 *mac)
{
	struct tenovl_fdb_entry *entry = tenovl_fdb_find_locked(tdev, mac);

	if (entry && tenovl_side_is_peer(tenovl_fdb_side(tdev, entry)))
		tenovl_fdb_delete(tdev, entry, TENOVL_EVENT_FDB_DELETED);
}

/* When the walk should look at this entry again; 0 when it was deleted. */
static unsigned long tenovl_fdb_age_one(struct tenovl_dev *tdev,
					const struct tenovl_settings *settings,
					struct tenovl_fdb_entry *entry)
{
	unsigned long late = tenovl_late_age(tdev, settings, entry);
	unsigned long now = jiffies;
	unsigned long due;

	if (entry->frozen) {
		due = entry->window_start + tenovl_seconds(settings->move_window);
		if (time_before(now, due))
			return tenovl_sooner(late, due - now);
		WRITE_ONCE(entry->frozen, false);
		WRITE_ONCE(entry->moves, 0);
		tenovl_fdb_tell(tdev, TENOVL_EVENT_FDB_THAWED, entry, NULL);
	}
	if (!settings->ageing || entry->kind == TENOVL_FDB_KIND_STATIC)
		return late;
	due = READ_ONCE(entry->seen) + tenovl_seconds(settings->ageing);
	if (time_before(now, due))
		return tenovl_sooner(late, due - now);
	tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_AGED);
	tenovl_fdb_delete(tdev, entry, TENOVL_EVENT_FDB_AGED);
	return 0;
}

/* The lock is taken an entry at a time, so that packets do not wait for the
 * walk.
 */
static void tenovl_fdb_age(struct work_struct *work)
{
	struct tenovl_dev *tdev = container_of(work, struct tenovl_dev, age_work.work);
	const struct tenovl_settings *settings;
	struct tenovl_fdb_entry *entry;
	unsigned long wait, next = 0;
	unsigned long id;

	xa_for_each(&tdev->fdb_ids, id, entry) {
		rcu_read_lock();
		spin_lock_bh(&tdev->fdb_lock);
		settings = rcu_dereference(tdev->settings);
		entry = xa_load(&tdev->fdb_ids, id);
		wait = entry ? tenovl_fdb_age_one(tdev, settings, entry) : 0;
		spin_unlock_bh(&tdev->fdb_lock);
		rcu_read_unlock();
		next = tenovl_sooner(next, wait);
		cond_resched();
	}
	next = tenovl_sooner(next, tenovl_graves_age(tdev, false));
	if (!next)
		return;
	rcu_read_lock();
	tenovl_fdb_age_in(tdev, rcu_dereference(tdev->settings), next);
	rcu_read_unlock();
}

/**
 * tenovl_fdb_settings_changed() - ageing or windows may be shorter now
 * @tdev: the device
 *
 * RTNL.
 */
void tenovl_fdb_settings_changed(struct tenovl_dev *tdev)
{
	ASSERT_RTNL();
	mod_delayed_work(system_power_efficient_wq, &tdev->age_work, TENOVL_AGE_MIN_PERIOD);
}

/**
 * struct tenovl_fdb_change - one entry of a request, prepared
 * @entry: made for it; the table's when it was inserted
 * @side: where it is to point
 * @old: the entry that was there
 * @old_side: where that pointed
 * @old_kind: what that was
 * @old_ndm_flags: its flags
 * @old_seq: and its sequence number
 * @old_mobile: whether announcements moved it
 * @inserted: @entry is in the table
 */
struct tenovl_fdb_change {
	struct tenovl_fdb_entry *entry;
	struct tenovl_side *side;
	struct tenovl_fdb_entry *old;
	struct tenovl_side *old_side;
	u8 old_kind;
	u8 old_ndm_flags;
	u32 old_seq;
	bool old_mobile;
	bool inserted;
};

static int tenovl_fdb_check_seq(const struct tenovl_fdb_entry *entry,
				const struct tenovl_fdb_req *req, struct netlink_ext_ack *extack)
{
	if (!req->has_seq || req->force || req->seq >= entry->seq)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, req->attr,
			    "A newer sequence number is known for this MAC address");
	return -ESTALE;
}

static int tenovl_fdb_check_set(const struct tenovl_fdb_entry *entry,
				const struct tenovl_fdb_req *req, bool replace,
				struct netlink_ext_ack *extack)
{
	if (!entry || entry->kind == TENOVL_FDB_KIND_LEARNED)
		return 0;
	if (!replace) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The MAC address has a static entry already; use replace");
		return -EEXIST;
	}
	return tenovl_fdb_check_seq(entry, req, extack);
}

/* Memory and ids, before the lock is taken. */
static int tenovl_fdb_prepare(struct tenovl_dev *tdev, struct tenovl_fdb_change *change,
			      const struct tenovl_fdb_req *req, struct netlink_ext_ack *extack)
{
	struct tenovl_peer *peer;
	int err;

	peer = tenovl_peer_find(tdev, &req->peer_addr);
	if (!peer) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The device has no such peer; add it with peer add");
		return -ENOENT;
	}
	change->side = &peer->side;
	change->entry = tenovl_fdb_entry_new(req->mac, TENOVL_FDB_KIND_STATIC, GFP_KERNEL);
	if (!change->entry)
		return -ENOMEM;
	change->entry->seq = req->has_seq ? req->seq : 0;
	change->entry->ndm_flags = req->ndm_flags;
	change->entry->mobile = req->mobile;
	err = xa_alloc_cyclic_bh(&tdev->fdb_ids, &change->entry->id, NULL, xa_limit_31b,
				 &tdev->fdb_next_id, GFP_KERNEL);
	if (err < 0) {
		/* The id was written before it failed; it is, or will be, another's. */
		change->entry->id = 0;
		return err;
	}
	return 0;
}

static int tenovl_fdb_apply(struct tenovl_dev *tdev, struct tenovl_fdb_change *change,
			    const struct tenovl_fdb_req *req)
{
	struct tenovl_fdb_entry *entry = tenovl_fdb_find_locked(tdev, req->mac);
	int err;

	if (!entry) {
		err = tenovl_fdb_insert(tdev, change->entry, change->side);
		change->inserted = !err;
		if (err)
			change->entry->id = 0;
		return err;
	}
	change->old = entry;
	change->old_side = tenovl_fdb_side(tdev, entry);
	change->old_kind = entry->kind;
	change->old_seq = entry->seq;
	change->old_ndm_flags = entry->ndm_flags;
	change->old_mobile = entry->mobile;
	tenovl_fdb_set_kind(tdev, entry, TENOVL_FDB_KIND_STATIC);
	if (req->has_seq)
		WRITE_ONCE(entry->seq, req->seq);
	WRITE_ONCE(entry->ndm_flags, req->ndm_flags);
	if (!req->keep_mobile)
		WRITE_ONCE(entry->mobile, req->mobile);
	tenovl_fdb_point(tdev, entry, change->side);
	return 0;
}

static void tenovl_fdb_undo(struct tenovl_dev *tdev, struct tenovl_fdb_change *change)
{
	if (change->inserted) {
		tenovl_fdb_unlink(tdev, change->entry);
		change->entry = NULL;
		return;
	}
	tenovl_fdb_set_kind(tdev, change->old, change->old_kind);
	WRITE_ONCE(change->old->seq, change->old_seq);
	WRITE_ONCE(change->old->ndm_flags, change->old_ndm_flags);
	WRITE_ONCE(change->old->mobile, change->old_mobile);
	tenovl_fdb_point(tdev, change->old, change->old_side);
}

static void tenovl_fdb_done(struct tenovl_dev *tdev, struct tenovl_fdb_change *change)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_where old;
	bool was_here;

	if (change->inserted) {
		was_here = tenovl_graves_open(tdev, settings, change->entry->mac, &old);
		tenovl_late_begin(tdev, settings, change->entry, was_here, change->side);
		tenovl_fdb_tell(tdev, was_here ? TENOVL_EVENT_FDB_MOVED : TENOVL_EVENT_FDB_ADDED,
				change->entry, was_here ? &old : NULL);
		tenovl_move_arrived(tdev, change->entry->mac, change->side);
		return;
	}
	tenovl_fdb_calm(change->old);
	tenovl_late_begin(tdev, settings, change->old, !tenovl_side_is_peer(change->old_side),
			  change->side);
	tenovl_side_describe(change->old_side, &old);
	tenovl_fdb_tell(tdev, TENOVL_EVENT_FDB_CHANGED, change->old, &old);
	tenovl_move_arrived(tdev, change->old->mac, change->side);
}

/* Check all, then change all; only memory can be short in between. */
static int tenovl_fdb_commit(struct tenovl_dev *tdev, struct tenovl_fdb_change *change,
			     const struct tenovl_fdb_req *req, u32 n, bool replace,
			     struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	spin_lock_bh(&tdev->fdb_lock);
	for (i = 0; i < n && !err; i++)
		err = tenovl_fdb_check_set(tenovl_fdb_find_locked(tdev, req[i].mac), &req[i],
					   replace, extack);
	if (err)
		goto unlock;
	for (i = 0; i < n; i++) {
		err = tenovl_fdb_apply(tdev, &change[i], &req[i]);
		if (err)
			goto undo;
	}
	for (i = 0; i < n; i++)
		tenovl_fdb_done(tdev, &change[i]);
	goto unlock;

undo:
	while (i--)
		tenovl_fdb_undo(tdev, &change[i]);
unlock:
	spin_unlock_bh(&tdev->fdb_lock);
	return err;
}

static void tenovl_fdb_release(struct tenovl_dev *tdev, struct tenovl_fdb_change *change)
{
	if (!change->entry || change->inserted)
		return;
	if (change->entry->id)
		xa_erase_bh(&tdev->fdb_ids, change->entry->id);
	/* As in tenovl_fdb_learn_new(). */
	kfree_rcu(change->entry, rcu);
}

/**
 * tenovl_fdb_set() - add static entries, or change them, all or none
 * @tdev: the device
 * @req: they; no address twice, each with a peer
 * @n: how many
 * @replace: change what is static already
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_fdb_set(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n, bool replace,
		   struct netlink_ext_ack *extack)
{
	struct tenovl_fdb_change *change;
	int err = 0;
	u32 i;

	ASSERT_RTNL();
	change = kvcalloc(n, sizeof(*change), GFP_KERNEL);
	if (!change)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++)
		err = tenovl_fdb_prepare(tdev, &change[i], &req[i], extack);
	if (!err)
		err = tenovl_fdb_commit(tdev, change, req, n, replace, extack);
	for (i = 0; i < n; i++)
		tenovl_fdb_release(tdev, &change[i]);
	kvfree(change);
	return err;
}

static int tenovl_fdb_check_del(struct tenovl_dev *tdev, const struct tenovl_fdb_req *req,
				struct netlink_ext_ack *extack)
{
	struct tenovl_fdb_entry *entry = tenovl_fdb_find_locked(tdev, req->mac);
	struct tenovl_where where;

	if (!entry) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The device has no entry for this MAC address");
		return -ENOENT;
	}
	tenovl_side_describe(tenovl_fdb_side(tdev, entry), &where);
	if (req->has_peer && (where.place != TENOVL_PLACE_PEER ||
			      !ipv6_addr_equal(&where.peer, &req->peer_addr))) {
		NL_SET_ERR_MSG_ATTR(extack, req->attr,
				    "The MAC address is not behind this peer");
		return -ENOENT;
	}
	return tenovl_fdb_check_seq(entry, req, extack);
}

/**
 * tenovl_fdb_del() - delete entries of any kind, all or none
 * @tdev: the device
 * @req: they; no address twice
 * @n: how many
 * @extack: the reason of a refusal
 *
 * RTNL.
 */
int tenovl_fdb_del(struct tenovl_dev *tdev, struct tenovl_fdb_req *req, u32 n,
		   struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	ASSERT_RTNL();
	spin_lock_bh(&tdev->fdb_lock);
	for (i = 0; i < n && !err; i++)
		err = tenovl_fdb_check_del(tdev, &req[i], extack);
	for (i = 0; i < n && !err; i++)
		tenovl_fdb_delete(tdev, tenovl_fdb_find_locked(tdev, req[i].mac),
				  TENOVL_EVENT_FDB_DELETED);
	spin_unlock_bh(&tdev->fdb_lock);
	return err;
}

static bool tenovl_fdb_matches(struct tenovl_dev *tdev, const struct tenovl_fdb_entry *entry,
			       const struct tenovl_fdb_filter *filter)
{
	if (filter->has_kind && filter->kind != entry->kind)
		return false;
	return !filter->side || filter->side == tenovl_fdb_side(tdev, entry);
}

/**
 * tenovl_fdb_flush() - delete all entries that match
 * @tdev: the device
 * @filter: which
 *
 * RTNL. What is learned meanwhile may stay.
 */
void tenovl_fdb_flush(struct tenovl_dev *tdev, const struct tenovl_fdb_filter *filter)
{
	struct tenovl_fdb_entry *entry;
	unsigned long id;

	ASSERT_RTNL();
	if (!filter->side && !(filter->has_kind && filter->kind == TENOVL_FDB_KIND_STATIC))
		tenovl_graves_age(tdev, true);
	xa_for_each(&tdev->fdb_ids, id, entry) {
		spin_lock_bh(&tdev->fdb_lock);
		entry = xa_load(&tdev->fdb_ids, id);
		if (entry && tenovl_fdb_matches(tdev, entry, filter))
			tenovl_fdb_delete(tdev, entry, TENOVL_EVENT_FDB_DELETED);
		spin_unlock_bh(&tdev->fdb_lock);
		cond_resched();
	}
}

/* Where it points goes. */
static void tenovl_fdb_leave(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			     struct tenovl_fdb_entry *entry)
{
	struct tenovl_where where;
	u8 mac[ETH_ALEN];

	tenovl_side_describe(tenovl_fdb_side(tdev, entry), &where);
	ether_addr_copy(mac, entry->mac);
	tenovl_fdb_delete(tdev, entry, TENOVL_EVENT_FDB_DELETED);
	if (where.place == TENOVL_PLACE_PORT)
		tenovl_graves_bury(tdev, settings, mac, &where);
}

/**
 * tenovl_fdb_flush_side() - no entry points at a peer or port any more, nor will
 * @tdev: the device
 * @side: being deleted
 *
 * RTNL. What was behind a port is remembered for a while, as move.c says.
 */
void tenovl_fdb_flush_side(struct tenovl_dev *tdev, struct tenovl_side *side)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	struct tenovl_fdb_entry *entry;

	ASSERT_RTNL();
	spin_lock_bh(&tdev->fdb_lock);
	side->dead = true;
	tenovl_moves_forget(tdev, side);
	spin_unlock_bh(&tdev->fdb_lock);
	/* An entry at a time, so that packets do not wait for all of them. */
	do {
		spin_lock_bh(&tdev->fdb_lock);
		entry = hlist_entry_safe(side->fdb.first, struct tenovl_fdb_entry, side_list);
		if (entry)
			tenovl_fdb_leave(tdev, settings, entry);
		spin_unlock_bh(&tdev->fdb_lock);
		cond_resched();
	} while (entry);
}

/**
 * tenovl_fdb_macs() - the addresses at a side
 * @tdev: the device
 * @side: the side
 * @macs: filled, ETH_ALEN bytes each
 * @max: how many there is room for
 *
 * RTNL, so that the side lives.
 *
 * Return: how many there are, or @max.
 */
u32 tenovl_fdb_macs(struct tenovl_dev *tdev, const struct tenovl_side *side, u8 *macs, u32 max)
{
	const struct tenovl_fdb_entry *entry;
	u32 n = 0;

	ASSERT_RTNL();
	spin_lock_bh(&tdev->fdb_lock);
	hlist_for_each_entry(entry, &side->fdb, side_list) {
		if (n == max)
			break;
		ether_addr_copy(macs + ETH_ALEN * n++, entry->mac);
	}
	spin_unlock_bh(&tdev->fdb_lock);
	return n;
}

/**
 * tenovl_fdb_get() - tell one entry
 * @tdev: the device
 * @mac: the address
 * @info: filled
 *
 * RTNL or RCU.
 *
 * Return: whether there is one.
 */
bool tenovl_fdb_get(struct tenovl_dev *tdev, const u8 *mac, struct tenovl_fdb_info *info)
{
	struct tenovl_fdb_entry *entry;

	rcu_read_lock();
	entry = tenovl_fdb_find(tdev, mac);
	if (entry)
		tenovl_fdb_describe(entry, info);
	rcu_read_unlock();
	return entry;
}

/**
 * tenovl_fdb_next() - walk the entries
 * @tdev: the device
 * @id: where to go on; moved to the entry told, so that @id + 1 goes on
 * @info: filled
 *
 * RTNL or RCU.
 *
 * Return: false at the end.
 */
bool tenovl_fdb_next(struct tenovl_dev *tdev, unsigned long *id, struct tenovl_fdb_info *info)
{
	struct tenovl_fdb_entry *entry;

	rcu_read_lock();
	entry = xa_find(&tdev->fdb_ids, id, U32_MAX, XA_PRESENT);
	if (entry)
		tenovl_fdb_describe(entry, info);
	rcu_read_unlock();
	return entry;
}
