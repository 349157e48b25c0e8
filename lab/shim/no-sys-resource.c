/*
 * For machines whose root lacks CAP_SYS_RESOURCE (sandboxes, some CI): makes three refused requests behave as they would
 * on a real node, for crun, CRIU, conmon and whoever else runs on a lab node. Loaded by the node's /etc/ld.so.preload;
 * it changes nothing for a call that succeeds.
 *
 * 1. CRIU reads the limits of a process of another user with prlimit(): "Can't get rlimit 0: Operation not permitted".
 *    They stand in /proc/PID/limits too, which is allowed.
 * 2. Guaranteed and system-critical pods get a negative oom_score_adj, which is refused: 0 is written instead.
 * 3. Privileged containers ask for all capabilities: they get all that there are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static long (*real_syscall)(long, ...);
static ssize_t (*real_write)(int, const void *, size_t);

__attribute__((constructor)) static void find_real_functions(void)
{
	real_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
}

/* Lines of /proc/PID/limits, in the order of the RLIMIT_ numbers. */
static const char *const limit_names[] = {
	"Max cpu time", "Max file size", "Max data size", "Max stack size",
	"Max core file size", "Max resident set", "Max processes", "Max open files",
	"Max locked memory", "Max address space", "Max file locks", "Max pending signals",
	"Max msgqueue size", "Max nice priority", "Max realtime priority", "Max realtime timeout",
};
enum { LIMIT_COUNT = sizeof limit_names / sizeof *limit_names, LIMIT_NAME_WIDTH = 26 };

static rlim_t limit_value(const char *text)
{
	return strncmp(text, "unlimited", 9) ? strtoull(text, NULL, 10) : RLIM_INFINITY;
}

static int limit_from_proc(pid_t pid, unsigned resource, struct rlimit64 *old)
{
	char path[64], line[256], soft[64], hard[64];
	int found = 0;
	FILE *limits;

	snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
	if (!(limits = fopen(path, "r")))
		return 0;
	while (!found && fgets(line, sizeof line, limits)) {
		if (strncmp(line, limit_names[resource], strlen(limit_names[resource])) ||
		    sscanf(line + LIMIT_NAME_WIDTH, "%63s %63s", soft, hard) != 2)
			continue;
		old->rlim_cur = limit_value(soft);
		old->rlim_max = limit_value(hard);
		found = 1;
	}
	fclose(limits);
	return found;
}

static long get_or_set_limit(pid_t pid, unsigned resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	long result = real_syscall(SYS_prlimit64, (long)pid, (long)resource, (long)new, (long)old);

	if (result == 0 || errno != EPERM || new || !old || pid == 0 || resource >= LIMIT_COUNT)
		return result;
	if (limit_from_proc(pid, resource, old))
		return 0;
	errno = EPERM;
	return -1;
}

/* CRIU calls syscall(__NR_prlimit64, ...), not prlimit(). */
long syscall(long number, ...)
{
	long a[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (!real_syscall)
		find_real_functions();
	if (number == SYS_prlimit64)
		return get_or_set_limit((pid_t)a[0], (unsigned)a[1], (const struct rlimit64 *)a[2], (struct rlimit64 *)a[3]);
	return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* On 64-bit systems struct rlimit and struct rlimit64 are the same. */
int prlimit64(pid_t pid, __rlimit_resource_t resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	if (!real_syscall)
		find_real_functions();
	return (int)get_or_set_limit(pid, (unsigned)resource, new, old);
}

int prlimit(pid_t pid, __rlimit_resource_t resource, const struct rlimit *new, struct rlimit *old)
{
	return prlimit64(pid, resource, (const struct rlimit64 *)new, (struct rlimit64 *)old);
}

static int is_oom_score_adj(int fd)
{
	static const char name[] = "/oom_score_adj";
	char link[64], path[256];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path);
	return length >= (ssize_t)sizeof name - 1 &&
	       !memcmp(path + length - (sizeof name - 1), name, sizeof name - 1);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t result;
	int error;

	if (!real_write)
		find_real_functions();
	result = real_write(fd, data, size);
	if (result >= 0 || (errno != EACCES && errno != EPERM) || size == 0 || *(const char *)data != '-')
		return result;
	error = errno;
	if (is_oom_score_adj(fd) && real_write(fd, "0", 1) == 1)
		return (ssize_t)size;
	errno = error;
	return -1;
}

int capset(cap_user_header_t header, const cap_user_data_t data)
{
	struct __user_cap_header_struct own_header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3], possible[_LINUX_CAPABILITY_U32S_3];

	if (!real_syscall)
		find_real_functions();
	if (real_syscall(SYS_capset, (long)header, (long)data) == 0)
		return 0;
	if (errno != EPERM || header->version != _LINUX_CAPABILITY_VERSION_3)
		return -1;
	if (real_syscall(SYS_capget, (long)&own_header, (long)own) != 0)
		return -1;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		possible[i].permitted = data[i].permitted & own[i].permitted;
		possible[i].effective = data[i].effective & own[i].permitted;
		possible[i].inheritable = data[i].inheritable & own[i].permitted;
	}
	return (int)real_syscall(SYS_capset, (long)header, (long)possible);
}
