/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_GENL_H
#define OVCTL_GENL_H

#include "reply.h"
#include "request.h"

struct ovctl;

/**
 * struct ovctl_devs - The devices that the caller may name.
 * @count: How many.
 * @list: The devices.
 */
struct ovctl_devs {
	unsigned int count;
	struct ovctl_dev *list;
};

/* A dump that changed under way is read again this often before it is shown as it is. */
#define OVCTL_DUMP_TRIES 5

int ovctl_genl_open(struct ovctl *ov);
struct ovctl_request *ovctl_genl_request(struct ovctl *ov, uint8_t cmd, int flags,
					 const struct ovctl_dev *dev);
int ovctl_genl_call(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp);
int ovctl_genl_do(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp);
int ovctl_genl_change(struct ovctl *ov, uint8_t cmd, const char *what,
		      const struct ovctl_dev *dev, uint16_t nest, const struct ovctl_value *key,
		      const struct ovctl_value *values, unsigned int count);
int ovctl_genl_dump(struct ovctl *ov, struct ovctl_request *rq, struct ovctl_reply *rp);
int ovctl_genl_refused(struct ovctl *ov, const struct ovctl_request *rq,
		       const struct ovctl_reply *rp);

int ovctl_devs_read(struct ovctl *ov);
void ovctl_devs_forget(struct ovctl *ov);
bool ovctl_dev_from(struct ovctl_dev *dev, const struct nlmsghdr *nlh);
int ovctl_dev_find(struct ovctl *ov, const char *name, struct ovctl_dev *dev);

#endif
