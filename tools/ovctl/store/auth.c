// SPDX-License-Identifier: GPL-2.0
/* Passwords: argon2id hashes, the same time whatever is wrong, and a wait that grows.
 *
 * One password is checked at a time (a lock of its own, held while the hash is computed), so that
 * many guesses at once do not outrun the count of failures. Each check costs two hashes: one of
 * the tenant and one of the provider, whose password serves all; where there is no such tenant or
 * no such password, one of the same cost is computed for nothing.
 *
 * Failures are counted by tenant. A wrong password of a tenant does not keep the provider out:
 * else every tenant could. Tenants that do not exist share a bounded number of counters.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>

#include "inner.h"

#define OVCTL_AUTH_FREE 3		/* failures that cost no wait */
#define OVCTL_AUTH_WAIT_MS 1000		/* what the next one costs; each further one twice that */
#define OVCTL_AUTH_WAIT_MAX_MS 900000
#define OVCTL_AUTH_STRANGERS 256

/**
 * struct ovctl_auth - What a password is checked against.
 * @ops: What a new hash costs in time.
 * @memory: And in bytes.
 * @provider: The provider's hash, or empty.
 * @tenant: The tenant's hash, or empty.
 * @failures: How often it was wrong in a row.
 * @until: No other try before this time.
 */
struct ovctl_auth {
	uint64_t ops;
	uint64_t memory;
	char provider[crypto_pwhash_STRBYTES];
	char tenant[crypto_pwhash_STRBYTES];
	int64_t failures;
	int64_t until;
};

static int ovctl_row_auth(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row, void *arg)
{
	struct ovctl_auth *auth = arg;

	auth->ops = sqlite3_column_int64(row, 0);
	auth->memory = sqlite3_column_int64(row, 1);
	if (ovctl_row_text(row, 2, auth->provider, sizeof(auth->provider)) &&
	    ovctl_row_text(row, 3, auth->tenant, sizeof(auth->tenant)))
		return OVCTL_DONE;
	return ovctl_db_damaged(ov, db, "a password");
}

static int ovctl_row_failures(struct ovctl *ov, const struct ovctl_db *db, sqlite3_stmt *row,
			      void *arg)
{
	struct ovctl_auth *auth = arg;

	(void)ov;
	(void)db;
	auth->failures = sqlite3_column_int64(row, 0);
	auth->until = sqlite3_column_int64(row, 1);
	return OVCTL_DONE;
}

static void ovctl_auth_whose(char *buf, size_t size, const struct ovctl_auth *auth,
			     uint32_t tenant)
{
	if (!tenant)
		snprintf(buf, size, "provider");
	else if (auth->tenant[0])
		snprintf(buf, size, "tenant %u", tenant);
	else
		snprintf(buf, size, "stranger %u", tenant % OVCTL_AUTH_STRANGERS);
}

static int ovctl_auth_read(struct ovctl *ov, struct ovctl_store *store, struct ovctl_auth *auth,
			   uint32_t tenant)
{
	char whose[OVCTL_STORE_WHO];
	int ret;

	memset(auth, 0, sizeof(*auth));
	ret = ovctl_db_each(ov, &store->provider, ovctl_row_auth, auth,
			    "SELECT ops, memory, passwd, (SELECT passwd FROM tenants"
			    " WHERE id = ? AND state = 'present') FROM meta", "i", (int64_t)tenant);
	if (ret)
		return ret;
	ovctl_auth_whose(whose, sizeof(whose), auth, tenant);
	return ovctl_db_each(ov, &store->provider, ovctl_row_failures, auth,
			     "SELECT failures, until FROM logins WHERE who = ?", "t", whose);
}

/* Costs the same whether there is a hash or not. */
static bool ovctl_auth_matches(const struct ovctl_auth *auth, const char *hash,
			       const char *password)
{
	static const uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t out[32];

	if (hash[0])
		return !crypto_pwhash_str_verify(hash, password, strlen(password));
	/* The result is used, so that no compiler leaves the work out. */
	if (crypto_pwhash(out, sizeof(out), password, strlen(password), salt, auth->ops,
			  auth->memory, crypto_pwhash_ALG_ARGON2ID13))
		return false;
	sodium_memzero(out, sizeof(out));
	return false;
}

static int64_t ovctl_auth_wait(int64_t failures)
{
	int64_t steps = failures - OVCTL_AUTH_FREE;

	if (steps <= 0)
		return 0;
	if (steps > 20 || OVCTL_AUTH_WAIT_MS << (steps - 1) > OVCTL_AUTH_WAIT_MAX_MS)
		return OVCTL_AUTH_WAIT_MAX_MS;
	return OVCTL_AUTH_WAIT_MS << (steps - 1);
}

static int ovctl_auth_write(struct ovctl *ov, struct ovctl_store *store, const char *whose,
			    uint32_t tenant, int64_t failures)
{
	int ret;

	if (!failures)
		return ovctl_db_run(ov, &store->provider, "DELETE FROM logins WHERE who = ?", "t",
				    whose);
	ret = ovctl_db_run(ov, &store->provider,
			   "INSERT INTO logins VALUES (?, ?, ?) ON CONFLICT (who) DO UPDATE"
			   " SET failures = excluded.failures, until = excluded.until", "tii",
			   whose, failures, ovctl_store_now() + ovctl_auth_wait(failures));
	if (!ret)
		ret = ovctl_log_add(ov, &store->provider, tenant ? "tenant" : "provider", tenant,
				    "login", "refused", NULL);
	return ret;
}

static int ovctl_auth_count(struct ovctl *ov, struct ovctl_store *store,
			    const struct ovctl_auth *auth, uint32_t tenant, int64_t failures)
{
	char whose[OVCTL_STORE_WHO];
	int ret;

	ovctl_auth_whose(whose, sizeof(whose), auth, tenant);
	ret = ovctl_db_begin(ov, &store->provider);
	if (ret)
		return ret;
	ret = ovctl_auth_write(ov, store, whose, tenant, failures);
	if (!ret)
		return ovctl_db_commit(ov, &store->provider);
	ovctl_db_rollback(&store->provider);
	return ret;
}

/* A clock that was set back does not lock anybody out for longer than the wait itself. */
static int64_t ovctl_auth_left(const struct ovctl_auth *auth)
{
	int64_t left = auth->until - ovctl_store_now();
	int64_t most = ovctl_auth_wait(auth->failures);

	if (left <= 0)
		return 0;
	return left > most ? most : left;
}

static int ovctl_auth_refuse(struct ovctl *ov, uint32_t tenant)
{
	if (tenant)
		return ovctl_fail(ov, "this is not the password of tenant %u", tenant);
	return ovctl_fail(ov, "this is not the password of the provider");
}

static int ovctl_auth_check(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant,
			    const char *password, const char **who)
{
	bool by_tenant, by_provider;
	struct ovctl_auth auth;
	int64_t left;
	int ret;

	ret = ovctl_auth_read(ov, store, &auth, tenant);
	if (ret)
		return ret;
	left = ovctl_auth_left(&auth);
	if (left)
		return ovctl_fail(ov, "too many wrong passwords: try again in %" PRId64 " s",
				  (left + 999) / 1000);
	by_provider = ovctl_auth_matches(&auth, auth.provider, password);
	by_tenant = ovctl_auth_matches(&auth, auth.tenant, password);
	*who = by_tenant ? "tenant" : "provider";
	if (!by_tenant && !by_provider) {
		ret = ovctl_auth_count(ov, store, &auth, tenant, auth.failures + 1);
		return ret ? ret : ovctl_auth_refuse(ov, tenant);
	}
	if (auth.failures)
		ret = ovctl_auth_count(ov, store, &auth, tenant, 0);
	return ret;
}

/**
 * ovctl_store_login() - Check a password.
 * @ov: The run.
 * @store: The store.
 * @tenant: Whose it shall be, or 0 for the provider; the provider's serves for all.
 * @password: The password.
 * @who: Set to the capacity in which the user is let in.
 *
 * A refusal is in the log, and is the same for a tenant that is not there.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_login(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant,
		      const char *password, const char **who)
{
	int ret;

	ret = ovctl_store_lock(ov, store->logins, LOCK_EX);
	if (ret)
		return ret;
	ret = ovctl_auth_check(ov, store, tenant, password, who);
	ovctl_store_unlock(store->logins);
	return ret;
}

/**
 * ovctl_store_provider_known() - Tell whether the provider has a password.
 * @ov: The run.
 * @store: The store.
 *
 * Return: true where it has, or where that cannot be told.
 */
bool ovctl_store_provider_known(struct ovctl *ov, struct ovctl_store *store)
{
	int64_t known = 1;

	ovctl_db_number(ov, &store->provider, &known, "SELECT passwd IS NOT NULL FROM meta", "");
	return known;
}

/**
 * ovctl_auth_hash() - Make the hash of a new password.
 * @ov: The run.
 * @store: The store, for what it may cost.
 * @hash: Filled in; crypto_pwhash_STRBYTES.
 * @password: The password.
 *
 * Return: an ovctl_exit.
 */
int ovctl_auth_hash(struct ovctl *ov, struct ovctl_store *store, char *hash, const char *password)
{
	int64_t ops = 0;
	int64_t memory = 0;
	int ret;

	ret = ovctl_db_number(ov, &store->provider, &ops, "SELECT ops FROM meta", "");
	if (!ret)
		ret = ovctl_db_number(ov, &store->provider, &memory, "SELECT memory FROM meta", "");
	if (!ret && crypto_pwhash_str(hash, password, strlen(password), ops, memory))
		ret = ovctl_fail(ov, "there is not enough memory to hash a password");
	return ret;
}

/**
 * ovctl_auth_forget() - Forget the failures of a tenant that goes.
 * @ov: The run.
 * @store: The store, its provider's database in a transaction.
 * @tenant: The tenant.
 *
 * Return: an ovctl_exit.
 */
int ovctl_auth_forget(struct ovctl *ov, struct ovctl_store *store, uint32_t tenant)
{
	char whose[OVCTL_STORE_WHO];

	snprintf(whose, sizeof(whose), "tenant %u", tenant);
	return ovctl_db_run(ov, &store->provider, "DELETE FROM logins WHERE who = ?", "t", whose);
}

static int ovctl_passwd_write(struct ovctl *ov, struct ovctl_db *db, const char *who,
			      uint32_t tenant, const char *hash)
{
	int ret;

	if (tenant)
		ret = ovctl_db_run(ov, db, "UPDATE tenants SET passwd = ? WHERE id = ?"
				   " AND state = 'present'", "ti", hash, (int64_t)tenant);
	else
		ret = ovctl_db_run(ov, db, "UPDATE meta SET passwd = ?", "t", hash);
	if (!ret && !sqlite3_changes(db->handle))
		ret = ovctl_fail(ov, "there is no tenant %u", tenant);
	if (!ret)
		ret = ovctl_log_add(ov, db, who, tenant,
				    tenant ? "tenant passwd" : "provider passwd", "done", NULL);
	return ret;
}

/**
 * ovctl_store_passwd() - Set a password.
 * @ov: The run.
 * @store: The store.
 * @who: In what capacity.
 * @tenant: Whose, or 0 for the provider.
 * @password: The new one.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_passwd(struct ovctl *ov, struct ovctl_store *store, const char *who,
		       uint32_t tenant, const char *password)
{
	char hash[crypto_pwhash_STRBYTES];
	int ret;

	ret = ovctl_auth_hash(ov, store, hash, password);
	if (!ret)
		ret = ovctl_store_begin(ov, store);
	if (ret)
		return ret;
	ret = ovctl_db_begin(ov, &store->provider);
	if (!ret)
		ret = ovctl_passwd_write(ov, &store->provider, who, tenant, hash);
	if (!ret)
		ret = ovctl_db_commit(ov, &store->provider);
	ovctl_db_rollback(&store->provider);
	ovctl_store_end(store);
	return ret;
}

static int ovctl_cost_write(struct ovctl *ov, struct ovctl_db *db, const char *who, uint64_t ops,
			    uint64_t memory)
{
	int ret;

	ret = ovctl_db_run(ov, db, "UPDATE meta SET ops = ?, memory = ?", "ii", (int64_t)ops,
			   (int64_t)memory);
	if (!ret)
		ret = ovctl_log_add(ov, db, who, 0, "provider set", "done", NULL);
	return ret;
}

/**
 * ovctl_store_cost() - Set what the hash of a new password costs.
 * @ov: The run.
 * @store: The store.
 * @who: In what capacity.
 * @ops: Passes, 1 or more.
 * @memory: Bytes, 8192 or more.
 *
 * Return: an ovctl_exit.
 */
int ovctl_store_cost(struct ovctl *ov, struct ovctl_store *store, const char *who, uint64_t ops,
		     uint64_t memory)
{
	int ret;

	ret = ovctl_store_begin(ov, store);
	if (ret)
		return ret;
	ret = ovctl_db_begin(ov, &store->provider);
	if (!ret)
		ret = ovctl_cost_write(ov, &store->provider, who, ops, memory);
	if (!ret)
		ret = ovctl_db_commit(ov, &store->provider);
	ovctl_db_rollback(&store->provider);
	ovctl_store_end(store);
	return ret;
}
