/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault-at [-a] [-e ERROR] [-n N] COMMAND...: runs a command and counts its system calls
 * that change a file, or what is known of one: the state on the disk is another one only
 * behind such a call. Without -n it prints how many there are. At the N-th the command is
 * killed before the call is made, or with -e the call fails with ERROR (ENOSPC, EIO,
 * EROFS, ENOMEM). -a: what the command starts counts, and is killed, as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 65536, SYSCALL_STOP = SIGTRAP | 0x80 };

struct order {
	bool all;
	long error, number;
	long count;
	bool hit;
	pid_t command;
	bool failing[PROCESSES]; /* by process id, modulo: its call is to fail */
	pid_t traced[PROCESSES]; /* likewise; 0: none */
};

static bool opens_to_write(unsigned long flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

static bool changes_something(const struct __ptrace_syscall_info *call)
{
	static const unsigned long calls[] = {SYS_write, SYS_pwrite64, SYS_rename,
		SYS_renameat, SYS_renameat2, SYS_unlink, SYS_unlinkat, SYS_mkdir,
		SYS_mkdirat, SYS_rmdir, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat,
		SYS_chmod, SYS_fchmod, SYS_fchmodat, SYS_chown, SYS_fchown, SYS_fchownat,
		SYS_truncate, SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_syncfs};

	if (call->entry.nr == SYS_open)
		return opens_to_write(call->entry.args[1]);
	if (call->entry.nr == SYS_openat)
		return opens_to_write(call->entry.args[2]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (call->entry.nr == calls[i])
			return true;
	return false;
}

static void kill_them(const struct order *order)
{
	kill(order->command, SIGKILL);
	for (size_t i = 0; order->all && i < PROCESSES; i++)
		if (order->traced[i] > 0)
			kill(order->traced[i], SIGKILL);
}

static void set_register(pid_t pid, size_t offset, long value)
{
	ptrace(PTRACE_POKEUSER, pid, offset, value);
}

static void at_call(struct order *order, pid_t pid)
{
	struct __ptrace_syscall_info call;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call) <= 0)
		return;
	if (call.op == PTRACE_SYSCALL_INFO_EXIT && order->failing[pid % PROCESSES]) {
		order->failing[pid % PROCESSES] = false;
		set_register(pid, offsetof(struct user_regs_struct, rax), -order->error);
	}
	if (call.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_something(&call) ||
		++order->count != order->number)
		return;
	order->hit = true;
	if (order->error == 0) {
		kill_them(order);
		return;
	}
	order->failing[pid % PROCESSES] = true;
	set_register(pid, offsetof(struct user_regs_struct, orig_rax), -1);
}

/* Until all that is traced has ended. The command's wait status. */
static int follow(struct order *order)
{
	int status, result = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int deliver = 0;

		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			order->traced[pid % PROCESSES] = 0;
			if (pid == order->command)
				result = status;
			continue;
		}
		order->traced[pid % PROCESSES] = pid;
		if (WSTOPSIG(status) == SYSCALL_STOP)
			at_call(order, pid);
		else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
			deliver = WSTOPSIG(status);
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
	}
	return result;
}

static long error_of(const char *name)
{
	static const struct {
		const char *name;
		long number;
	} errors[] = {
		{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"ENOMEM", ENOMEM}};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	fprintf(stderr, "fault-at: no error %s\n", name);
	exit(2);
}

static void start(char **argv) __attribute__((noreturn));

static void start(char **argv)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	static struct order order;
	int option, status;

	while ((option = getopt(argc, argv, "+ae:n:")) != -1)
		if (option == 'a')
			order.all = true;
		else if (option == 'e')
			order.error = error_of(optarg);
		else if (option == 'n')
			order.number = strtol(optarg, NULL, 10);
		else
			return 2;
	order.command = fork();
	if (order.command == 0)
		start(argv + optind);
	waitpid(order.command, &status, 0);
	ptrace(PTRACE_SETOPTIONS, order.command, 0,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			(order.all ? PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
						PTRACE_O_TRACECLONE
				   : 0));
	ptrace(PTRACE_SYSCALL, order.command, 0, 0);
	status = follow(&order);
	if (order.number == 0)
		printf("%ld\n", order.count);
	else if (!order.hit)
		return 3;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
