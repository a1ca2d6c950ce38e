// SPDX-License-Identifier: GPL-2.0
/* Requests that grow: several addresses of one command, and consecutive lines of
 * a batch that do the same to the same device, travel in one message.
 */
#include <linux/tenovl.h>
#include <stdlib.h>
#include <string.h>

#include "../south/genl.h"
#include "bulk.h"

/**
 * ovctl_bulk_flush() - Send the request that is still growing, if there is one.
 * @ov: The run.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_bulk_flush(struct ovctl *ov)
{
	struct ovctl_request *rq = ov->pending;
	struct ovctl_reply rp = { 0 };
	int ret;

	if (!rq)
		return OVCTL_DONE;
	ov->pending = NULL;
	ret = ovctl_genl_do(ov, rq, &rp);
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/* A second line about an object has to wait for the first one's request. */
static bool ovctl_bulk_names_any(const struct ovctl_request *rq, const struct ovctl_addr *list,
				 unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (ovctl_request_names(rq, &list[i]))
			return true;
	return false;
}

/* The pending request is for the same command on the same device. */
static bool ovctl_bulk_alike(const struct ovctl_request *rq, uint8_t cmd, const char *what)
{
	return rq && rq->cmd == cmd && !strcmp(rq->what, what);
}

/* The request to add to: the one that grows, or a new one. */
static struct ovctl_request *ovctl_bulk_request(struct ovctl *ov, uint8_t cmd,
						const char *what, const char *dev_name,
						const struct ovctl_addr *list,
						unsigned int count, size_t size)
{
	struct ovctl_request *rq = ov->pending;
	struct ovctl_dev dev;

	if (ovctl_bulk_alike(rq, cmd, what) && ovctl_request_fits(rq, size) &&
	    !ovctl_bulk_names_any(rq, list, count))
		return rq;
	if (ovctl_bulk_flush(ov) || ovctl_dev_find(ov, dev_name, &dev))
		return NULL;
	rq = ovctl_genl_request(ov, cmd, NLM_F_ACK, &dev);
	if (rq && !ovctl_request_fits(rq, size)) {
		ovctl_fail(ov, "out of memory");
		ovctl_request_free(rq);
		rq = NULL;
	}
	if (rq)
		ovctl_request_name(rq, "%s", what);
	ov->pending = rq;
	return rq;
}

/**
 * ovctl_bulk_add() - Let a request grow by one command.
 * @ov: The run.
 * @cmd: TENOVL_CMD_*.
 * @nest: TENOVL_A_PEER, _FDB or _ROUTE.
 * @name: The command's name.
 * @dev_name: The device.
 * @keys: The addresses, with commas between them.
 * @settings: What holds for all of them.
 *
 * All of one command goes into one message, so that it is carried out whole or
 * not at all.
 *
 * Return: OVCTL_DONE, or another ovctl_exit after having said what is wrong.
 */
int ovctl_bulk_add(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		   const char *dev_name, const char *keys,
		   const struct ovctl_settings *settings)
{
	const struct ovctl_set *set = ovctl_spec_attr(&ovctl_set_top, nest)->nested;
	struct ovctl_value key = { .attr = ovctl_spec_attr(set, set->key) };
	struct ovctl_request *rq;
	struct ovctl_addr *list;
	unsigned int count;
	unsigned int i;
	char what[96];
	size_t size;
	int ret;

	ret = ovctl_list_parse(ov, key.attr, keys, &list, &count);
	if (ret)
		goto out_free;
	/* Each entry costs its nest, its key and its settings. */
	size = count * (64 + ovctl_values_size(settings->values, settings->count));
	if (size > OVCTL_REQUEST_MAX - 256) {
		ret = ovctl_misuse(ov, "%u addresses are too many for one command", count);
		goto out_free;
	}
	snprintf(what, sizeof(what), "%s %s", name, dev_name);
	rq = ovctl_bulk_request(ov, cmd, what, dev_name, list, count, size);
	ret = OVCTL_FAILED;
	if (!rq)
		goto out_free;
	for (i = 0; i < count; i++) {
		key.addr = list[i];
		if (!ovctl_request_entry(rq, nest, &key, settings->values, settings->count,
					 ov->line)) {
			ovctl_fail(ov, "out of memory");
			ovctl_request_free(rq);
			ov->pending = NULL;
			goto out_free;
		}
	}
	ret = OVCTL_DONE;
out_free:
	free(list);
	return ret;
}
