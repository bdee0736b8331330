/* The least that a scan of every namespace must ask of /proc, and nothing besides: least [fd]
 *
 * For each process its ten namespace links and its stat file; with "fd" the name of each of its descriptors too, for
 * each may hold a namespace. Nothing is kept, nothing is printed: a scanner that lists the descriptors can come near
 * this time, not below it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *const links[] = {
	"ns/cgroup", "ns/ipc",  "ns/mnt",	       "ns/net",  "ns/pid",
	"ns/pid_for_children", "ns/time", "ns/time_for_children", "ns/user", "ns/uts",
};

static char buffer[4096];

static void read_descriptors(int process)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			(void)!readlinkat(fd, entry->d_name, buffer, sizeof buffer);
	closedir(directory);
}

static void read_process(int proc, const char *name, int descriptors)
{
	int process = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int stat;

	if (process < 0)
		return;
	for (unsigned i = 0; i < sizeof links / sizeof *links; i++)
		(void)!readlinkat(process, links[i], buffer, sizeof buffer);
	stat = openat(process, "stat", O_RDONLY | O_CLOEXEC);
	if (stat >= 0) {
		(void)!read(stat, buffer, sizeof buffer);
		close(stat);
	}
	if (descriptors)
		read_descriptors(process);
	close(process);
}

int main(int argc, char **argv)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	(void)argv;
	if (!proc)
		return 1;
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			read_process(dirfd(proc), entry->d_name, argc > 1);
	closedir(proc);
	return 0;
}
