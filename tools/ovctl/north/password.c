// SPDX-License-Identifier: GPL-2.0
/* Where passwords come from: a file, the environment, or a terminal that does not show them.
 * They are never words of a command: every user of the system can read those.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "password.h"

#define CTRL_C 3
#define CTRL_D 4
#define CTRL_U 21

static int ovctl_password_check(struct ovctl *ov, const char *buf)
{
	if (!buf[0])
		return ovctl_fail(ov, "the password is empty");
	if (strlen(buf) == OVCTL_PASSWORD_SIZE - 1)
		return ovctl_fail(ov, "the password is too long: %d characters are accepted",
				  OVCTL_PASSWORD_SIZE - 2);
	return OVCTL_DONE;
}

/* The first line of a file. */
static int ovctl_password_file(struct ovctl *ov, const char *path, char *buf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return ovctl_fail(ov, "%s: %s", path, strerror(errno));
	len = read(fd, buf, OVCTL_PASSWORD_SIZE - 1);
	close(fd);
	if (len < 0)
		return ovctl_fail(ov, "%s: %s", path, strerror(errno));
	buf[len] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return ovctl_password_check(ov, buf);
}

static int ovctl_password_text(struct ovctl *ov, const char *text, char *buf)
{
	snprintf(buf, OVCTL_PASSWORD_SIZE, "%s", text);
	return ovctl_password_check(ov, buf);
}

/* Reads a line, key by key; false where the user gives up. */
static bool ovctl_password_keys(int fd, char *buf)
{
	size_t len = 0;
	char c;

	while (read(fd, &c, 1) == 1 && c != '\n' && c != '\r') {
		if (c == CTRL_C || (c == CTRL_D && !len))
			return false;
		if (c == CTRL_U)
			len = 0;
		else if ((c == '\b' || c == 127) && len)
			len--;
		else if (c != '\b' && c != 127 && len < OVCTL_PASSWORD_SIZE - 1)
			buf[len++] = c;
	}
	buf[len] = '\0';
	return true;
}

/* Signals of the keyboard are read as keys, so that none leaves the terminal silent. */
static int ovctl_password_prompt(struct ovctl *ov, const char *prompt, char *buf)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios saved, silent;
	bool ok;

	if (fd < 0 || tcgetattr(fd, &saved)) {
		if (fd >= 0)
			close(fd);
		return ovctl_fail(ov, "there is no terminal to ask for a password: --password-file and OVCTL_PASSWORD are accepted");
	}
	silent = saved;
	silent.c_lflag &= ~(ECHO | ICANON | ISIG);
	silent.c_cc[VMIN] = 1;
	silent.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSAFLUSH, &silent);
	dprintf(fd, "%s: ", prompt);
	ok = ovctl_password_keys(fd, buf);
	dprintf(fd, "\n");
	tcsetattr(fd, TCSAFLUSH, &saved);
	close(fd);
	if (!ok)
		return ovctl_fail(ov, "no password is given");
	return ovctl_password_check(ov, buf);
}

/**
 * ovctl_password_ask() - Get a password.
 * @ov: The run.
 * @whose: Whose, for the prompt.
 * @buf: Filled in; OVCTL_PASSWORD_SIZE. The caller wipes it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_password_ask(struct ovctl *ov, const char *whose, char *buf)
{
	const char *env = getenv("OVCTL_PASSWORD");
	char prompt[64];

	if (ov->password_file)
		return ovctl_password_file(ov, ov->password_file, buf);
	if (env)
		return ovctl_password_text(ov, env, buf);
	snprintf(prompt, sizeof(prompt), "Password of %s", whose);
	return ovctl_password_prompt(ov, prompt, buf);
}

static int ovctl_password_twice(struct ovctl *ov, const char *whose, char *buf)
{
	char again[OVCTL_PASSWORD_SIZE];
	char prompt[64];
	int ret;

	snprintf(prompt, sizeof(prompt), "New password of %s", whose);
	ret = ovctl_password_prompt(ov, prompt, buf);
	if (!ret)
		ret = ovctl_password_prompt(ov, "The same again", again);
	if (!ret && strcmp(buf, again))
		ret = ovctl_fail(ov, "the two passwords are not the same");
	sodium_memzero(again, sizeof(again));
	return ret;
}

/**
 * ovctl_password_new() - Get a password that is to be set.
 * @ov: The run.
 * @whose: Whose, for the prompt.
 * @first: There is none so far: what else is the password is this one.
 * @buf: Filled in; OVCTL_PASSWORD_SIZE. The caller wipes it.
 *
 * Return: an ovctl_exit.
 */
int ovctl_password_new(struct ovctl *ov, const char *whose, bool first, char *buf)
{
	const char *env = getenv("OVCTL_NEW_PASSWORD");

	if (ov->new_password_file)
		return ovctl_password_file(ov, ov->new_password_file, buf);
	if (env)
		return ovctl_password_text(ov, env, buf);
	if (first && (ov->password_file || getenv("OVCTL_PASSWORD")))
		return ovctl_password_ask(ov, whose, buf);
	return ovctl_password_twice(ov, whose, buf);
}

/**
 * ovctl_confirm() - Have the user agree to what cannot be undone.
 * @ov: The run.
 * @yes: The user has agreed already.
 * @question: The question.
 *
 * Return: an ovctl_exit; OVCTL_FAILED where the user does not agree.
 */
int ovctl_confirm(struct ovctl *ov, bool yes, const char *question)
{
	char answer[16] = "";

	if (yes)
		return OVCTL_DONE;
	if (!isatty(STDIN_FILENO))
		return ovctl_fail(ov, "nothing is deleted: --yes agrees where there is no terminal to ask");
	fflush(ov->out);
	fprintf(ov->err, "%s [y/N] ", question);
	fflush(ov->err);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return OVCTL_DONE;
	return ovctl_fail(ov, "nothing is deleted");
}
