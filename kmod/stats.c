// SPDX-License-Identifier: GPL-2.0
/*
 * Counters. Per cpu, written with BH off, summed by readers. A counter is
 * indexed by the netlink attribute that tells it, so a new one is added to the
 * spec and counted, and nothing else.
 */
#include "tenovl.h"

static enum skb_drop_reason tenovl_drop_reason(unsigned int why)
{
	switch (why) {
	case TENOVL_A_STATS_TX_DROP_NO_ROUTE:
	case TENOVL_A_STATS_TX_DROP_INNER_ROUTE:
		return SKB_DROP_REASON_IP_OUTNOROUTES;
	case TENOVL_A_STATS_TX_DROP_TOO_BIG:
		return SKB_DROP_REASON_PKT_TOO_BIG;
	case TENOVL_A_STATS_TX_DROP_NOMEM:
	case TENOVL_A_STATS_RX_DROP_NOMEM:
		return SKB_DROP_REASON_NOMEM;
	case TENOVL_A_STATS_TX_DROP_SHORT:
	case TENOVL_A_STATS_RX_DROP_SHORT:
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	case TENOVL_A_STATS_TX_DROP_OFFLOAD:
		return SKB_DROP_REASON_SKB_GSO_SEG;
	case TENOVL_A_STATS_RX_DROP_CSUM:
		return SKB_DROP_REASON_SKB_CSUM;
	case TENOVL_A_STATS_RX_DROP_HEADER:
	case TENOVL_A_STATS_TX_DROP_INNER_HEADER:
	case TENOVL_A_STATS_RX_DROP_INNER_HEADER:
		return SKB_DROP_REASON_HDR_TRUNC;
	case TENOVL_A_STATS_TX_DROP_DEPTH:
	case TENOVL_A_STATS_TX_DROP_LOOP:
	case TENOVL_A_STATS_RX_DROP_DEPTH:
		return SKB_DROP_REASON_DEV_HDR;
	default:
		return SKB_DROP_REASON_NOT_SPECIFIED;
	}
}

/**
 * tenovl_drop() - the one way out for a frame that goes nowhere
 * @tdev: whose frame
 * @skb: the frame; consumed
 * @why: the counter, TENOVL_A_STATS_*
 *
 * BH off.
 */
void tenovl_drop(const struct tenovl_dev *tdev, struct sk_buff *skb, unsigned int why)
{
	tenovl_stat_inc(tdev, why);
	kfree_skb_reason(skb, tenovl_drop_reason(why));
}

/* How all counters of ours lie: see &struct tenovl_stats. */
struct tenovl_counters {
	struct u64_stats_sync syncp;
	u64_stats_t c[];
};

/* @stats: per cpu, laid out as &struct tenovl_counters */
static void tenovl_counters_sum(const void __percpu *stats, unsigned int n, u64 *sum)
{
	unsigned int start, i;
	int cpu;

	memset(sum, 0, sizeof(*sum) * n);
	for_each_possible_cpu(cpu) {
		const struct tenovl_counters *counters = per_cpu_ptr(stats, cpu);
		u64 one[TENOVL_A_STATS_MAX + 1];

		do {
			start = u64_stats_fetch_begin(&counters->syncp);
			for (i = 0; i < n; i++)
				one[i] = u64_stats_read(&counters->c[i]);
		} while (u64_stats_fetch_retry(&counters->syncp, start));
		for (i = 0; i < n; i++)
			sum[i] += one[i];
	}
}

#define tenovl_sum(_stats, _sum) do {							\
	BUILD_BUG_ON(offsetof(typeof(*(_stats)), c) !=					\
		     offsetof(struct tenovl_counters, c));				\
	BUILD_BUG_ON(ARRAY_SIZE((_stats)->c) > TENOVL_A_STATS_MAX + 1);			\
	tenovl_counters_sum(_stats, ARRAY_SIZE((_stats)->c), _sum);			\
} while (0)

/**
 * tenovl_stats_sum() - the counters of a device
 * @tdev: the device
 * @sum: room for TENOVL_A_STATS_MAX + 1 counters, written whole
 *
 * Any context in which the device lives.
 */
void tenovl_stats_sum(const struct tenovl_dev *tdev, u64 *sum)
{
	tenovl_sum(tdev->stats, sum);
}

/**
 * tenovl_peer_stats_sum() - the counters of a peer
 * @peer: the peer
 * @sum: room for TENOVL_A_PEER_STATS_MAX + 1 counters, written whole
 *
 * Any context in which the peer lives.
 */
void tenovl_peer_stats_sum(const struct tenovl_peer *peer, u64 *sum)
{
	tenovl_sum(peer->stats, sum);
}

/**
 * tenovl_port_stats_sum() - the counters of a port
 * @port: the port
 * @sum: room for TENOVL_A_PORT_STATS_MAX + 1 counters, written whole
 *
 * Any context in which the port lives.
 */
void tenovl_port_stats_sum(const struct tenovl_port *port, u64 *sum)
{
	tenovl_sum(port->stats, sum);
}

/**
 * tenovl_get_stats64() - the head's counters as every netdevice tells them
 * @dev: the head
 * @to: filled
 */
void tenovl_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *to)
{
	u64 sum[TENOVL_A_STATS_MAX + 1];
	unsigned int i;

	tenovl_stats_sum(netdev_priv(dev), sum);
	to->tx_packets = sum[TENOVL_A_STATS_TX_PACKETS];
	to->tx_bytes = sum[TENOVL_A_STATS_TX_BYTES];
	to->rx_packets = sum[TENOVL_A_STATS_RX_PACKETS] + sum[TENOVL_A_STATS_PORT_HEAD_PACKETS];
	to->rx_bytes = sum[TENOVL_A_STATS_RX_BYTES] + sum[TENOVL_A_STATS_PORT_HEAD_BYTES];
	for (i = TENOVL_A_STATS_TX_DROP_SHORT; i <= TENOVL_A_STATS_TX_DROP_ERROR; i++)
		to->tx_dropped += sum[i];
	/* What the stack did not take it has counted itself. */
	for (i = TENOVL_A_STATS_RX_DROP_SHORT; i < TENOVL_A_STATS_RX_DROP_STACK; i++)
		to->rx_dropped += sum[i];
	to->tx_dropped += sum[TENOVL_A_STATS_TX_DROP_INNER_HEADER] +
			  sum[TENOVL_A_STATS_TX_DROP_INNER_ROUTE] +
			  sum[TENOVL_A_STATS_TX_DROP_NO_LINK_LOCAL];
	to->rx_dropped += sum[TENOVL_A_STATS_RX_DROP_INNER_HEADER] +
			  sum[TENOVL_A_STATS_RX_DROP_INNER_SOURCE] +
			  sum[TENOVL_A_STATS_RX_DROP_ANYCAST];
	for (i = TENOVL_A_STATS_MOVE_DROP_OVERFLOW; i <= TENOVL_A_STATS_MOVE_DROP_ABORTED; i++)
		to->rx_dropped += sum[i];
	for (i = TENOVL_A_STATS_LATE_DROP_AGAIN; i <= TENOVL_A_STATS_LATE_DROP_PLAIN; i++)
		to->rx_dropped += sum[i];
	to->tx_carrier_errors = sum[TENOVL_A_STATS_TX_DROP_NO_ROUTE];
	to->rx_frame_errors = sum[TENOVL_A_STATS_RX_DROP_ECN];
	to->rx_crc_errors = sum[TENOVL_A_STATS_RX_DROP_CSUM];
	to->rx_length_errors = sum[TENOVL_A_STATS_RX_DROP_SHORT];
}
