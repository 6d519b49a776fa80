/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure ROUNDS NAME COMMAND [NAME COMMAND]...: runs each shell command in turn, ROUNDS
 * times, with its output thrown away, and prints a row for each: the median and the
 * fastest wall time, the median of the processor time of all its processes, and the
 * memory of its largest process. In turn, so that what else the machine does hits all
 * alike.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16 };

struct result {
	double *wall, *cpu; /* milliseconds, one a round */
	long memory;	    /* KiB, the largest of all rounds */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double milliseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

/* Ends the program if the command cannot be run; what it exits with is its own matter. */
static void run(const char *command, struct result *result, int round)
{
	double start = now();
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status) == 127) {
		fprintf(stderr, "measure: cannot run: %s\n", command);
		exit(2);
	}
	result->wall[round] = now() - start;
	result->cpu[round] = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
	if (usage.ru_maxrss > result->memory)
		result->memory = usage.ru_maxrss;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 0;
	int commands = (argc - 2) / 2;
	struct result result[COMMANDS_MAX] = {{0}};

	if (rounds < 1 || argc % 2 != 0 || commands < 1 || commands > COMMANDS_MAX) {
		fputs("measure ROUNDS NAME COMMAND [NAME COMMAND]...\n", stderr);
		return 2;
	}
	for (int i = 0; i < commands; i++) {
		result[i].wall = calloc((size_t)rounds, sizeof(double));
		result[i].cpu = calloc((size_t)rounds, sizeof(double));
		if (result[i].wall == NULL || result[i].cpu == NULL)
			return 2;
	}
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < commands; i++)
			run(argv[3 + i * 2], &result[i], round);
	printf("%-34s %10s %10s %10s %11s\n", "", "median", "fastest", "processor",
		"memory");
	for (int i = 0; i < commands; i++) {
		struct result *one = &result[i];

		qsort(one->wall, (size_t)rounds, sizeof(double), by_value);
		qsort(one->cpu, (size_t)rounds, sizeof(double), by_value);
		printf("%-34s %7.1f ms %7.1f ms %7.1f ms %7.1f MiB\n", argv[2 + i * 2],
			one->wall[rounds / 2], one->wall[0], one->cpu[rounds / 2],
			(double)one->memory / 1024);
		free(one->wall);
		free(one->cpu);
	}
	return 0;
}
