// SPDX-License-Identifier: GPL-2.0
/*
 * The only program of the guest that is migrated: it loads the NIC's modules, takes an address,
 * answers pings, sends back what comes by TCP port 7, and writes to its memory.
 *
 * On the kernel's command line:
 *	station.ip=A.B.C.D	the address of eth0, of a /24
 *	station.fill=MB		memory that is filled with what is not zero
 *	station.dirty=KB	as much of it is written to again each second
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PORT 7
#define PAGE 4096
#define TICK_MS 20
#define QUEUE (8 << 20)
#define SEND_TRIES 5000

static char cmdline[4096];

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("station: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static void die(const char *what)
{
	say("cannot %s: %m", what);
	reboot(RB_POWER_OFF);
	pause();
}

static void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static void mounts(void)
{
	int fd;

	if (mount("proc", "/proc", "proc", 0, NULL) || mount("dev", "/dev", "devtmpfs", 0, NULL))
		die("mount");
	fd = open("/dev/console", O_RDWR);
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = open("/proc/cmdline", O_RDONLY);
	if (fd < 0 || read(fd, cmdline, sizeof(cmdline) - 1) < 0)
		die("read the command line");
	close(fd);
}

/* What stands behind a word of the command line, or "". */
static const char *word(const char *name)
{
	static char value[64];
	const char *at = strstr(cmdline, name);

	value[0] = 0;
	if (at)
		sscanf(at + strlen(name), "%63s", value);
	return value;
}

static void load_modules(void)
{
	FILE *list = fopen("/modules/list", "r");
	char path[256];
	int fd;

	if (!list)
		die("find the modules");
	while (fscanf(list, "%255s", path) == 1) {
		fd = open(path, O_RDONLY);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			die(path);
		close(fd);
	}
	fclose(list);
}

static void nic_up(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tries = 1000;
	struct ifreq req = { .ifr_name = "eth0" };

	while (ioctl(fd, SIOCGIFFLAGS, &req) && tries--)
		nap(TICK_MS);
	inet_pton(AF_INET, word("station.ip="), &sin.sin_addr);
	memcpy(&req.ifr_addr, &sin, sizeof(sin));
	if (ioctl(fd, SIOCSIFADDR, &req))
		die("set the address");
	sin.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&req.ifr_netmask, &sin, sizeof(sin));
	if (ioctl(fd, SIOCSIFNETMASK, &req))
		die("set the netmask");
	req.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &req))
		die("set eth0 up");
	close(fd);
}

/* The kernel drops an answer that it has no room for, where pings that waited for the guest come all
 * at once and the emulator takes its time (OutDiscards in /proc/net/snmp). Here it is sent again.
 */
static int take_pings(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), queue = QUEUE, one = 1, knob;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue)) ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one)))
		die("take pings");
	knob = open("/proc/sys/net/ipv4/icmp_echo_ignore_all", O_WRONLY);
	if (knob < 0 || write(knob, "1", 1) != 1)
		die("keep the kernel from answering pings");
	close(knob);
	return fd;
}

static uint16_t folded(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? at[i] : at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void pong(int fd)
{
	struct sockaddr_in from;
	uint8_t data[2048];
	struct iphdr *ip = (struct iphdr *)data;
	struct icmphdr *icmp;
	ssize_t got, head;
	unsigned int tries;
	socklen_t len;

	for (;;) {
		len = sizeof(from);
		got = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &len);
		head = ip->ihl * 4;
		icmp = (struct icmphdr *)(data + head);
		if (got < head + (ssize_t)sizeof(*icmp) || icmp->type != ICMP_ECHO)
			continue;
		icmp->type = ICMP_ECHOREPLY;
		icmp->checksum = 0;
		icmp->checksum = htons(~folded(icmp, got - head));
		for (tries = 0; tries < SEND_TRIES; tries++) {
			if (sendto(fd, icmp, got - head, 0, (struct sockaddr *)&from, len) >= 0)
				break;
			/* Errors that wait to be told are told once, and not here. */
			recv(fd, data + sizeof(data) / 2, sizeof(data) / 2, MSG_ERRQUEUE | MSG_DONTWAIT);
			nap(1);
		}
	}
}

static void echo(int fd)
{
	char data[65536];
	ssize_t got, at, sent;

	while ((got = read(fd, data, sizeof(data))) > 0)
		for (at = 0; at < got; at += sent) {
			sent = write(fd, data + at, got - at);
			if (sent <= 0)
				return;
		}
}

static void serve(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, conn;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || listen(fd, 16))
		die("listen");
	say("ready");
	while ((conn = accept(fd, NULL, NULL)) >= 0) {
		setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (fork() == 0) {
			echo(conn);
			_exit(0);
		}
		close(conn);
	}
	die("accept");
}

/* Every word differs, so that no page is one of zeros and none is like another. */
static uint64_t *fill(size_t bytes)
{
	uint64_t *mem = mmap(NULL, bytes + PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t x = 0x9e3779b97f4a7c15u;
	size_t i;

	if (mem == MAP_FAILED)
		die("get memory");
	for (i = 0; i < bytes / sizeof(x); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		mem[i] = x;
	}
	return mem;
}

static void dirty(uint64_t *mem, size_t bytes, size_t kb_a_second)
{
	size_t pages = bytes / PAGE, each = kb_a_second * 1024 / PAGE * TICK_MS / 1000, at = 0, i;

	for (;;) {
		nap(TICK_MS);
		for (i = 0; pages && i < each; i++, at = (at + 1) % pages)
			mem[at * PAGE / sizeof(*mem)]++;
	}
}

int main(void)
{
	size_t bytes, rate;
	uint64_t *mem;
	int pings;

	mounts();
	load_modules();
	bytes = strtoul(word("station.fill="), NULL, 10) << 20;
	rate = strtoul(word("station.dirty="), NULL, 10);
	signal(SIGCHLD, SIG_IGN);
	mem = fill(bytes);
	pings = take_pings();
	nic_up();
	if (fork() == 0)
		pong(pings);
	if (fork() == 0)
		dirty(mem, bytes, rate);
	serve();
	return 0;
}
