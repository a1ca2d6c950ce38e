// SPDX-License-Identifier: GPL-2.0
/* What the databases hold. A step that has been released is never changed: a new one follows.
 *
 * Foreign keys wait for the end of the transaction, and nothing cascades: what goes with what is
 * decided in the model, told to the user, and only then written.
 */
#include "db.h"

static const char *const ovctl_steps_provider[] = {
	/* passwd: the provider's credential; ops and memory: what a new hash costs. last_*: the
	 * numbers given out last. A number is given out again only when all others have been, so
	 * that a host which has not heard of a change does not take the new owner for the old.
	 */
	"CREATE TABLE meta ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	kind TEXT NOT NULL CHECK (kind = 'provider'),"
	"	version INTEGER NOT NULL CHECK (version > 0),"
	"	passwd TEXT,"
	"	ops INTEGER NOT NULL CHECK (ops BETWEEN 1 AND 4294967295),"
	"	memory INTEGER NOT NULL CHECK (memory BETWEEN 8192 AND 4294967296),"
	"	last_low INTEGER NOT NULL CHECK (last_low BETWEEN 0 AND 65535),"
	"	last_high INTEGER NOT NULL CHECK (last_high BETWEEN 65535 AND 16777215)"
	") STRICT;"
	"INSERT INTO meta VALUES (1, 'provider', 1, NULL, 2, 67108864, 0, 65535);"

	"CREATE TABLE hosts ("
	"	name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 32),"
	"	netns TEXT NOT NULL CHECK (length(netns) < 64),"
	"	vtep TEXT NOT NULL UNIQUE,"
	"	uplink TEXT NOT NULL CHECK (length(uplink) < 16),"
	"	addr TEXT UNIQUE,"
	"	nexthop TEXT,"
	"	router TEXT NOT NULL CHECK (length(router) < 64),"
	"	machine TEXT NOT NULL CHECK (length(machine) < 64),"
	"	remote INTEGER NOT NULL CHECK (remote IN (0, 1)),"
	"	drained INTEGER NOT NULL CHECK (drained IN (0, 1)),"
	"	last_vtep TEXT"
	") STRICT, WITHOUT ROWID;"

	/* All but present: begun, and finished or undone by whoever comes next. */
	"CREATE TABLE tenants ("
	"	id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),"
	"	state TEXT NOT NULL CHECK (state IN ('adding', 'undoing', 'present', 'deleting')),"
	"	passwd TEXT NOT NULL"
	") STRICT;"

	/* subnet 0: the transit; -1: the mesh. */
	"CREATE TABLE vnis ("
	"	vni INTEGER PRIMARY KEY,"
	"	tenant INTEGER NOT NULL REFERENCES tenants (id) DEFERRABLE INITIALLY DEFERRED,"
	"	subnet INTEGER NOT NULL CHECK (subnet BETWEEN -1 AND 65535),"
	"	UNIQUE (tenant, subnet),"
	"	CHECK (CASE WHEN subnet > 0 THEN vni BETWEEN 65536 AND 16777215"
	"	       ELSE vni BETWEEN 1 AND 65535 END)"
	") STRICT;"

	/* A VPC that moves has two for a moment. */
	"CREATE TABLE vteps ("
	"	addr TEXT PRIMARY KEY,"
	"	host TEXT NOT NULL REFERENCES hosts (name) DEFERRABLE INITIALLY DEFERRED,"
	"	tenant INTEGER NOT NULL REFERENCES tenants (id) DEFERRABLE INITIALLY DEFERRED,"
	"	vpc INTEGER NOT NULL CHECK (vpc BETWEEN 1 AND 65535)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX vteps_tenant ON vteps (tenant);"
	"CREATE INDEX vteps_host ON vteps (host);"

	"CREATE TABLE log ("
	"	id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	at INTEGER NOT NULL,"
	"	who TEXT NOT NULL,"
	"	uid INTEGER NOT NULL,"
	"	tenant INTEGER NOT NULL,"
	"	what TEXT NOT NULL,"
	"	state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'undone', 'refused'))"
	") STRICT;"
	"CREATE INDEX log_tenant ON log (tenant);"
	"CREATE INDEX log_begun ON log (state) WHERE state = 'begun';"

	"CREATE TABLE logins ("
	"	who TEXT PRIMARY KEY,"
	"	failures INTEGER NOT NULL CHECK (failures > 0),"
	"	until INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",
};

const struct ovctl_schema ovctl_schema_provider = {
	.kind = "provider",
	.steps = ovctl_steps_provider,
	.count = 1,
};

static const char *const ovctl_steps_tenant[] = {
	/* change: the line of the provider's log that was carried out last. */
	"CREATE TABLE meta ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	kind TEXT NOT NULL CHECK (kind = 'tenant'),"
	"	version INTEGER NOT NULL CHECK (version > 0),"
	"	tenant INTEGER NOT NULL CHECK (tenant BETWEEN 0 AND 2147483647),"
	"	change INTEGER NOT NULL"
	") STRICT;"
	"INSERT INTO meta VALUES (1, 'tenant', 1, 0, 0);"

	"CREATE TABLE settings ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	transport TEXT NOT NULL CHECK (transport IN ('direct', 'gre')),"
	"	overlay INTEGER NOT NULL CHECK (overlay IN (0, 1)),"
	"	transit_vni INTEGER NOT NULL CHECK (transit_vni BETWEEN 1 AND 65535),"
	"	mesh_vni INTEGER NOT NULL CHECK (mesh_vni BETWEEN 1 AND 65535"
	"					 AND mesh_vni != transit_vni)"
	") STRICT;"

	"CREATE TABLE vpcs ("
	"	id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),"
	"	host TEXT NOT NULL CHECK (length(host) BETWEEN 1 AND 32),"
	"	vtep TEXT NOT NULL UNIQUE,"
	"	uplink TEXT NOT NULL CHECK (length(uplink) < 16)"
	") STRICT;"

	"CREATE TABLE links ("
	"	a INTEGER NOT NULL REFERENCES vpcs (id) DEFERRABLE INITIALLY DEFERRED,"
	"	b INTEGER NOT NULL REFERENCES vpcs (id) DEFERRABLE INITIALLY DEFERRED,"
	"	PRIMARY KEY (a, b),"
	"	CHECK (a < b)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE subnets ("
	"	id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),"
	"	cidr4 TEXT,"
	"	cidr6 TEXT,"
	"	gw4 TEXT CHECK (gw4 IS NULL OR cidr4 IS NOT NULL),"
	"	gw6 TEXT CHECK (gw6 IS NULL OR cidr6 IS NOT NULL),"
	"	vni INTEGER NOT NULL UNIQUE CHECK (vni BETWEEN 65536 AND 16777215),"
	"	encap TEXT NOT NULL CHECK (encap IN ('vxlan', 'gre')),"
	"	attach TEXT NOT NULL CHECK (attach IN ('direct', 'bridge')),"
	"	ha INTEGER NOT NULL CHECK (ha BETWEEN 0 AND 7 AND (ha = 0 OR attach = 'bridge')),"
	"	suppress INTEGER NOT NULL CHECK (suppress IN (0, 1)),"
	"	CHECK (cidr4 IS NOT NULL OR cidr6 IS NOT NULL)"
	") STRICT;"

	"CREATE TABLE presence ("
	"	subnet INTEGER NOT NULL REFERENCES subnets (id) DEFERRABLE INITIALLY DEFERRED,"
	"	vpc INTEGER NOT NULL REFERENCES vpcs (id) DEFERRABLE INITIALLY DEFERRED,"
	"	PRIMARY KEY (subnet, vpc)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE vms ("
	"	id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),"
	"	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 32),"
	"	subnet INTEGER NOT NULL,"
	"	vpc INTEGER NOT NULL,"
	"	mac TEXT NOT NULL CHECK (length(mac) = 17),"
	"	ip4 TEXT,"
	"	ip6 TEXT,"
	"	kind TEXT NOT NULL CHECK (kind IN ('own', 'netns', 'pid', 'tap')),"
	"	netns TEXT NOT NULL CHECK (length(netns) < 64),"
	"	pid INTEGER NOT NULL CHECK (pid BETWEEN 0 AND 2147483647"
	"				    AND (pid > 0) = (kind = 'pid')),"
	"	link TEXT NOT NULL CHECK (length(link) BETWEEN 1 AND 15),"
	"	seq INTEGER NOT NULL CHECK (seq BETWEEN 0 AND 4294967295),"
	"	FOREIGN KEY (subnet, vpc) REFERENCES presence (subnet, vpc)"
	"		DEFERRABLE INITIALLY DEFERRED,"
	"	UNIQUE (subnet, mac),"
	"	UNIQUE (subnet, ip4),"
	"	UNIQUE (subnet, ip6)"
	") STRICT;"
	"CREATE UNIQUE INDEX vms_own ON vms (netns) WHERE kind = 'own';",

	/* Where a VM is moving to, 0 for nowhere, and until when that holds: whoever moves it may
	 * have been killed. What is over is read as nothing.
	 */
	"ALTER TABLE vms ADD COLUMN to_vpc INTEGER NOT NULL DEFAULT 0"
	"	CHECK (to_vpc BETWEEN 0 AND 65535);"
	"ALTER TABLE vms ADD COLUMN to_link TEXT NOT NULL DEFAULT ''"
	"	CHECK (length(to_link) < 16);"
	"ALTER TABLE vms ADD COLUMN until INTEGER NOT NULL DEFAULT 0;",

	/* A guest that is shut down: the name of its tap is anybody's. */
	"ALTER TABLE vms ADD COLUMN off INTEGER NOT NULL DEFAULT 0 CHECK (off IN (0, 1));",
};

const struct ovctl_schema ovctl_schema_tenant = {
	.kind = "tenant",
	.steps = ovctl_steps_tenant,
	.count = 3,
};
