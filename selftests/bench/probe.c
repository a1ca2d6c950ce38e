// SPDX-License-Identifier: GPL-2.0
/*
 * Probes a millisecond apart while something fails, for failover.sh.
 *
 * One process has sockets in all places, so that there is one clock: UDP at the
 * head (10.1.0.1) and at the remote host (10.1.0.2), and raw ones at the two legs
 * of the VM (10.1.0.3), which are va and vb. The VM sends by the leg that it is
 * told to and hears by both, so whatever is delivered twice is seen twice. The VM
 * has no addresses; all neighbours are permanent entries that the caller makes.
 *
 * A child carries out the cause in the head's namespace. It stamps the time first,
 * and it may sleep in the kernel while the probes go on.
 *
 * Where legs follow events there are probes as well that the VM sends by both legs at
 * once: of these exactly one copy must arrive, whatever the VM knows and whenever it
 * learns it.
 *
 * Stations at access ports, where a namespace of theirs is given, are raw sockets too: "port" is
 * the NIC that is itself a port of the device, "veth" is behind an enslaved device. No cause has
 * anything to do with them, so that every probe of theirs must arrive, once and in order.
 *
 * The probes have real-time priority, so that nothing comes between the two copies, and
 * with a preemptible kernel they go on in the middle of the cause as well.
 *
 * Events of "ovctl -j monitor" are read from standard input: the first that says
 * that a port was selected is the notification, and where legs follow events (-e)
 * the VM sends by leg a when that port's name ends with a, else by leg b, from
 * then on. Without -e the VM changes its leg with the cause (-o), or never.
 *
 * usage: probe [options] VM-NETNS HEAD-NETNS REMOTE-NETNS ACTION...
 *	-l a|b		the leg that the VM uses first
 *	-e		the event is expected, and legs follow it
 *	-o		the VM uses the other leg from the cause on
 *	-b MS -a MS	for how long before the cause, and after it and the event
 *	-p US		a further delay of the cause
 *	-s NETNS	where the stations at access ports are
 *	-f ACTION	carried out before anything is sent; up to four of them
 *	-g PATH		where each lost probe is told
 *
 * Actions: down:DEV up:DEV del:DEV free:DEV join:DEV:BRIDGE, and bpdu-vm:ROOT
 * bpdu-remote:ROOT, a message of the spanning tree protocol whose root has that
 * priority, sent by leg a or by the remote host's s1.
 *
 * Prints one line: see tell().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS	1000000LL
#define MAGIC	0x70726f62
#define PORT	7000
#define MAX_SEQ	20000
#define WARM_MS	50	/* addresses are learned then; not counted */
#define DRAIN_MS 200	/* what is under way at the end arrives */
#define WAIT_MS	15000	/* for an event */

enum end { VM, HEAD, REMOTE, STATION_PORT, STATION_VETH, ENDS };

struct probe {
	int64_t sent;
	uint8_t got;
	uint8_t leg;
};

static struct flow {
	const char *name;
	enum end from, to;
	bool flood;		/* to all */
	bool both;		/* by both legs at once; only with -e */
	bool overheard;		/* sends nothing: head-all, as another one hears it */
	int64_t next;
	int n;			/* sent */
	int last;		/* the highest that arrived */
	int reordered;
	struct probe *probe;
} flows[] = {
	{ "vm-head", VM, HEAD },
	{ "head-vm", HEAD, VM },
	{ "vm-remote", VM, REMOTE },
	{ "remote-vm", REMOTE, VM },
	{ "head-all", HEAD, VM, .flood = true },
	{ "both-head", VM, HEAD, .both = true },
	{ "both-remote", VM, REMOTE, .both = true },
	{ "head-remote", HEAD, REMOTE },
	{ "remote-head", REMOTE, HEAD },
	{ "port-head", STATION_PORT, HEAD },
	{ "head-port", HEAD, STATION_PORT },
	{ "port-remote", STATION_PORT, REMOTE },
	{ "remote-port", REMOTE, STATION_PORT },
	{ "veth-head", STATION_VETH, HEAD },
	{ "head-veth", HEAD, STATION_VETH },
	{ "veth-remote", STATION_VETH, REMOTE },
	{ "remote-veth", REMOTE, STATION_VETH },
	{ "head-all-port", HEAD, STATION_PORT, .flood = true, .overheard = true },
	{ "head-all-veth", HEAD, STATION_VETH, .flood = true, .overheard = true },
};

#define FLOWS ((int)(sizeof(flows) / sizeof(flows[0])))

struct payload {
	uint32_t magic, flow, seq, leg;
	uint8_t rest[48];
};

struct frame {
	struct ethhdr eth;
	struct {
		uint8_t vihl, tos;
		uint16_t len, id, frag;
		uint8_t ttl, proto;
		uint16_t csum;
		uint32_t src, dst;
	} __attribute__((packed)) ip;
	struct {
		uint16_t src, dst, len, csum;
	} udp;
	struct payload payload;
} __attribute__((packed));

/* What child and parent tell each other. */
static struct shared {
	volatile int64_t caused, done;
	volatile int failed, leg;
} *shared;

static const char *names[ENDS];
static int leg[2], first_leg;
/* By whose place it is: UDP at head and remote host, raw ones of the stations, or -1. */
static int at_end[ENDS] = { -1, -1, -1, -1, -1 };
static bool follow, oracle;
static int64_t heard = -1;
static char said[32] = "-";
static int missed;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static void sleep_until(int64_t t)
{
	struct timespec ts = { t / (1000 * MS), t % (1000 * MS) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static void enter(enum end end)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", names[end]);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static void roomy(int fd)
{
	int bytes = 8 << 20;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		die("SO_RCVBUFFORCE");
}

/* The last byte of either address. */
static const uint8_t number[ENDS] = { [VM] = 3, [HEAD] = 1, [REMOTE] = 2, [STATION_PORT] = 4,
				      [STATION_VETH] = 5 };

static bool is_station(enum end end)
{
	return end >= STATION_PORT;
}

static uint32_t address(enum end end)
{
	return htonl(0x0a010000 | number[end]);
}

static void mac(uint8_t *to, enum end end)
{
	const uint8_t is[ETH_ALEN] = { 2, 0, 0, 0, 1, number[end] };

	memcpy(to, is, ETH_ALEN);
}

static int open_udp(enum end end)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = address(end),
	};
	int fd, one = 1;

	enter(end);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)))
		die("UDP socket");
	roomy(fd);
	return fd;
}

/* Of the namespace that the caller is in. */
static int open_raw(const char *dev, int protocol)
{
	struct sockaddr_ll here = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	int fd;

	here.sll_ifindex = if_nametoindex(dev);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	if (!here.sll_ifindex || fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)))
		die(dev);
	roomy(fd);
	return fd;
}

/* --- causes, in the child ---------------------------------------------------------- */

static void set_up(const char *dev, bool up)
{
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		die(dev);
	ifr.ifr_flags = up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		die(dev);
	close(fd);
}

static unsigned int index_of(const char *dev)
{
	unsigned int index = if_nametoindex(dev);

	if (!index)
		die(dev);
	return index;
}

/* One request about a device; MASTER 0 for none, -1 where it is not about that. */
static void rtnl(int type, const char *dev, int master)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
		struct rtattr a;
		uint32_t master;
	} req = {
		.h = { .nlmsg_len = sizeof(req), .nlmsg_type = type,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.a = { .rta_len = RTA_LENGTH(4), .rta_type = IFLA_MASTER },
		.master = master,
	};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[4096];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	req.i.ifi_index = index_of(dev);
	if (master < 0)
		req.h.nlmsg_len = NLMSG_LENGTH(sizeof(req.i));
	if (send(fd, &req, req.h.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		die("rtnetlink");
	errno = -answer.e.error;
	if (errno)
		die(dev);
	close(fd);
}

/* Root of that priority, cost 0; times in 1/256 s: age 0 of 40 s, hello 2 s, delay 0.25 s. */
static void bpdu(enum end from, const char *root)
{
	uint8_t frame[60] = {
		0x01, 0x80, 0xc2, 0, 0, 0,
		[12] = 0, 38, 0x42, 0x42, 0x03,
		[22] = 0, 0, 2, 0, 0, 0, 0, 0xff,
		[34] = 0x40, 0, 2, 0, 0, 0, 2, 0,
		[42] = 0x80, 1, 0, 0, 40, 0, 2, 0, 0, 64,
	};
	unsigned int priority = strtoul(root, NULL, 0);
	int fd;

	frame[22] = priority >> 8;
	frame[23] = priority;
	/* The bridge that sends, of which the remote host's is the better one. */
	mac(frame + ETH_ALEN, from);
	mac(frame + 36, from);
	enter(from);
	fd = open_raw(from == VM ? "va" : "s1", ETH_P_802_2);
	if (send(fd, frame, sizeof(frame), 0) != sizeof(frame))
		die("BPDU");
	close(fd);
	enter(HEAD);
}

static void act(const char *action)
{
	char text[128], *what, *dev, *rest;

	snprintf(text, sizeof(text), "%s", action);
	what = strtok_r(text, ":", &rest);
	dev = strtok_r(NULL, ":", &rest);
	if (!what || !dev) {
		fprintf(stderr, "probe: no action: %s\n", action);
		exit(2);
	}
	if (!strcmp(what, "down"))
		set_up(dev, false);
	else if (!strcmp(what, "up"))
		set_up(dev, true);
	else if (!strcmp(what, "del"))
		rtnl(RTM_DELLINK, dev, -1);
	else if (!strcmp(what, "free"))
		rtnl(RTM_NEWLINK, dev, 0);
	else if (!strcmp(what, "join"))
		rtnl(RTM_NEWLINK, dev, index_of(rest));
	else if (!strcmp(what, "bpdu-vm"))
		bpdu(VM, dev);
	else if (!strcmp(what, "bpdu-remote"))
		bpdu(REMOTE, dev);
	else {
		fprintf(stderr, "probe: no action: %s\n", action);
		exit(2);
	}
}

static void cause_at(int64_t t, char **actions)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter(HEAD);
	sleep_until(t);
	shared->caused = now();
	if (oracle)
		shared->leg = !shared->leg;
	for (; *actions; actions++)
		act(*actions);
	shared->done = now();
	_exit(0);
}

/* --- probes ------------------------------------------------------------------------ */

static uint16_t ip_checksum(const void *data, int len)
{
	uint32_t sum = 0;
	uint16_t word;
	int i;

	for (i = 0; i < len; i += 2) {
		memcpy(&word, (const char *)data + i, 2);
		sum += word;
	}
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void send_raw(const struct flow *flow, const struct payload *payload, int fd)
{
	struct frame f = {
		.eth.h_proto = htons(ETH_P_IP),
		.ip = { .vihl = 0x45, .ttl = 64, .proto = IPPROTO_UDP,
			.len = htons(sizeof(f) - sizeof(f.eth)),
			.src = address(flow->from), .dst = address(flow->to) },
		.udp = { htons(PORT), htons(PORT), htons(sizeof(f.udp) + sizeof(f.payload)), 0 },
		.payload = *payload,
	};

	mac(f.eth.h_dest, flow->to);
	mac(f.eth.h_source, flow->from);
	f.ip.csum = ip_checksum(&f.ip, sizeof(f.ip));
	/* One that cannot be sent is lost. */
	if (send(fd, &f, sizeof(f), 0) < 0)
		errno = 0;
}

static void send_leg(const struct flow *flow, struct payload payload, int by)
{
	payload.leg = by;
	send_raw(flow, &payload, leg[by]);
}

static void send_udp(const struct flow *flow, const struct payload *payload)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = flow->flood ? htonl(0x0a0100ff) : address(flow->to),
	};

	if (sendto(at_end[flow->from], payload, sizeof(*payload), 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		errno = 0;
}

/* Who else is to hear what was sent to all. */
static void note_overhearing(const struct flow *sent)
{
	struct flow *flow;

	for (flow = flows; flow < flows + FLOWS; flow++)
		if (flow->overheard && at_end[flow->to] >= 0)
			flow->probe[flow->n++].sent = sent->probe[sent->n - 1].sent;
}

static void send_one(struct flow *flow)
{
	struct payload payload = { MAGIC, flow - flows, flow->n };

	if (flow->n == MAX_SEQ) {
		fprintf(stderr, "probe: too long\n");
		exit(2);
	}
	flow->probe[flow->n++].sent = now();
	if (flow->both) {
		send_leg(flow, payload, 0);
		send_leg(flow, payload, 1);
	} else if (flow->from == VM) {
		send_leg(flow, payload, shared->leg);
	} else if (is_station(flow->from)) {
		send_raw(flow, &payload, at_end[flow->from]);
	} else {
		if (flow->flood)
			note_overhearing(flow);
		send_udp(flow, &payload);
	}
}

/* A sender that comes too late leaves out what it missed. */
static void send_due(void)
{
	struct flow *flow;

	for (flow = flows; flow < flows + FLOWS; flow++) {
		if (flow->next > now())
			continue;
		send_one(flow);
		for (flow->next += MS; flow->next <= now(); flow->next += MS)
			missed++;
	}
}

/* What was sent as that flow, and is heard here. */
static struct flow *flow_at(int sent, enum end at)
{
	struct flow *flow = &flows[sent];

	if (flow->to == at || !flow->flood)
		return flow;
	for (flow = flows; flow < flows + FLOWS; flow++)
		if (flow->overheard && flow->to == at)
			return flow;
	return &flows[sent];
}

static void arrived(const struct payload *payload, enum end at, int by)
{
	struct flow *flow;
	struct probe *probe;
	int seq = payload->seq;

	if (payload->magic != MAGIC || payload->flow >= FLOWS)
		return;
	flow = flow_at(payload->flow, at);
	if (flow->to != at || seq >= flow->n)
		return;
	probe = &flow->probe[seq];
	probe->leg = by;
	if (probe->got++)
		return;
	if (seq < flow->last)
		flow->reordered++;
	else
		flow->last = seq;
}

static void hear_udp(enum end at)
{
	struct payload payload;

	while (recv(at_end[at], &payload, sizeof(payload), 0) == sizeof(payload))
		arrived(&payload, at, payload.leg);
}

static void hear_raw(int fd, enum end at, int by)
{
	struct payload payload;
	struct frame f;
	uint8_t us[ETH_ALEN];
	ssize_t len;

	mac(us, at);
	while ((len = recv(fd, &f, sizeof(f), 0)) > 0) {
		if (len != sizeof(f) || f.ip.proto != IPPROTO_UDP ||
		    (!(f.eth.h_dest[0] & 1) && memcmp(f.eth.h_dest, us, ETH_ALEN)))
			continue;
		payload = f.payload;
		arrived(&payload, at, by);
	}
}

/* A value of a line of JSON as the monitor prints it. */
static bool value_of(const char *line, const char *key, char *to, size_t size)
{
	char want[40];
	const char *at;

	snprintf(want, sizeof(want), "\"%s\":\"", key);
	at = strstr(line, want);
	if (!at)
		return false;
	at += strlen(want);
	snprintf(to, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

static void hear_line(const char *line)
{
	char event[32], port[32];

	if (!shared->caused || !value_of(line, "event", event, sizeof(event)) ||
	    strcmp(event, "port-selected"))
		return;
	if (heard < 0)
		heard = now();
	/* Of a bridge that is deleted the device learns only after its ports have moved. */
	value_of(line, "cause", said, sizeof(said));
	if (follow && value_of(line, "port-name", port, sizeof(port)))
		shared->leg = port[strlen(port) - 1] != 'a';
}

static void hear_monitor(void)
{
	static char text[65536];
	static size_t len;
	ssize_t n = read(0, text + len, sizeof(text) - 1 - len);
	char *end, *at = text;

	if (n <= 0)
		return;
	len += n;
	text[len] = 0;
	for (; (end = strchr(at, '\n')); at = end + 1) {
		*end = 0;
		hear_line(at);
	}
	len -= at - text;
	memmove(text, at, len);
}

/* Sleeps until T or until something is there, and takes it. */
static void hear(int64_t t)
{
	struct pollfd fds[] = {
		{ 0, POLLIN, 0 }, { at_end[HEAD], POLLIN, 0 }, { at_end[REMOTE], POLLIN, 0 },
		{ leg[0], POLLIN, 0 }, { leg[1], POLLIN, 0 },
		{ at_end[STATION_PORT], POLLIN, 0 }, { at_end[STATION_VETH], POLLIN, 0 },
	};
	int64_t left = t - now();
	struct timespec ts = { 0 };

	if (left > 0) {
		ts.tv_sec = left / (1000 * MS);
		ts.tv_nsec = left % (1000 * MS);
	}
	if (ppoll(fds, sizeof(fds) / sizeof(fds[0]), &ts, NULL) <= 0)
		return;
	if (fds[0].revents & POLLIN)
		hear_monitor();
	hear_udp(HEAD);
	hear_udp(REMOTE);
	hear_raw(leg[0], VM, 0);
	hear_raw(leg[1], VM, 1);
	if (names[STATION_PORT]) {
		hear_raw(at_end[STATION_PORT], STATION_PORT, 0);
		hear_raw(at_end[STATION_VETH], STATION_VETH, 0);
	}
}

static int64_t next_due(void)
{
	int64_t first = INT64_MAX;
	int i;

	for (i = 0; i < FLOWS; i++)
		if (flows[i].next < first)
			first = flows[i].next;
	return first;
}

/* The end of the probes as far as it is known. */
static int64_t end_of(int64_t t, int64_t after)
{
	if (!shared->done)
		return INT64_MAX;
	if (follow && heard < 0)
		return shared->done + WAIT_MS * MS;
	if (heard > shared->done)
		return heard + after;
	return t < shared->done + after ? shared->done + after : t;
}

static bool is_sent(const struct flow *flow)
{
	if (flow->overheard || (flow->both && !follow))
		return false;
	return names[flow->from] && names[flow->to];
}

static void run(int64_t start, int64_t after)
{
	int64_t t;
	int i;

	for (i = 0; i < FLOWS; i++)
		flows[i].next = is_sent(&flows[i]) ? start + i * MS / FLOWS : INT64_MAX;
	for (t = now(); t < end_of(t, after); t = now()) {
		hear(next_due());
		send_due();
		if (shared->failed)
			exit(2);
	}
	for (t = now() + DRAIN_MS * MS; now() < t;)
		hear(t);
}

/* --- what is found ----------------------------------------------------------------- */

static struct {
	int sent, before[2], after[2], dup, reordered, astray;
	int both_before, both_after, both_moved;
	int others_lost, others_odd;
	int stations_sent, stations_lost, stations_odd;
	int64_t outage;
	bool recovered;
} sum = { .recovered = true };

/* From the first lost probe to the first after the last lost one. */
static void count_outage(const struct flow *flow, int first, int last)
{
	int64_t outage;

	if (first < 0)
		return;
	if (last == flow->n - 1) {
		sum.recovered = false;
		outage = flow->probe[last].sent - flow->probe[first].sent;
	} else {
		outage = flow->probe[last + 1].sent - flow->probe[first].sent;
	}
	if (outage > sum.outage)
		sum.outage = outage;
}

static void tell_lost(FILE *log, const struct flow *flow, int64_t sent)
{
	if (!log)
		return;
	fprintf(log, "%s,%.3f,", flow->name, (double)(sent - shared->caused) / MS);
	if (heard >= 0)
		fprintf(log, "%.3f", (double)(sent - heard) / MS);
	fputc('\n', log);
}

static void count_both(const struct flow *flow, int64_t since, int64_t from, FILE *log)
{
	const struct probe *probe;

	for (probe = flow->probe; probe < flow->probe + flow->n; probe++) {
		sum.both_moved += probe->got && probe->leg != first_leg;
		if (probe->sent < from)
			continue;
		sum.dup += probe->got > 1;
		if (probe->got)
			continue;
		tell_lost(log, flow, probe->sent);
		if (probe->sent < since)
			sum.both_before++;
		else
			sum.both_after++;
	}
	sum.reordered += flow->reordered;
}

static bool has_station(const struct flow *flow)
{
	return is_station(flow->from) || is_station(flow->to);
}

static void count(struct flow *flow, int64_t from, FILE *log)
{
	bool vm = flow->from == VM || flow->to == VM;
	int64_t since = heard >= 0 ? heard : shared->caused;
	int first = -1, last = -1, i, to_vm = flow->to == VM, dup = 0;
	struct probe *probe;

	if (flow->both) {
		count_both(flow, since, from, log);
		return;
	}
	for (i = 0; i < flow->n; i++) {
		probe = &flow->probe[i];
		if (probe->sent < from)
			continue;
		if (vm)
			sum.sent++;
		else if (has_station(flow))
			sum.stations_sent++;
		if (probe->got) {
			dup += probe->got > 1;
			/* The port that carries traffic is another one now. */
			if (follow && to_vm && probe->sent > since && probe->leg != shared->leg)
				sum.astray++;
			continue;
		}
		tell_lost(log, flow, probe->sent);
		if (has_station(flow))
			sum.stations_lost++;
		else if (!vm)
			sum.others_lost++;
		else if (probe->sent < since)
			sum.before[to_vm]++;
		else
			sum.after[to_vm]++;
		first = first < 0 ? i : first;
		last = i;
	}
	if (vm) {
		sum.dup += dup;
		sum.reordered += flow->reordered;
		count_outage(flow, first, last);
	} else if (has_station(flow)) {
		sum.stations_odd += dup + flow->reordered;
	} else {
		sum.others_odd += dup + flow->reordered;
	}
}

/* sent,missed: probes from and to the VM; what the sender came too late for
 * said,heard: the device's cause; microseconds from the cause to the notification, or -1
 * before,after: lost, sent before that and from then on: from the VM, then to the VM
 * dup,reordered,astray: of the VM's; the last came by the leg that was left, after that
 * others_lost,others_odd: between head and remote host; the last twice or reordered
 * outage,recovered: microseconds, the longest of the VM's flows; 0 where it never ended
 * took: microseconds that the actions took
 * both_before,both_after: lost of those that the VM sends by both legs, as above
 * both_moved: how many of them arrived by the leg that was not the first
 * stations_sent,stations_lost,stations_odd: from and to the stations at access ports; the last
 *	twice or reordered
 */
static void tell(void)
{
	printf("%d,%d,%s,%lld,%d,%d,%d,%d,%d,%d,%d,%d,%d,%lld,%d,%lld,%d,%d,%d,%d,%d,%d\n",
	       sum.sent, missed, said, heard < 0 ? -1 : (long long)(heard - shared->caused) / 1000,
	       sum.before[0], sum.before[1], sum.after[0], sum.after[1],
	       sum.dup, sum.reordered, sum.astray, sum.others_lost, sum.others_odd,
	       (long long)sum.outage / 1000, sum.recovered,
	       (long long)(shared->done - shared->caused) / 1000,
	       sum.both_before, sum.both_after, sum.both_moved,
	       sum.stations_sent, sum.stations_lost, sum.stations_odd);
}

static void on_child(int sig)
{
	int status;

	(void)sig;
	if (waitpid(-1, &status, WNOHANG) > 0 && status)
		shared->failed = 1;
}

static void open_all(void)
{
	at_end[HEAD] = open_udp(HEAD);
	at_end[REMOTE] = open_udp(REMOTE);
	enter(VM);
	leg[0] = open_raw("va", ETH_P_IP);
	leg[1] = open_raw("vb", ETH_P_IP);
	if (names[STATION_PORT]) {
		enter(STATION_PORT);
		at_end[STATION_PORT] = open_raw("port", ETH_P_IP);
		at_end[STATION_VETH] = open_raw("veth", ETH_P_IP);
	}
	enter(HEAD);
}

static struct {
	int64_t before, after, late;
	const char *first[4], *log;
	int firsts;
} wanted = { .before = 100, .after = 200 };

static void explain(void)
{
	fprintf(stderr, "usage: probe [options] VM HEAD REMOTE ACTION...\n");
	exit(2);
}

static void take(int option)
{
	switch (option) {
	case 'l':
		first_leg = shared->leg = *optarg == 'b';
		break;
	case 'e':
		follow = true;
		break;
	case 'o':
		oracle = true;
		break;
	case 'b':
		wanted.before = atoi(optarg);
		break;
	case 'a':
		wanted.after = atoi(optarg);
		break;
	case 'p':
		wanted.late = atoi(optarg);
		break;
	case 's':
		names[STATION_PORT] = names[STATION_VETH] = optarg;
		break;
	case 'f':
		if (wanted.firsts < 4)
			wanted.first[wanted.firsts++] = optarg;
		break;
	case 'g':
		wanted.log = optarg;
		break;
	default:
		explain();
	}
}

static void begin(int argc, char **argv)
{
	int option, i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	while ((option = getopt(argc, argv, "l:eob:a:p:s:f:g:")) != -1)
		take(option);
	if (argc - optind < 4)
		explain();
	for (i = 0; i < 3; i++)
		names[i] = argv[optind + i];
	for (i = 0; i < FLOWS; i++) {
		flows[i].probe = calloc(MAX_SEQ, sizeof(struct probe));
		if (!flows[i].probe)
			die("calloc");
	}
	prctl(PR_SET_TIMERSLACK, 1);
	signal(SIGCHLD, on_child);
}

static void count_all(int64_t from)
{
	FILE *log = NULL;
	int i;

	if (wanted.log) {
		log = fopen(wanted.log, "w");
		if (!log)
			die(wanted.log);
	}
	for (i = 0; i < FLOWS; i++)
		count(&flows[i], from, log);
	if (log)
		fclose(log);
}

int main(int argc, char **argv)
{
	struct sched_param priority = { .sched_priority = 1 };
	int64_t start;
	int i;

	begin(argc, argv);
	open_all();
	for (i = 0; i < wanted.firsts; i++)
		act(wanted.first[i]);
	start = now() + 10 * MS;
	cause_at(start + (WARM_MS + wanted.before) * MS + wanted.late * 1000, argv + optind + 3);
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		die("SCHED_FIFO");
	run(start, wanted.after * MS);
	count_all(start + WARM_MS * MS);
	tell();
	return 0;
}
