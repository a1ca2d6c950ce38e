/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_TABLES_H
#define OVCTL_TABLES_H

#include "../model/model.h"
#include "../store/store.h"
#include "output.h"

extern const struct ovctl_column ovctl_columns_host[];
extern const struct ovctl_column ovctl_columns_tenant[];
extern const struct ovctl_column ovctl_columns_vpc[];
extern const struct ovctl_column ovctl_columns_tunnel[];
extern const struct ovctl_column ovctl_columns_subnet[];
extern const struct ovctl_column ovctl_columns_vm[];
extern const struct ovctl_column ovctl_columns_log[];

json_t *ovctl_record_host(const struct ovctl_host *host);
json_t *ovctl_record_tenant(const struct ovctl_tenant *tenant);
json_t *ovctl_record_vpc(const struct ovctl_tenant *tenant, const struct ovctl_vpc *vpc);
json_t *ovctl_record_tunnel(const struct ovctl_tenant *tenant, const struct ovctl_vpc *a,
			    const struct ovctl_vpc *b);
json_t *ovctl_record_subnet(const struct ovctl_tenant *tenant, const struct ovctl_subnet *subnet);
json_t *ovctl_record_vm(const struct ovctl_tenant *tenant, const struct ovctl_vm *vm);
json_t *ovctl_record_log(const struct ovctl_log_entry *entry);

void ovctl_grid(struct ovctl *ov, const char *title, const struct ovctl_column *columns,
		const json_t *records);
void ovctl_grid_list(struct ovctl *ov, const struct ovctl_column *columns, json_t *records);
void ovctl_grid_one(struct ovctl *ov, const struct ovctl_column *columns, json_t *record);

#endif
