// SPDX-License-Identifier: GPL-2.0
/* Calls to the family tenovl. */
#include <errno.h>
#include <linux/tenovl.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "genl.h"
#include "../ovctl.h"
#include "wire.h"

/**
 * ovctl_genl_open() - Open the way to the family, once.
 * @ov: The run.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_genl_open(struct ovctl *ov)
{
	int ret;

	if (ov->genl)
		return OVCTL_DONE;
	ret = ovctl_wire_open(&ov->genl, NETLINK_GENERIC);
	if (ret)
		return ovctl_fail(ov, "no netlink socket: %s", strerror(-ret));
	ret = ovctl_wire_family(ov->genl, TENOVL_FAMILY_NAME);
	if (ret >= 0) {
		ov->family = ret;
		return OVCTL_DONE;
	}
	ovctl_wire_close(ov->genl);
	ov->genl = NULL;
	if (ret == -ENOENT)
		return ovctl_fail(ov, "the tenovl module is not loaded: modprobe tenovl");
	return ovctl_fail(ov, "the kernel does not tell its netlink families");
}

/**
 * ovctl_genl_request() - Begin a request, having opened the way to the family.
 * @ov: The run.
 * @cmd: TENOVL_CMD_*.
 * @flags: NLM_F_*.
 * @dev: The device, or NULL.
 *
 * Return: the request, or NULL after having said why.
 */
struct ovctl_request *ovctl_genl_request(struct ovctl *ov, uint8_t cmd, int flags,
					 const struct ovctl_dev *dev)
{
	struct ovctl_request *rq;

	if (ovctl_genl_open(ov))
		return NULL;
	rq = ovctl_request_new(cmd, flags, dev);
	if (!rq)
		ovctl_fail(ov, "out of memory");
	return rq;
}

/**
 * ovctl_genl_call() - Send a request and gather the whole answer.
 * @ov: The run.
 * @rq: The request.
 * @rp: The answer; to be freed by the caller.
 *
 * Return: 0 or a negative error number, as in @rp.
 */
int ovctl_genl_call(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp)
{
	struct nlmsghdr *nlh = nlmsg_hdr(rq->msg);
	const void *buf;
	ssize_t n;

	nlh->nlmsg_type = ov->family;
	nlh->nlmsg_seq = ++ov->seq;
	ovctl_reply_init(rp, ov->seq, (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	rp->error = ov->genl->send(ov->genl, nlh, nlh->nlmsg_len);
	if (rp->error)
		return rp->error;
	while (!rp->done) {
		n = ov->genl->recv(ov->genl, &buf);
		if (n == -EINTR)
			continue;
		if (n < 0) {
			rp->error = n;
			break;
		}
		ovctl_reply_feed(rp, buf, n);
	}
	return rp->error;
}

/**
 * ovctl_genl_refused() - Tell the user what the kernel refused and why.
 * @ov: The run.
 * @rq: The request.
 * @rp: The answer.
 *
 * Return: OVCTL_FAILED.
 */
int ovctl_genl_refused(struct ovctl *ov, const struct ovctl_request *rq,
		       const struct ovctl_reply *rp)
{
	unsigned int line = ov->line;
	char text[768];
	int entry;

	ovctl_reply_sentence(text, sizeof(text), &entry, rp, rq);
	if (rq->entries)
		ov->line = rq->lines[entry >= 0 && entry < (int)rq->entries ? entry : 0];
	ovctl_say(ov, "%s%s", rp->error ? "" : "warning: ", text);
	ov->line = line;
	return OVCTL_FAILED;
}

/**
 * ovctl_genl_do() - Carry out a request, and tell the user of a refusal.
 * @ov: The run.
 * @rq: The request.
 * @rp: The answer; to be freed by the caller.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_genl_do(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp)
{
	if (ovctl_genl_call(ov, rq, rp))
		return ovctl_genl_refused(ov, rq, rp);
	if (rp->refusal.text[0])
		ovctl_genl_refused(ov, rq, rp);
	return OVCTL_DONE;
}

/**
 * ovctl_genl_change() - Have one object changed.
 * @ov: The run.
 * @cmd: TENOVL_CMD_*.
 * @what: The command in the user's words, with what names the object.
 * @dev: The device.
 * @nest: The attribute that holds the object, or 0 where the request has none.
 * @key: The value that names the object, or NULL.
 * @values: Its other values.
 * @count: How many.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_genl_change(struct ovctl *ov, uint8_t cmd, const char *what,
		      const struct ovctl_dev *dev, uint16_t nest, const struct ovctl_value *key,
		      const struct ovctl_value *values, unsigned int count)
{
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, cmd, NLM_F_ACK, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "%s", what);
	if (!nest || ovctl_request_nest(rq, nest, key, values, count))
		ret = ovctl_genl_do(ov, rq, &rp);
	else
		ret = ovctl_fail(ov, "out of memory");
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/**
 * ovctl_genl_dump() - Read a table, again where it changed meanwhile.
 * @ov: The run.
 * @rq: The request, made with NLM_F_DUMP.
 * @rp: The answer; to be freed by the caller.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED. A table that never stood still is shown
 * as it was read last, with a warning.
 */
int ovctl_genl_dump(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp)
{
	unsigned int tries = OVCTL_DUMP_TRIES;
	int err;

	for (;;) {
		err = ovctl_genl_call(ov, rq, rp);
		if (err && err != -EINTR)
			return ovctl_genl_refused(ov, rq, rp);
		if (!err && !rp->interrupted)
			return OVCTL_DONE;
		if (!--tries)
			break;
		ovctl_reply_free(rp);
	}
	ovctl_say(ov, "warning: %s: the table changed while it was read, %u times in a row",
		  rq->what, OVCTL_DUMP_TRIES);
	return OVCTL_DONE;
}

/**
 * ovctl_dev_from() - Read which device a message is about.
 * @dev: Filled in.
 * @nlh: The message.
 *
 * Return: false where the message names none.
 */
bool ovctl_dev_from(struct ovctl_dev *dev, const struct nlmsghdr *nlh)
{
	struct nlattr *attr = nlmsg_attrdata(nlh, GENL_HDRLEN);
	int len = nlmsg_attrlen(nlh, GENL_HDRLEN);
	struct nlattr *pos;

	memset(dev, 0, sizeof(*dev));
	dev->nsid = -1;
	if (len <= 0)
		return false;
	pos = nla_find(attr, len, TENOVL_A_IFINDEX);
	if (pos && nla_len(pos) >= (int)sizeof(uint32_t))
		dev->ifindex = nla_get_u32(pos);
	pos = nla_find(attr, len, TENOVL_A_NETNS_ID);
	if (pos && nla_len(pos) >= (int)sizeof(int32_t))
		dev->nsid = nla_get_s32(pos);
	pos = nla_find(attr, len, TENOVL_A_IFNAME);
	if (pos)
		nla_strlcpy(dev->name, pos, sizeof(dev->name));
	pos = nla_find(attr, len, TENOVL_A_DEV);
	if (pos)
		dev->far_underlay = nla_find(nla_data(pos), nla_len(pos),
					     TENOVL_A_DEV_UNDERLAY_NETNS_ID);
	return dev->ifindex;
}

/**
 * ovctl_devs_forget() - Forget the devices seen last.
 * @ov: The run.
 */
void ovctl_devs_forget(struct ovctl *ov)
{
	if (ov->devs)
		free(ov->devs->list);
	free(ov->devs);
	ov->devs = NULL;
}

static struct ovctl_devs *ovctl_devs_from(const struct ovctl_reply *rp)
{
	struct ovctl_devs *devs = calloc(1, sizeof(*devs));
	const struct nlmsghdr *nlh = NULL;
	unsigned int count = 0;

	if (!devs)
		return NULL;
	while ((nlh = ovctl_reply_next(rp, nlh)))
		count++;
	devs->list = calloc(count ? count : 1, sizeof(*devs->list));
	if (!devs->list) {
		free(devs);
		return NULL;
	}
	while ((nlh = ovctl_reply_next(rp, nlh)))
		if (ovctl_dev_from(&devs->list[devs->count], nlh))
			devs->count++;
	return devs;
}

/**
 * ovctl_devs_read() - Read which devices there are.
 * @ov: The run.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_devs_read(struct ovctl *ov)
{
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	ovctl_devs_forget(ov);
	rq = ovctl_genl_request(ov, TENOVL_CMD_DEV_GET, NLM_F_DUMP, NULL);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "dev show");
	ret = ovctl_genl_dump(ov, rq, &rp);
	if (!ret) {
		ov->devs = ovctl_devs_from(&rp);
		if (!ov->devs)
			ret = ovctl_fail(ov, "out of memory");
	}
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

static unsigned int ovctl_devs_match(const struct ovctl_devs *devs, const char *name,
				     struct ovctl_dev *dev)
{
	unsigned int found = 0;
	unsigned int i;

	for (i = 0; devs && i < devs->count; i++)
		if (!strcmp(devs->list[i].name, name) && !found++)
			*dev = devs->list[i];
	return found;
}

/**
 * ovctl_dev_find() - Find a device by its name.
 * @ov: The run.
 * @name: The name.
 * @dev: Filled in.
 *
 * A batch reads the devices once; they are read again when a name is not found.
 *
 * Return: OVCTL_DONE, or OVCTL_FAILED after having said why.
 */
int ovctl_dev_find(struct ovctl *ov, const char *name, struct ovctl_dev *dev)
{
	unsigned int found = ovctl_devs_match(ov->devs, name, dev);

	if (!found) {
		if (ovctl_devs_read(ov))
			return OVCTL_FAILED;
		found = ovctl_devs_match(ov->devs, name, dev);
	}
	if (!found)
		return ovctl_fail(ov, "\"%s\" is not a tenovl device of this namespace or of an underlay here",
				  name);
	if (found > 1)
		return ovctl_fail(ov, "\"%s\" is the name of %u devices in different namespaces: give -n with the namespace of the one meant",
				  name, found);
	return OVCTL_DONE;
}
