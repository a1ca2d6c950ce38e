// SPDX-License-Identifier: GPL-2.0
/*
 * Which port carries traffic.
 *
 * Everything here runs under RTNL. One function, tenovl_select(), looks at all
 * ports of a device and writes &tenovl_dev.selected; whoever learns that
 * something changed calls it with the cause. Packets read that pointer once,
 * under RCU, so a frame sees either the old port or the new one.
 *
 * The signs come early: NETDEV_GOING_DOWN of a bridge or a port while it still
 * carries traffic, and the flags and the headroom that a bridge takes back from a
 * port that it lets go of, before the grace period that it waits for then (port.c).
 */
#include <linux/if_bridge.h>
#include <net/switchdev.h>

#include "tenovl.h"

static unsigned int tenovl_live_ports(struct net_device *bridge, const struct net_device *but)
{
	struct net_device *lower;
	struct list_head *iter;
	unsigned int n = 0;

	netdev_for_each_lower_dev(bridge, lower, iter)
		n += lower != but && netif_running(lower) && netif_carrier_ok(lower);
	return n;
}

/* The bridge that a netdevice is in, or NULL. */
static struct net_device *tenovl_bridge_of(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	return master && netif_is_bridge_master(master) ? master : NULL;
}

static bool tenovl_port_can_carry(const struct tenovl_port *port)
{
	const struct tenovl_settings *settings = rtnl_dereference(port->tdev->settings);
	struct net_device *bridge = tenovl_bridge_of(port->dev);

	if (tenovl_port_is_access(port))
		return false;
	if (!bridge || port->leaving || port->stp_state != BR_STATE_FORWARDING)
		return false;
	if (!netif_running(port->tdev->dev) || !netif_running(port->dev) ||
	    !netif_running(bridge))
		return false;
	return !settings->min_live ||
	       tenovl_live_ports(bridge, port->dev) >= settings->min_live;
}

/* The bridge tells later that the port forwards again; until then it does not. What it
 * says comes after the event that brought it about, so an old state must not stand.
 */
static void tenovl_port_await_stp(struct tenovl_port *port)
{
	WRITE_ONCE(port->stp_state, IS_ENABLED(CONFIG_NET_SWITCHDEV) ? BR_STATE_DISABLED :
								       BR_STATE_FORWARDING);
}

static void tenovl_port_judge(struct tenovl_port *port)
{
	bool usable = tenovl_port_can_carry(port);

	if (usable == port->usable)
		return;
	if (usable)
		port->usable_since = jiffies;
	WRITE_ONCE(port->usable, usable);
	if (port->announced)
		tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
}

/* The list is by id, so of equal ones the oldest wins. */
static struct tenovl_port *tenovl_select_best(const struct tenovl_dev *tdev)
{
	struct tenovl_port *port, *best = NULL;

	list_for_each_entry(port, &tdev->ports, list) {
		if (!port->usable)
			continue;
		if (port == tdev->selection.pinned)
			return port;
		if (!best || port->priority < best->priority)
			best = port;
	}
	return best;
}

static unsigned long tenovl_left(unsigned long since, u32 msecs)
{
	unsigned long due = since + msecs_to_jiffies(msecs), now = jiffies;

	return time_before(now, due) ? due - now : 0;
}

/* The selected port could go on. Return: whether to leave it for a better one now;
 * when that is only later, the work looks again.
 */
static bool tenovl_select_may_leave(struct tenovl_dev *tdev, const struct tenovl_port *best,
				    enum tenovl_cause *cause)
{
	const struct tenovl_settings *settings = rtnl_dereference(tdev->settings);
	unsigned long wait;

	if (*cause == TENOVL_CAUSE_PINNED)
		return true;
	if (best == tdev->selection.pinned) {
		*cause = TENOVL_CAUSE_PINNED;
		return true;
	}
	*cause = TENOVL_CAUSE_REVERT;
	if (!settings->revert)
		return false;
	wait = max(tenovl_left(best->usable_since, settings->revert_delay),
		   tenovl_left(tdev->selection.since, settings->hold));
	if (wait)
		mod_delayed_work(system_power_efficient_wq, &tdev->selection.work, wait);
	return !wait;
}

/* Only what deletes the bridge in this section of RTNL took the port out; somebody may
 * delete it in the next one. When a section ends, RTNL itself lets go of the buffers that
 * it was given to free.
 */
static void tenovl_select_mark(struct tenovl_dev *tdev, const struct tenovl_port *port)
{
	struct sk_buff *skb = alloc_skb(0, GFP_KERNEL);

	consume_skb(tdev->selection.section);
	tdev->selection.section = skb;
	tdev->selection.bridge = tenovl_bridge_of(port->dev);
	tdev->selection.left = port;
	if (skb)
		rtnl_kfree_skbs(skb_get(skb), skb);
}

static void tenovl_select_unmark(struct tenovl_dev *tdev)
{
	tdev->selection.bridge = NULL;
	tdev->selection.left = NULL;
}

/* Was the last port taken out of this bridge, and is RTNL held since then? */
static bool tenovl_select_marked(const struct tenovl_dev *tdev, const struct net_device *bridge)
{
	const struct tenovl_selection *sel = &tdev->selection;

	return sel->bridge == bridge && sel->section && skb_shared(sel->section);
}

static void tenovl_select_swap(struct tenovl_dev *tdev, struct tenovl_port *best,
			       enum tenovl_cause cause)
{
	struct tenovl_port *old = rtnl_dereference(tdev->selected);

	rcu_assign_pointer(tdev->selected, best);
	tdev->selection.since = jiffies;
	tdev->selection.changes++;
	tdev->selection.cause = cause;
	if (cause == TENOVL_CAUSE_PORT_REMOVED || cause == TENOVL_CAUSE_BRIDGE_DOWN)
		tenovl_select_mark(tdev, old);
	else
		tenovl_select_unmark(tdev);
	tenovl_event_selection(tdev, old);
	tenovl_announce(tdev);
}

/**
 * tenovl_select() - look at all ports and select the best
 * @tdev: the device
 * @cause: why to look; told when the selected port cannot go on
 *
 * RTNL.
 */
void tenovl_select(struct tenovl_dev *tdev, enum tenovl_cause cause)
{
	struct tenovl_port *now = rtnl_dereference(tdev->selected);
	struct tenovl_port *port, *best;

	ASSERT_RTNL();
	list_for_each_entry(port, &tdev->ports, list)
		tenovl_port_judge(port);
	best = tenovl_select_best(tdev);
	if (best == now)
		return;
	if (now && now->usable && !tenovl_select_may_leave(tdev, best, &cause))
		return;
	if (!now)
		cause = TENOVL_CAUSE_FOUND;
	tenovl_select_swap(tdev, best, cause);
}

/**
 * tenovl_select_pin() - an operator wants this port, or leaves the choice to us
 * @tdev: the device
 * @port: the port, or NULL
 *
 * RTNL. While the pinned port cannot carry traffic, the best of the others does.
 */
void tenovl_select_pin(struct tenovl_dev *tdev, struct tenovl_port *port)
{
	struct tenovl_port *was = tdev->selection.pinned;

	ASSERT_RTNL();
	tdev->selection.pinned = port;
	tenovl_select(tdev, TENOVL_CAUSE_PINNED);
	if (port == was)
		return;
	if (was)
		tenovl_event_port(was, TENOVL_EVENT_PORT_CHANGED);
	if (port)
		tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
}

/**
 * tenovl_select_forget() - a port goes
 * @port: the port, in no list of its device any more
 * @cause: why
 *
 * RTNL.
 */
void tenovl_select_forget(struct tenovl_port *port, enum tenovl_cause cause)
{
	struct tenovl_dev *tdev = port->tdev;

	ASSERT_RTNL();
	if (tdev->selection.pinned == port)
		tdev->selection.pinned = NULL;
	port->leaving = true;
	tenovl_port_judge(port);
	if (rtnl_dereference(tdev->selected) == port)
		tenovl_select(tdev, cause);
	if (tdev->selection.left == port)
		tenovl_select_unmark(tdev);
}

/* A delay is over. RTNL may be held by someone who waits for this work to end. */
static void tenovl_select_work(struct work_struct *work)
{
	struct tenovl_dev *tdev = container_of(work, struct tenovl_dev, selection.work.work);

	if (!rtnl_trylock()) {
		mod_delayed_work(system_power_efficient_wq, &tdev->selection.work, 1);
		return;
	}
	tenovl_select(tdev, TENOVL_CAUSE_REVERT);
	rtnl_unlock();
}

/**
 * tenovl_selection_init() - begin with no ports
 * @tdev: the device
 */
void tenovl_selection_init(struct tenovl_dev *tdev)
{
	INIT_LIST_HEAD(&tdev->ports);
	INIT_DELAYED_WORK(&tdev->selection.work, tenovl_select_work);
}

/**
 * tenovl_selection_end() - the device goes, and has no ports any more
 * @tdev: the device
 *
 * RTNL.
 */
void tenovl_selection_end(struct tenovl_dev *tdev)
{
	ASSERT_RTNL();
	cancel_delayed_work_sync(&tdev->selection.work);
	consume_skb(tdev->selection.section);
}

/* A port that is deleted is set down first. */
static void tenovl_port_heard(struct tenovl_port *port, unsigned long event)
{
	port->leaving = event == NETDEV_GOING_DOWN;
	if (event == NETDEV_DOWN)
		tenovl_port_await_stp(port);
	tenovl_select(port->tdev, port->announced ? TENOVL_CAUSE_ADMIN :
						    TENOVL_CAUSE_PORT_REMOVED);
}

/* Traffic moves before a bridge that is set down stops. */
static void tenovl_bridge_heard(struct net_device *bridge, unsigned long event)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(bridge, lower, iter) {
		struct tenovl_port *port = netdev_priv(lower);

		if (!tenovl_port_is(lower))
			continue;
		if (event == NETDEV_GOING_DOWN || event == NETDEV_DOWN)
			port->leaving = event == NETDEV_GOING_DOWN;
		if (event == NETDEV_DOWN)
			tenovl_port_await_stp(port);
		tenovl_select(port->tdev, TENOVL_CAUSE_BRIDGE_DOWN);
	}
}

/* Live ports of a bridge are counted where min-live asks for it. */
static void tenovl_neighbour_heard(struct net_device *dev)
{
	struct net_device *bridge = tenovl_bridge_of(dev);

	if (bridge)
		tenovl_bridge_heard(bridge, NETDEV_CHANGE);
}

static void tenovl_port_moved(struct tenovl_port *port)
{
	tenovl_port_await_stp(port);
	port->leaving = false;
	tenovl_select(port->tdev, TENOVL_CAUSE_PORT_REMOVED);
	/* That it could carry no more was told when it still had its bridge. */
	if (port->announced)
		tenovl_event_port(port, TENOVL_EVENT_PORT_CHANGED);
}

/* A VLAN device, which is on a port or goes from it, is no master of it. */
static void tenovl_upper_heard(struct net_device *dev,
			       const struct netdev_notifier_changeupper_info *info)
{
	if (!netif_is_bridge_master(info->upper_dev))
		return;
	if (tenovl_port_is(dev))
		tenovl_port_moved(netdev_priv(dev));
	tenovl_bridge_heard(info->upper_dev, NETDEV_CHANGE);
}

/* A bridge lets go of its ports before it goes itself, in one section of RTNL: what
 * looked like a port taken out, or too few live ones, was that.
 */
static void tenovl_bridge_gone(const struct net_device *bridge)
{
	struct tenovl_dev *tdev;
	u32 id = 0;

	for (; (tdev = tenovl_dev_next(&id)); id++) {
		if (!tenovl_select_marked(tdev, bridge))
			continue;
		tdev->selection.cause = TENOVL_CAUSE_BRIDGE_DELETED;
		tenovl_event_selection(tdev, tdev->selection.left);
		tenovl_select_unmark(tdev);
	}
}

/**
 * tenovl_select_heard() - something happened to a netdevice
 * @dev: any netdevice
 * @event: NETDEV_*
 * @ptr: what the event carries
 *
 * RTNL, from the netdevice notifier.
 */
void tenovl_select_heard(struct net_device *dev, unsigned long event, void *ptr)
{
	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_GOING_DOWN:
		if (tenovl_port_is(dev))
			tenovl_port_heard(netdev_priv(dev), event);
		else if (tenovl_dev_is(dev))
			tenovl_select(netdev_priv(dev), TENOVL_CAUSE_ADMIN);
		else if (netif_is_bridge_master(dev))
			tenovl_bridge_heard(dev, event);
		fallthrough;
	case NETDEV_CHANGE:
		tenovl_neighbour_heard(dev);
		break;
	case NETDEV_CHANGEUPPER:
		tenovl_upper_heard(dev, ptr);
		break;
	case NETDEV_UNREGISTER:
		if (netif_is_bridge_master(dev))
			tenovl_bridge_gone(dev);
		break;
	}
}

/* How a bridge tells the state of a port. */
static int tenovl_switchdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	const struct switchdev_notifier_port_attr_info *info = ptr;
	struct tenovl_port *port;

	if (event != SWITCHDEV_PORT_ATTR_SET || !tenovl_port_is(dev) ||
	    info->attr->id != SWITCHDEV_ATTR_ID_PORT_STP_STATE)
		return NOTIFY_DONE;
	port = netdev_priv(dev);
	WRITE_ONCE(port->stp_state, info->attr->u.stp_state);
	tenovl_select(port->tdev, TENOVL_CAUSE_STP);
	return NOTIFY_DONE;
}

static struct notifier_block tenovl_switchdev_notifier = {
	.notifier_call = tenovl_switchdev_event,
};

/**
 * tenovl_select_listen() - begin to hear of the states of bridge ports
 */
int tenovl_select_listen(void)
{
	return register_switchdev_blocking_notifier(&tenovl_switchdev_notifier);
}

/**
 * tenovl_select_deafen() - the reverse
 */
void tenovl_select_deafen(void)
{
	unregister_switchdev_blocking_notifier(&tenovl_switchdev_notifier);
}
