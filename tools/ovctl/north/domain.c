// SPDX-License-Identifier: GPL-2.0
/* What libvirt tells of a guest, as far as it matters here: its interfaces.
 *
 *	<domain><devices><interface><mac address="..."/><target dev="..."/></interface>...
 */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"

/* A guest's description takes some ten thousand bytes. */
#define OVCTL_DOMAIN_CHUNK 16384

static const char *const ovctl_domain_way[] = { "domain", "devices", "interface" };

#define OVCTL_DOMAIN_WAY (sizeof(ovctl_domain_way) / sizeof(ovctl_domain_way[0]))

/**
 * struct ovctl_domain - A description that is being read.
 * @nics: The interfaces so far.
 * @depth: How many elements are open.
 * @way: How many of these, from the outermost, are those that lead to an interface.
 */
struct ovctl_domain {
	struct ovctl_nics *nics;
	unsigned int depth;
	unsigned int way;
};

static const char *ovctl_domain_value(const XML_Char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (!strcmp(attributes[0], name))
			return attributes[1];
	return NULL;
}

static void ovctl_domain_nic(struct ovctl_nics *nics)
{
	nics->list = ovctl_grow(nics->list, nics->count, sizeof(*nics->list));
	memset(&nics->list[nics->count++], 0, sizeof(*nics->list));
}

/* Directly in an interface. */
static void ovctl_domain_inside(struct ovctl_nic *nic, const XML_Char *name,
				const XML_Char **attributes)
{
	const char *mac = strcmp(name, "mac") ? NULL : ovctl_domain_value(attributes, "address");
	const char *dev = strcmp(name, "target") ? NULL : ovctl_domain_value(attributes, "dev");

	if (mac && !ovctl_mac_parse(&nic->mac, mac))
		memset(&nic->mac, 0, sizeof(nic->mac));
	if (dev && strlen(dev) < sizeof(nic->link))
		snprintf(nic->link, sizeof(nic->link), "%s", dev);
}

static void XMLCALL ovctl_domain_start(void *data, const XML_Char *name,
				       const XML_Char **attributes)
{
	struct ovctl_domain *domain = data;

	if (domain->depth == OVCTL_DOMAIN_WAY && domain->way == OVCTL_DOMAIN_WAY)
		ovctl_domain_inside(&domain->nics->list[domain->nics->count - 1], name,
				    attributes);
	if (domain->depth == domain->way && domain->way < OVCTL_DOMAIN_WAY &&
	    !strcmp(name, ovctl_domain_way[domain->way]) && ++domain->way == OVCTL_DOMAIN_WAY)
		ovctl_domain_nic(domain->nics);
	domain->depth++;
}

static void XMLCALL ovctl_domain_end(void *data, const XML_Char *name)
{
	struct ovctl_domain *domain = data;

	(void)name;
	domain->depth--;
	if (domain->way > domain->depth)
		domain->way = domain->depth;
}

static int ovctl_domain_parse(struct ovctl *ov, FILE *in, XML_Parser parser)
{
	char buf[OVCTL_DOMAIN_CHUNK];
	size_t len;

	do {
		len = fread(buf, 1, sizeof(buf), in);
		if (XML_Parse(parser, buf, len, !len) != XML_STATUS_ERROR)
			continue;
		return ovctl_fail(ov, "the description of a guest on standard input, line %lu: %s",
				  (unsigned long)XML_GetCurrentLineNumber(parser),
				  XML_ErrorString(XML_GetErrorCode(parser)));
	} while (len);
	return OVCTL_DONE;
}

/**
 * ovctl_domain_read() - Read which interfaces a guest has.
 * @ov: The run.
 * @in: Where libvirt's description of it comes from.
 * @nics: Filled in, also where this fails; to be freed.
 *
 * Return: an ovctl_exit.
 */
int ovctl_domain_read(struct ovctl *ov, FILE *in, struct ovctl_nics *nics)
{
	struct ovctl_domain domain = { .nics = nics };
	XML_Parser parser = XML_ParserCreate(NULL);
	int ret;

	memset(nics, 0, sizeof(*nics));
	if (!parser)
		return ovctl_fail(ov, "out of memory");
	XML_SetUserData(parser, &domain);
	XML_SetElementHandler(parser, ovctl_domain_start, ovctl_domain_end);
	ret = ovctl_domain_parse(ov, in, parser);
	XML_ParserFree(parser);
	return ret;
}

/**
 * ovctl_nics_free() - Free them.
 * @nics: The interfaces.
 */
void ovctl_nics_free(struct ovctl_nics *nics)
{
	free(nics->list);
	memset(nics, 0, sizeof(*nics));
}
