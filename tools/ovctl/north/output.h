/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OVCTL_OUTPUT_H
#define OVCTL_OUTPUT_H

#include <jansson.h>

#include "../ovctl.h"

/**
 * enum ovctl_cell - What a value is, where its JSON type does not tell.
 * @OVCTL_CELL_PLAIN: What it looks like.
 * @OVCTL_CELL_LINK: The index of an interface of this namespace.
 * @OVCTL_CELL_FAR_LINK: The index of an interface of another namespace.
 */
enum ovctl_cell {
	OVCTL_CELL_PLAIN,
	OVCTL_CELL_LINK,
	OVCTL_CELL_FAR_LINK,
};

/**
 * struct ovctl_column - A column of a text table.
 * @head: Its head.
 * @key: The key of the record; "a.b" for b of the record a.
 * @width: Its least width.
 */
struct ovctl_column {
	const char *head;
	const char *key;
	int width;
};

/**
 * struct ovctl_table - Something that prints records, as text or as JSON.
 * @ov: The run.
 * @columns: The columns of the text, ended by one without a head.
 * @rows: Print one row for each value of a record instead: its key and itself.
 * @count: Records printed.
 */
struct ovctl_table {
	struct ovctl *ov;
	const struct ovctl_column *columns;
	bool rows;
	unsigned int count;
};

void ovctl_table_begin(struct ovctl_table *table, struct ovctl *ov,
		       const struct ovctl_column *columns, bool rows);
void ovctl_table_record(struct ovctl_table *table, json_t *rec);
void ovctl_table_end(struct ovctl_table *table);
void ovctl_output_line(struct ovctl *ov, json_t *rec);
void ovctl_cell_text(char *buf, size_t size, const json_t *value, enum ovctl_cell cell);

#endif
