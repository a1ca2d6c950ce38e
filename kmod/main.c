// SPDX-License-Identifier: GPL-2.0
/*
 * The module's way up and down, and what it holds in each namespace.
 *
 * Order matters: the namespaces' part comes first, so that nothing can ask for
 * it too early, and the two doors for users (rtnetlink, generic netlink) last.
 */
#include <linux/module.h>
#include <net/netns/generic.h>

#include "tenovl.h"

unsigned int tenovl_net_id __read_mostly;

/**
 * tenovl_pernet() - what an underlay namespace holds
 * @net: the namespace
 *
 * Return: never NULL while the module is loaded.
 */
struct tenovl_net *tenovl_pernet(const struct net *net)
{
	return net_generic(net, tenovl_net_id);
}

/**
 * tenovl_net_count() - count what reached no device
 * @net: the underlay
 * @which: TENOVL_A_NET_STATS_*
 *
 * Any context. Atomic: these are not on the way of any tenant's frame.
 */
void tenovl_net_count(const struct net *net, unsigned int which)
{
	atomic64_inc(&tenovl_pernet(net)->stats[which]);
}

static int __net_init tenovl_net_init(struct net *net)
{
	INIT_LIST_HEAD(&tenovl_pernet(net)->socks);
	return 0;
}

/* Sockets and hooks go before anything of the namespace does, so that none of
 * them outlives what it stands on.
 */
static void __net_exit tenovl_net_pre_exit(struct net *net)
{
	rtnl_lock();
	tenovl_pernet(net)->exiting = true;
	tenovl_dev_detach_net(net);
	rtnl_unlock();
}

static void __net_exit tenovl_net_exit_batch(struct list_head *net_exit_list)
{
	struct net *net;

	tenovl_dev_delete_detached();
	list_for_each_entry(net, net_exit_list, exit_list) {
		WARN_ON_ONCE(!list_empty(&tenovl_pernet(net)->socks));
		WARN_ON_ONCE(tenovl_pernet(net)->gre_users[0]);
		WARN_ON_ONCE(tenovl_pernet(net)->gre_users[1]);
	}
}

/* A pernet device, not a subsystem: its exit runs before the one that deletes
 * the devices of a dying namespace, so a device is never deleted twice.
 */
static struct pernet_operations tenovl_net_ops = {
	.init = tenovl_net_init,
	.pre_exit = tenovl_net_pre_exit,
	.exit_batch = tenovl_net_exit_batch,
	.id = &tenovl_net_id,
	.size = sizeof(struct tenovl_net),
};

static int __init tenovl_init(void)
{
	int err;

	tenovl_inner_init();
	err = register_pernet_device(&tenovl_net_ops);
	if (err)
		return err;
	err = tenovl_dev_init();
	if (err)
		goto unregister_pernet;
	err = genl_register_family(&tenovl_family);
	if (err)
		goto exit_dev;
	err = rtnl_link_register(&tenovl_link_ops);
	if (err)
		goto unregister_family;
	err = rtnl_link_register(&tenovl_port_link_ops);
	if (err)
		goto unregister_link;
	err = rtnl_link_register(&tenovl_hook_link_ops);
	if (err)
		goto unregister_port_link;
	return 0;

unregister_port_link:
	rtnl_link_unregister(&tenovl_port_link_ops);
unregister_link:
	rtnl_link_unregister(&tenovl_link_ops);
unregister_family:
	genl_unregister_family(&tenovl_family);
exit_dev:
	tenovl_dev_exit();
unregister_pernet:
	unregister_pernet_device(&tenovl_net_ops);
	return err;
}

static void __exit tenovl_exit(void)
{
	rtnl_link_unregister(&tenovl_hook_link_ops);
	rtnl_link_unregister(&tenovl_port_link_ops);
	rtnl_link_unregister(&tenovl_link_ops);
	genl_unregister_family(&tenovl_family);
	tenovl_dev_exit();
	unregister_pernet_device(&tenovl_net_ops);
	/* Objects freed by call_rcu() with functions of ours. */
	rcu_barrier();
}

module_init(tenovl_init);
module_exit(tenovl_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The tenovl developers");
MODULE_DESCRIPTION("Tenant overlay switch over VXLAN and GRE");
MODULE_VERSION(TENOVL_VERSION);
MODULE_ALIAS_RTNL_LINK(TENOVL_KIND);
MODULE_ALIAS_RTNL_LINK(TENOVL_PORT_KIND);
MODULE_ALIAS_RTNL_LINK(TENOVL_HOOK_KIND);
MODULE_ALIAS_GENL_FAMILY(TENOVL_FAMILY_NAME);
