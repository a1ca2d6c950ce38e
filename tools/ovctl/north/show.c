// SPDX-License-Identifier: GPL-2.0
/* Showing what the family answers. */
#include <errno.h>
#include <linux/tenovl.h>
#include <stdlib.h>
#include <string.h>

#include "../south/record.h"
#include "bulk.h"
#include "show.h"

/**
 * struct ovctl_show - A walk over an answer.
 * @table: What prints it.
 * @ifname: The device's name, where the answer does not repeat it.
 */
struct ovctl_show {
	struct ovctl_table *table;
	const char *ifname;
};

/* The name comes first, whoever told it. */
static int ovctl_show_record(json_t *rec, void *arg)
{
	struct ovctl_show *show = arg;
	json_t *named;
	int ret = 0;

	if (!show->ifname || json_object_get(rec, "ifname")) {
		ovctl_table_record(show->table, rec);
		return 0;
	}
	named = json_object();
	if (!named || json_object_set_new(named, "ifname", json_string(show->ifname)) ||
	    json_object_update(named, rec))
		ret = -ENOMEM;
	else
		ovctl_table_record(show->table, named);
	json_decref(named);
	return ret;
}

/**
 * ovctl_show_reply() - Print all objects of an answer.
 * @table: What prints them.
 * @rp: The answer.
 * @nest: The attribute that holds an object.
 * @ifname: The device's name, or NULL where the answer tells it.
 *
 * Return: OVCTL_DONE or OVCTL_FAILED.
 */
int ovctl_show_reply(struct ovctl_table *table, const struct ovctl_reply *rp, uint16_t nest,
		     const char *ifname)
{
	struct ovctl_show show = { .table = table, .ifname = ifname };
	const struct nlmsghdr *nlh = NULL;

	while ((nlh = ovctl_reply_next(rp, nlh)))
		if (ovctl_record_each(nlh, nest, ovctl_show_record, &show))
			return ovctl_fail(table->ov, "out of memory");
	return OVCTL_DONE;
}

/* One device's table. Where all devices are shown one may be gone by now. */
static int ovctl_show_dev(struct ovctl_table *table, uint8_t cmd, uint16_t nest,
			  const char *name, const struct ovctl_dev *dev, bool may_be_gone)
{
	struct ovctl *ov = table->ov;
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, cmd, NLM_F_DUMP, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "%s %s", name, dev->name);
	if (may_be_gone && ovctl_genl_call(ov, rq, &rp) == -ENODEV) {
		ret = OVCTL_DONE;
		goto out_free;
	}
	if (!may_be_gone || rp.error || rp.interrupted) {
		ovctl_reply_free(&rp);
		ret = ovctl_genl_dump(ov, rq, &rp);
		if (ret)
			goto out_free;
	}
	ret = ovctl_show_reply(table, &rp, nest, dev->name);
out_free:
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

static int ovctl_show_all(struct ovctl_table *table, uint8_t cmd, uint16_t nest,
			  const char *name)
{
	struct ovctl_devs *devs = table->ov->devs;
	unsigned int i;
	int ret;

	for (i = 0; i < devs->count; i++) {
		ret = ovctl_show_dev(table, cmd, nest, name, &devs->list[i], true);
		if (ret)
			return ret;
	}
	return OVCTL_DONE;
}

/**
 * ovctl_show_key() - Show one object of a device.
 * @ov: The run.
 * @cmd: What asks for it.
 * @nest: The attribute that holds it.
 * @name: The command's name.
 * @dev: The device.
 * @columns: The columns of the text.
 * @key: What names it: the first value, and what else belongs to that.
 * @count: How many values that are.
 *
 * Return: an ovctl_exit.
 */
int ovctl_show_key(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		   const struct ovctl_dev *dev, const struct ovctl_column *columns,
		   const struct ovctl_value *key, unsigned int count)
{
	struct ovctl_table table = { .ov = ov };
	struct ovctl_reply rp = { 0 };
	struct ovctl_request *rq;
	int ret;

	rq = ovctl_genl_request(ov, cmd, NLM_F_ACK, dev);
	if (!rq)
		return OVCTL_FAILED;
	ovctl_request_name(rq, "%s %s", name, dev->name);
	if (!ovctl_request_entry(rq, nest, key, key + 1, count - 1, ov->line))
		ret = ovctl_fail(ov, "out of memory");
	else
		ret = ovctl_genl_do(ov, rq, &rp);
	if (!ret) {
		ovctl_table_begin(&table, ov, columns, false);
		ret = ovctl_show_reply(&table, &rp, nest, dev->name);
		ovctl_table_end(&table);
	}
	ovctl_reply_free(&rp);
	ovctl_request_free(rq);
	return ret;
}

/* The one that has this address. */
static int ovctl_show_one(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
			  const struct ovctl_dev *dev, const struct ovctl_column *columns,
			  const char *text)
{
	const struct ovctl_set *set = ovctl_spec_attr(&ovctl_set_top, nest)->nested;
	struct ovctl_value key = { .attr = ovctl_spec_attr(set, set->key) };
	struct ovctl_addr *list;
	unsigned int count;
	int ret;

	ret = ovctl_list_parse(ov, key.attr, text, &list, &count);
	key.addr = ret ? key.addr : list[0];
	free(list);
	if (ret)
		return ret;
	if (count > 1)
		return ovctl_misuse(ov, "%s takes one address", name);
	return ovctl_show_key(ov, cmd, nest, name, dev, columns, &key, 1);
}

/**
 * ovctl_show_objects() - Carry out "peer show", "fdb show" or "route show", or "port
 * show" of all.
 * @ov: The run.
 * @cmd: TENOVL_CMD_PEER_GET, _FDB_GET, _ROUTE_GET or _PORT_GET.
 * @nest: TENOVL_A_PEER, _FDB, _ROUTE or _PORT.
 * @name: The command's name.
 * @columns: The columns of the text.
 * @argc: How many words follow the command.
 * @argv: The words: nothing, a device, or a device and an address.
 *
 * Return: an ovctl_exit.
 */
int ovctl_show_objects(struct ovctl *ov, uint8_t cmd, uint16_t nest, const char *name,
		       const struct ovctl_column *columns, int argc, char **argv)
{
	struct ovctl_table table = { .ov = ov };
	struct ovctl_dev dev;
	int ret;

	if (argc > 2)
		return ovctl_misuse(ov, "\"%s\" is more than %s takes: see ovctl %s --help", argv[2],
				    name, name);
	ret = argc ? ovctl_dev_find(ov, argv[0], &dev) : ovctl_devs_read(ov);
	if (ret)
		return ret;
	if (argc == 2)
		return ovctl_show_one(ov, cmd, nest, name, &dev, columns, argv[1]);
	ovctl_table_begin(&table, ov, columns, false);
	if (argc)
		ret = ovctl_show_dev(&table, cmd, nest, name, &dev, false);
	else
		ret = ovctl_show_all(&table, cmd, nest, name);
	ovctl_table_end(&table);
	return ret;
}
