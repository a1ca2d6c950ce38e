// SPDX-License-Identifier: GPL-2.0
/* What commands of the store have in common: open, let in, load, change a copy, check, save. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "password.h"
#include "tables.h"
#include "work.h"

/**
 * ovctl_work_open() - Open the store for a command.
 * @ov: The run.
 * @work: Filled in; to be ended in any case.
 * @id: The tenant, or 0 for the provider.
 * @what: The command, for the log.
 * @make: Make the store where there is none.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_open(struct ovctl *ov, struct ovctl_work *work, uint32_t id, const char *what,
		    bool make)
{
	memset(work, 0, sizeof(*work));
	work->ov = ov;
	work->id = id;
	work->what = what;
	work->who = "root";
	return ovctl_store_open(ov, &work->store, NULL, make);
}

/**
 * ovctl_work_login() - Let the user in, with the password of the tenant or of the provider.
 * @work: The work.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_login(struct ovctl_work *work)
{
	char password[OVCTL_PASSWORD_SIZE];
	char whose[32] = "the provider";
	int ret;

	if (!work->id && !ovctl_store_provider_known(work->ov, work->store))
		return ovctl_fail(work->ov, "the provider has no password yet: \"ovctl provider passwd\" sets one");
	if (work->id)
		snprintf(whose, sizeof(whose), "tenant %u", work->id);
	ret = ovctl_password_ask(work->ov, whose, password);
	if (!ret)
		ret = ovctl_store_login(work->ov, work->store, work->id, password, &work->who);
	sodium_memzero(password, sizeof(password));
	return ret;
}

/**
 * ovctl_work_load() - Keep others from changing the store, and read from it.
 * @work: The work.
 * @id: The tenant to read, or 0 for all.
 *
 * Where the work is a tenant's, that tenant must be there, and a copy of it is made.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_load(struct ovctl_work *work, uint32_t id)
{
	int ret;

	ret = ovctl_store_begin(work->ov, work->store);
	if (ret)
		return ret;
	work->begun = true;
	ret = ovctl_store_load_tenant(work->ov, work->store, id, &work->model);
	if (ret || !work->id)
		return ret;
	work->old = ovctl_model_tenant(&work->model, work->id);
	if (!work->old)
		return ovctl_fail(work->ov, "there is no tenant %u", work->id);
	ovctl_tenant_copy(&work->now, work->old);
	return OVCTL_DONE;
}

/**
 * ovctl_work_tenant() - Begin to work on a tenant.
 * @ov: The run.
 * @work: Filled in; to be ended in any case.
 * @text: The tenant, as the user names it.
 * @what: The command, for the log.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_tenant(struct ovctl *ov, struct ovctl_work *work, const char *text,
		      const char *what)
{
	uint32_t id;
	int ret;

	memset(work, 0, sizeof(*work));
	ret = ovctl_arg_number(ov, "a tenant", text, OVCTL_TENANT_MAX, &id);
	if (!ret)
		ret = ovctl_work_open(ov, work, id, what, false);
	if (!ret)
		ret = ovctl_work_login(work);
	if (!ret)
		ret = ovctl_work_load(work, id);
	return ret;
}

/**
 * ovctl_work_provider() - Begin to work on what is the provider's.
 * @ov: The run.
 * @work: Filled in, with all tenants; to be ended in any case.
 * @what: The command, for the log.
 * @make: Make the store where there is none.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_provider(struct ovctl *ov, struct ovctl_work *work, const char *what, bool make)
{
	int ret;

	ret = ovctl_work_open(ov, work, 0, what, make);
	if (!ret)
		ret = ovctl_work_login(work);
	if (!ret)
		ret = ovctl_work_load(work, 0);
	return ret;
}

/**
 * ovctl_work_check() - Look whether the tenant makes sense as it shall be.
 * @work: The work.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_check(struct ovctl_work *work)
{
	struct ovctl_fault fault;
	char object[64];

	if (ovctl_check_tenant(&work->model, &work->now, &fault))
		return OVCTL_DONE;
	ovctl_fault_object(object, sizeof(object), &work->now, &fault);
	return ovctl_fail(work->ov, "%s: %s", object, fault.text);
}

/**
 * ovctl_work_save() - Make the tenant as it shall be.
 * @work: The work.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_save(struct ovctl_work *work)
{
	int ret;

	ret = ovctl_work_check(work);
	if (ret)
		return ret;
	return ovctl_store_save_tenant(work->ov, work->store, work->who, work->what, work->old,
				       &work->now);
}

/**
 * ovctl_work_pause() - Let others change the store, and forget what was read.
 * @work: The work.
 */
void ovctl_work_pause(struct ovctl_work *work)
{
	ovctl_tenant_free(&work->now);
	ovctl_model_free(&work->model);
	work->old = NULL;
	if (work->begun)
		ovctl_store_end(work->store);
	work->begun = false;
}

/**
 * ovctl_work_end() - End the work.
 * @work: The work.
 */
void ovctl_work_end(struct ovctl_work *work)
{
	ovctl_work_pause(work);
	ovctl_store_close(work->store);
}

/**
 * ovctl_work_subnet() - Find a subnet by its number or its prefix.
 * @work: The work.
 * @text: What the user gives.
 *
 * Return: the subnet as it shall be, or NULL, and the user is told why.
 */
struct ovctl_subnet *ovctl_work_subnet(struct ovctl_work *work, const char *text)
{
	struct ovctl_subnet *found = NULL;
	struct ovctl_cidr cidr;
	uint32_t id;
	unsigned int i;

	if (!strchr(text, '/') && ovctl_number_parse(&id, text)) {
		found = ovctl_tenant_subnet(&work->now, id);
	} else if (ovctl_cidr_parse(&cidr, text)) {
		for (i = 0; i < work->now.n_subnets; i++) {
			struct ovctl_subnet *subnet = &work->now.subnets[i];

			if (!ovctl_cidr_same(&subnet->cidr4, &cidr) &&
			    !ovctl_cidr_same(&subnet->cidr6, &cidr))
				continue;
			if (found) {
				ovctl_fail(work->ov, "%s is the prefix of subnets %u and %u: name one by its number",
					   text, found->id, subnet->id);
				return NULL;
			}
			found = subnet;
		}
	} else {
		ovctl_fail(work->ov, "\"%s\" is not a subnet: its number or its prefix is accepted",
			   text);
		return NULL;
	}
	if (!found)
		ovctl_fail(work->ov, "tenant %u has no subnet %s", work->id, text);
	return found;
}

/**
 * ovctl_work_vpc() - Find a VPC.
 * @work: The work.
 * @text: What the user gives.
 *
 * Return: the VPC as it shall be, or NULL, and the user is told why.
 */
struct ovctl_vpc *ovctl_work_vpc(struct ovctl_work *work, const char *text)
{
	struct ovctl_vpc *vpc;
	uint32_t id;

	if (ovctl_arg_number(work->ov, "a VPC", text, OVCTL_VPC_MAX, &id))
		return NULL;
	vpc = ovctl_tenant_vpc(&work->now, id);
	if (!vpc)
		ovctl_fail(work->ov, "tenant %u has no VPC %u", work->id, id);
	return vpc;
}

/**
 * ovctl_work_vm() - Find a VM.
 * @work: The work.
 * @text: What the user gives.
 *
 * Return: the VM as it shall be, or NULL, and the user is told why.
 */
struct ovctl_vm *ovctl_work_vm(struct ovctl_work *work, const char *text)
{
	struct ovctl_vm *vm = ovctl_tenant_vm_named(&work->now, text);

	if (!vm)
		ovctl_fail(work->ov, "tenant %u has no VM \"%s\"", work->id, text);
	return vm;
}

/**
 * ovctl_work_host() - Find a host.
 * @work: The work.
 * @text: What the user gives, or NULL for one that is chosen.
 *
 * Return: the host, or NULL, and the user is told why.
 */
struct ovctl_host *ovctl_work_host(struct ovctl_work *work, const char *text)
{
	struct ovctl_host *host;

	host = text ? ovctl_model_host(&work->model, text) : ovctl_default_host(&work->model);
	if (!host && text)
		ovctl_fail(work->ov, "there is no host \"%s\"", text);
	else if (!host)
		ovctl_fail(work->ov, "every host is drained: name one");
	return host;
}

/**
 * ovctl_work_first_host() - Add a host where there is none: the machine itself.
 * @work: The work, loaded.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_first_host(struct ovctl_work *work)
{
	struct ovctl_host *host;

	if (work->model.n_hosts)
		return OVCTL_DONE;
	host = ovctl_model_add_host(&work->model, "local");
	ovctl_default_lab(&work->model, host);
	return ovctl_store_save_host(work->ov, work->store, work->who, "host add local", host);
}

/**
 * ovctl_work_told() - End the work, and tell what it has gathered.
 * @work: The work.
 * @ret: How it went so far; where it failed nothing is told.
 * @columns: The columns of the text.
 * @records: What was gathered; taken over.
 *
 * Return: @ret.
 */
int ovctl_work_told(struct ovctl_work *work, int ret, const struct ovctl_column *columns,
		    json_t *records)
{
	struct ovctl *ov = work->ov;

	ovctl_work_end(work);
	if (!ret)
		ovctl_grid_list(ov, columns, json_incref(records));
	json_decref(records);
	return ret;
}

/**
 * ovctl_work_passwd() - Take another password, and keep it.
 * @work: The work, with whoever may do that let in.
 * @id: The tenant, or 0 for the provider.
 * @first: There was none yet.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_passwd(struct ovctl_work *work, uint32_t id, bool first)
{
	char password[OVCTL_PASSWORD_SIZE] = "";
	char whose[32] = "the provider";
	int ret;

	if (id)
		snprintf(whose, sizeof(whose), "tenant %u", id);
	ret = ovctl_password_new(work->ov, whose, first, password);
	if (!ret)
		ret = ovctl_store_passwd(work->ov, work->store, work->who, id, password);
	sodium_memzero(password, sizeof(password));
	return ret;
}

/**
 * ovctl_work_show() - Show objects of a tenant.
 * @ov: The run.
 * @args: The command; its words are the tenant, and one of the objects or none.
 * @columns: The columns of the text.
 * @gather: Appends the record of the object that is named, or of all for NULL.
 * @argc: How many words.
 * @argv: The words.
 *
 * Return: an ovctl_exit.
 */
int ovctl_work_show(struct ovctl *ov, struct ovctl_args *args, const struct ovctl_column *columns,
		    int (*gather)(struct ovctl_work *work, const char *name, json_t *records),
		    int argc, char **argv)
{
	struct ovctl_option options[] = { { 0 } };
	json_t *records = json_array();
	struct ovctl_work work = { 0 };
	int ret;

	ret = ovctl_options_parse(ov, args, options, argc, argv);
	if (!ret)
		ret = ovctl_work_tenant(ov, &work, args->words[0], args->what);
	if (!ret)
		ret = gather(&work, args->words[1], records);
	return ovctl_work_told(&work, ret, columns, records);
}

static int ovctl_goes(const struct ovctl_diff *diff, void *arg)
{
	const struct ovctl_subnet *subnet = diff->old;
	const struct ovctl_subnet *now = diff->now;
	FILE *out = arg;
	unsigned int i;
	uint32_t id = 0;

	if (diff->old)
		memcpy(&id, diff->old, sizeof(id));
	if (diff->object == OVCTL_OBJECT_SUBNET && diff->fate == OVCTL_FATE_CHANGED)
		for (i = 0; i < subnet->n_vpcs; i++)
			if (!ovctl_subnet_in(now, subnet->vpcs[i]))
				fprintf(out, "  subnet %u in VPC %u, and its tunnels\n", id,
					subnet->vpcs[i]);
	if (diff->fate != OVCTL_FATE_REMOVED)
		return 0;
	switch (diff->object) {
	case OVCTL_OBJECT_TENANT:
		fprintf(out, "  tenant %u\n", id);
		break;
	case OVCTL_OBJECT_VPC:
		fprintf(out, "  VPC %u, and its tunnels\n", id);
		break;
	case OVCTL_OBJECT_LINK:
		fprintf(out, "  link %u-%u\n", id, ((const struct ovctl_pair *)diff->old)->b);
		break;
	case OVCTL_OBJECT_SUBNET:
		fprintf(out, "  subnet %u, and its tunnels\n", id);
		break;
	case OVCTL_OBJECT_VM:
		fprintf(out, "  VM %s\n", ((const struct ovctl_vm *)diff->old)->name);
		break;
	}
	return 0;
}

/* What goes, as text; owned by the caller. */
static char *ovctl_work_goes(struct ovctl_work *work,
			     void (*cut)(struct ovctl_work *work, void *arg), void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (cut)
		cut(work, arg);
	ovctl_tenant_diff(work->old, cut ? &work->now : NULL, ovctl_goes, out);
	fclose(out);
	return text;
}

/**
 * ovctl_work_delete() - Tell what goes, have the user agree, and cut it off.
 * @work: The work on a tenant.
 * @question: What the user is asked.
 * @yes: The user has agreed already.
 * @cut: Cuts it off the tenant as it shall be; NULL where all of the tenant goes.
 * @arg: Its argument.
 *
 * The store is not held while the user thinks. What goes afterwards is what was told, or nothing.
 *
 * Return: an ovctl_exit; the tenant is loaded and cut then, and not yet saved.
 */
int ovctl_work_delete(struct ovctl_work *work, const char *question, bool yes,
		      void (*cut)(struct ovctl_work *work, void *arg), void *arg)
{
	char *told = ovctl_work_goes(work, cut, arg);
	char *goes = NULL;
	int ret;

	ovctl_work_pause(work);
	fprintf(work->ov->json ? work->ov->err : work->ov->out, "This goes:\n%s", told ? told : "");
	ret = ovctl_confirm(work->ov, yes, question);
	if (!ret)
		ret = ovctl_work_load(work, work->id);
	if (!ret) {
		goes = ovctl_work_goes(work, cut, arg);
		if (!told || !goes || strcmp(told, goes))
			ret = ovctl_fail(work->ov, "tenant %u has changed meanwhile: nothing is deleted",
					 work->id);
	}
	free(goes);
	free(told);
	return ret;
}
