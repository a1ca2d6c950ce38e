/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_CHECK_H
#define OVCTL_CHECK_H

#include "diff.h"

#define OVCTL_WHY_SIZE 256

/**
 * struct ovctl_fault - Why something is not accepted.
 * @object: What is at fault.
 * @id: Its number; of a link its lower VPC.
 * @id2: The higher VPC of a link.
 * @field: What of it, as the topology names it, or NULL for all of it.
 * @text: The reason, a sentence that can stand behind the object's name.
 */
struct ovctl_fault {
	enum ovctl_object object;
	uint32_t id;
	uint32_t id2;
	const char *field;
	char text[OVCTL_WHY_SIZE];
};

/* Words of the command line and of the topology. */
extern const char *const ovctl_words_switch[];
extern const char *const ovctl_words_transport[];
extern const char *const ovctl_words_encap[];
extern const char *const ovctl_words_attach[];

/* What a text is meant to be. Where it is not, @why tells in words that can stand behind it. */
bool ovctl_field_number(uint32_t *num, const char *text, uint32_t min, uint32_t max, char *why);
bool ovctl_field_word(unsigned int *word, const char *text, const char *const *words, char *why);
bool ovctl_field_name(const char *text, char *why);
bool ovctl_field_link(const char *text, char *why);
bool ovctl_field_netns(const char *text, char *why);
bool ovctl_field_cidr(struct ovctl_cidr *cidr, const char *text, char *why);
bool ovctl_field_addr(struct ovctl_addr *addr, const char *text, char *why);
bool ovctl_field_mac(struct ovctl_addr *mac, const char *text, char *why);

/* What is left open. */
struct ovctl_host *ovctl_default_host(const struct ovctl_model *model);
void ovctl_default_lab(const struct ovctl_model *model, struct ovctl_host *host);
uint32_t ovctl_default_subnet_id(const struct ovctl_tenant *tenant,
				 const struct ovctl_cidr *cidr);
uint32_t ovctl_default_vm_id(const struct ovctl_tenant *tenant);
uint32_t ovctl_default_vpc_id(const struct ovctl_tenant *tenant);
void ovctl_default_gateways(struct ovctl_subnet *subnet);
void ovctl_place_vpc(struct ovctl_tenant *tenant, struct ovctl_vpc *vpc, struct ovctl_host *host);
bool ovctl_default_vm(const struct ovctl_tenant *tenant, struct ovctl_vm *vm,
		      struct ovctl_fault *fault);

/* What is wanted as a whole. */
bool ovctl_check_host(const struct ovctl_model *model, const struct ovctl_host *host,
		      struct ovctl_fault *fault);
bool ovctl_check_tenant(const struct ovctl_model *model, const struct ovctl_tenant *tenant,
			struct ovctl_fault *fault);
bool ovctl_same_place(const struct ovctl_vm *a, const struct ovctl_vm *b);
void ovctl_fault_object(char *buf, size_t size, const struct ovctl_tenant *tenant,
			const struct ovctl_fault *fault);

#endif
