/* A farm of processes for a scanner to walk: farm PROCESSES DESCRIPTORS SOCKETS APART
 *
 * It is PID 1 of a pid namespace with a /proc of its own, so that the processes are those it made and no others. Each
 * does nothing, holds DESCRIPTORS descriptors, SOCKETS of which are sockets, and one in APART lives in uts, ipc, mount
 * and cgroup namespaces of its own. The farm says "ready", then runs each line of standard input, words between tabs,
 * with its output going nowhere, and answers "NANOSECONDS OF_PROCESSORS KIBIBYTES STATUS". At the end of standard input it ends, and
 * the kernel ends the rest.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS 64

/* What a program that is run may have open, as whoever has started the farm. */
static struct rlimit usual;

/* Opens what every process of the farm inherits, from descriptor 3 up. */
static void open_files(int files, int descriptors)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &usual) != 0)
		err(1, "getrlimit");
	limit = usual;
	if (limit.rlim_cur < (rlim_t)descriptors + 64)
		limit.rlim_cur = descriptors + 64;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		err(1, "setrlimit");
	for (int i = 0; i < files; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			err(1, "descriptor %d", i);
}

/* Opens sockets that no other process has, every second one of another protocol. */
static void open_sockets(int sockets)
{
	for (int i = 0; i < sockets; i++)
		if (socket(i % 2 ? AF_INET : AF_UNIX, SOCK_STREAM, 0) < 0)
			err(1, "socket %d", i);
}

/* The life of a process of the farm. That its end of the pipe is closed says that it stands. */
static void stand(int apart, int sockets, int end)
{
	int kinds = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWCGROUP;

	if (apart && unshare(kinds) != 0)
		err(1, "unshare");
	open_sockets(sockets);
	close(end);
	close(0);
	close(1);
	close(2);
	for (;;)
		pause();
}

/* Makes the processes, and returns when all stand. */
static void plant(int processes, int apart, int sockets)
{
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		err(1, "pipe");
	for (int i = 0; i < processes; i++) {
		switch (fork()) {
		case -1:
			err(1, "fork of process %d", i);
		case 0:
			close(ends[0]);
			stand(apart && i % apart == 0, sockets, ends[1]);
		}
	}
	close(ends[1]);
	(void)!read(ends[0], &byte, 1);
	close(ends[0]);
}

static void become(char **words)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	/* The program has the standard three and nothing of the farm's. */
	close_range(3, ~0U, 0);
	setrlimit(RLIMIT_NOFILE, &usual);
	execv(words[0], words);
	err(127, "%s", words[0]);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long of_processors(const struct rusage *usage)
{
	long long seconds = usage->ru_utime.tv_sec + usage->ru_stime.tv_sec;

	return seconds * 1000000000LL + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000LL;
}

static void run(char *line)
{
	char *words[WORDS + 1] = { NULL };
	struct rusage usage;
	int status, count = 0;
	long long begun;
	pid_t pid;

	for (char *word = strtok(line, "\t\n"); word && count < WORDS; word = strtok(NULL, "\t\n"))
		words[count++] = word;
	begun = now();
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		become(words);
	if (wait4(pid, &status, 0, &usage) < 0)
		err(1, "wait4");
	printf("%lld %lld %ld %d\n", now() - begun, of_processors(&usage), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	pid_t pid;

	if (argc != 5)
		errx(1, "PROCESSES DESCRIPTORS SOCKETS APART");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0)
		err(1, "unshare");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return waitpid(pid, NULL, 0) != pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
	    || mount("proc", "/proc", "proc", 0, NULL) != 0)
		err(1, "mount");
	open_files(atoi(argv[2]) - atoi(argv[3]), atoi(argv[2]));
	plant(atoi(argv[1]), atoi(argv[4]), atoi(argv[3]));
	puts("ready");
	fflush(stdout);
	while (getline(&line, &size, stdin) > 0)
		run(line);
	return 0;
}
