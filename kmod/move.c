// SPDX-License-Identifier: GPL-2.0
/*
 * Stations that move: what becomes of frames that are late.
 *
 * When a station moved from here to a peer, the others go on sending here until
 * they know. Such a frame is sent on to where the station is now, for a bounded time
 * (setting redirect). So that this makes no loop and teaches nobody anything wrong:
 *
 *  - A frame that is sent on is marked, where any receiver tolerates it: with VXLAN
 *    by a UDP source port below 32768 (setting redirect-port), with NVGRE by FlowID 255,
 *    which no other frame has. A plain GRE key has no room for a mark, and nothing is
 *    sent on to such a peer.
 *  - A marked frame is never sent on, nor is any from a port below 32768, so each goes
 *    from a peer to a peer once at most, whatever is in the tables and whatever the
 *    settings of all of them are.
 *  - None goes back to the peer that it came from.
 *  - The outer source of a marked frame is not the station's VTEP: nothing is learned
 *    from it.
 *
 * An address "was here" when its entry pointed at the head or at a port before it
 * pointed at a peer. A port that goes takes its entries along; their addresses are
 * remembered as tombstones, which is no more than that. They count as learned entries
 * for the limit, and give way to those.
 *
 * What is in an entry is changed under the fdb lock and read under RCU; tombstones
 * are under the fdb lock.
 */
#include "tenovl.h"

/**
 * struct tenovl_tomb - an address that was behind a port which is gone
 * @node: in &tenovl_graves.table
 * @mac: the address; the key
 * @since: jiffies
 * @where: where it was
 * @list: in &tenovl_graves.list
 * @rcu: for the whole
 */
struct tenovl_tomb {
	struct rhash_head node;
	u8 mac[ETH_ALEN];
	unsigned long since;
	struct tenovl_where where;
	struct list_head list;
	struct rcu_head rcu;
};

static const struct rhashtable_params tenovl_tomb_params = {
	.head_offset = offsetof(struct tenovl_tomb, node),
	.key_offset = offsetof(struct tenovl_tomb, mac),
	.key_len = ETH_ALEN,
	.automatic_shrinking = true,
};

/* Jiffies until then; 0 when it is over. */
static unsigned long tenovl_left(unsigned long until)
{
	unsigned long now = jiffies;

	return time_before(now, until) ? until - now : 0;
}

/* Jiffies for which it counts, as the setting is now; 0 for none. */
static unsigned long tenovl_tomb_left(const struct tenovl_tomb *tomb,
				      const struct tenovl_settings *settings)
{
	return tenovl_left(tomb->since + tenovl_seconds(settings->redirect));
}

/**
 * tenovl_graves_init() - begin without tombstones
 * @graves: those of a device
 */
int tenovl_graves_init(struct tenovl_graves *graves)
{
	INIT_LIST_HEAD(&graves->list);
	return rhashtable_init(&graves->table, &tenovl_tomb_params);
}

/**
 * tenovl_graves_destroy() - free them
 * @graves: of a device that no packet reaches any more
 */
void tenovl_graves_destroy(struct tenovl_graves *graves)
{
	struct tenovl_tomb *tomb, *next;

	rhashtable_destroy(&graves->table);
	list_for_each_entry_safe(tomb, next, &graves->list, list)
		kfree(tomb);
}

static void tenovl_tomb_remove(struct tenovl_dev *tdev, struct tenovl_tomb *tomb)
{
	struct tenovl_graves *graves = &tdev->graves;

	lockdep_assert_held(&tdev->fdb_lock);
	rhashtable_remove_fast(&graves->table, &tomb->node, tenovl_tomb_params);
	list_del(&tomb->list);
	WRITE_ONCE(graves->n, graves->n - 1);
	kfree_rcu(tomb, rcu);
}

static struct tenovl_tomb *tenovl_tomb_find(struct tenovl_dev *tdev, const u8 *mac)
{
	struct tenovl_tomb *tomb;

	lockdep_assert_held(&tdev->fdb_lock);
	rcu_read_lock();
	tomb = rhashtable_lookup(&tdev->graves.table, mac, tenovl_tomb_params);
	rcu_read_unlock();
	return tomb;
}

/**
 * tenovl_graves_bury() - remember an address whose port goes
 * @tdev: the device
 * @settings: its settings
 * @mac: the address, which has no entry any more
 * @where: where it was
 *
 * fdb lock. Without memory, or beyond the limit, it is not remembered.
 */
void tenovl_graves_bury(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			const u8 *mac, const struct tenovl_where *where)
{
	struct tenovl_graves *graves = &tdev->graves;
	struct tenovl_tomb *tomb = tenovl_tomb_find(tdev, mac);

	if (!settings->redirect)
		return;
	if (tomb)
		tenovl_tomb_remove(tdev, tomb);
	if (tdev->n_learned + graves->n >= settings->max_learned) {
		tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_LIMIT);
		return;
	}
	tomb = kzalloc(sizeof(*tomb), GFP_ATOMIC);
	if (!tomb)
		goto count_nomem;
	ether_addr_copy(tomb->mac, mac);
	tomb->where = *where;
	tomb->since = jiffies;
	if (rhashtable_lookup_insert_fast(&graves->table, &tomb->node, tenovl_tomb_params))
		goto free_tomb;
	list_add_tail(&tomb->list, &graves->list);
	WRITE_ONCE(graves->n, graves->n + 1);
	tenovl_fdb_age_by(tdev, tenovl_seconds(settings->redirect));
	return;

free_tomb:
	kfree(tomb);
count_nomem:
	tenovl_stat_inc(tdev, TENOVL_A_STATS_FDB_NOMEM);
}

/**
 * tenovl_graves_open() - an address is somewhere again
 * @tdev: the device
 * @settings: its settings
 * @mac: the address
 * @where: filled with where it was; only where true is returned
 *
 * fdb lock. Its tombstone is gone then.
 *
 * Return: whether it was here until a short while ago.
 */
bool tenovl_graves_open(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			const u8 *mac, struct tenovl_where *where)
{
	struct tenovl_tomb *tomb;
	bool fresh;

	lockdep_assert_held(&tdev->fdb_lock);
	tomb = tdev->graves.n ? tenovl_tomb_find(tdev, mac) : NULL;
	if (!tomb)
		return false;
	fresh = tenovl_tomb_left(tomb, settings);
	*where = tomb->where;
	tenovl_tomb_remove(tdev, tomb);
	return fresh;
}

/**
 * tenovl_graves_yield() - make room for an entry
 * @tdev: the device
 * @settings: its settings
 *
 * fdb lock. The oldest tombstone goes where there would be too many.
 */
void tenovl_graves_yield(struct tenovl_dev *tdev, const struct tenovl_settings *settings)
{
	struct tenovl_graves *graves = &tdev->graves;

	lockdep_assert_held(&tdev->fdb_lock);
	if (graves->n && tdev->n_learned + graves->n > settings->max_learned)
		tenovl_tomb_remove(tdev, list_first_entry(&graves->list, struct tenovl_tomb,
							  list));
}

/**
 * tenovl_graves_age() - those that are old enough go
 * @tdev: the device
 * @all: all go
 *
 * Takes the fdb lock, one at a time.
 *
 * Return: jiffies until the next is old enough, or 0 for none left.
 */
unsigned long tenovl_graves_age(struct tenovl_dev *tdev, bool all)
{
	struct tenovl_tomb *tomb;
	unsigned long wait = 0;

	do {
		spin_lock_bh(&tdev->fdb_lock);
		rcu_read_lock();
		tomb = list_first_entry_or_null(&tdev->graves.list, struct tenovl_tomb, list);
		if (tomb && !all)
			wait = tenovl_tomb_left(tomb, rcu_dereference(tdev->settings));
		if (tomb && !wait)
			tenovl_tomb_remove(tdev, tomb);
		rcu_read_unlock();
		spin_unlock_bh(&tdev->fdb_lock);
		cond_resched();
	} while (tomb && !wait);
	return wait;
}

/**
 * tenovl_late_begin() - an entry points elsewhere now: are frames for it late?
 * @tdev: the device
 * @settings: its settings
 * @entry: the entry
 * @was_here: it pointed at the head or at a port, or had a tombstone
 * @side: where it points now, NULL for the head
 *
 * fdb lock. From a peer to a peer nothing changes: what was late is late still.
 */
void tenovl_late_begin(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
		       struct tenovl_fdb_entry *entry, bool was_here,
		       const struct tenovl_side *side)
{
	lockdep_assert_held(&tdev->fdb_lock);
	if (!side || side->place != TENOVL_PLACE_PEER) {
		WRITE_ONCE(entry->late, false);
		return;
	}
	if (!was_here || !settings->redirect)
		return;
	WRITE_ONCE(entry->late_since, jiffies);
	WRITE_ONCE(entry->late, true);
	tenovl_fdb_age_by(tdev, tenovl_seconds(settings->redirect));
}

/* Jiffies until frames for it are late no more, as the setting is now; 0 for none. */
static unsigned long tenovl_late_left(const struct tenovl_fdb_entry *entry,
				      const struct tenovl_settings *settings)
{
	return tenovl_left(READ_ONCE(entry->late_since) + tenovl_seconds(settings->redirect));
}

/**
 * tenovl_late_age() - end of the time
 * @tdev: the device
 * @settings: its settings
 * @entry: the entry
 *
 * fdb lock. So that what is told by jiffies is not told for ever.
 *
 * Return: jiffies until that, or 0.
 */
unsigned long tenovl_late_age(struct tenovl_dev *tdev, const struct tenovl_settings *settings,
			      struct tenovl_fdb_entry *entry)
{
	unsigned long left;

	lockdep_assert_held(&tdev->fdb_lock);
	if (!entry->late)
		return 0;
	left = tenovl_late_left(entry, settings);
	if (!left)
		WRITE_ONCE(entry->late, false);
	return left;
}

/**
 * tenovl_late_is() - was this address here until a short while ago?
 * @entry: its entry, which points at a peer
 * @settings: those of the device
 *
 * RCU.
 */
bool tenovl_late_is(const struct tenovl_fdb_entry *entry, const struct tenovl_settings *settings)
{
	return READ_ONCE(entry->late) && tenovl_late_left(entry, settings);
}

/**
 * tenovl_late_send() - send a late frame on
 * @tdev: the device
 * @peer: where its station is now
 * @skb: the frame, its Ethernet header at skb->data; consumed
 * @inner: what it carries; marked
 *
 * RCU, BH off, one depth entered. It came out of a header, so its offsets are that
 * header's; what merged it left its checksum to be filled in.
 */
void tenovl_late_send(struct tenovl_dev *tdev, struct tenovl_peer *peer, struct sk_buff *skb,
		      struct tenovl_inner *inner)
{
	tenovl_stat_frame(tdev, TENOVL_A_STATS_LATE_REDIRECTED, skb->len);
	skb_orphan(skb);
	skb_clear_hash(skb);
	skb->dev = tdev->dev;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, inner->noff);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	else
		skb_set_transport_header(skb, inner->noff);
	inner->late = true;
	tenovl_xmit_peer(tdev, peer, skb, inner);
}
