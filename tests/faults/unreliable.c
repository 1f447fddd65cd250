/* A C library of a machine that is not to be relied on; loaded before the real one by LD_PRELOAD.

   FAULT_FOLDER  files below this folder are concerned, no others
   FAULT_CALL    write, rename, close or mkdir: the call that goes wrong
   FAULT_KIND    short (half of the bytes are taken), EINTR, EIO, ENOSPC: how
   FAULT_AT      the n-th such call of the process, from 1 on; 0: every second one
   FAULT_COUNT   a file to which the number of such calls is appended at the end of the process
   CLOCK_HOURS   the time of day jumps, every 20 ms, to somewhere within so many hours of the true one
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static int below(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_open_below(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int goes_wrong(const char *call, int concerned) {
    const char *which = getenv("FAULT_CALL"), *at = getenv("FAULT_AT");
    if (!concerned || !which || !at || strcmp(which, call)) return 0;
    long now = ++calls, when = atol(at);
    return when ? now == when : now % 2 == 0;
}

static int error_of_kind(void) {
    const char *kind = getenv("FAULT_KIND");
    if (!strcmp(kind, "EINTR")) return EINTR;
    if (!strcmp(kind, "ENOSPC")) return ENOSPC;
    return strcmp(kind, "EIO") ? 0 : EIO;
}

static ssize_t (*real(const char *name))() { return (ssize_t(*)())dlsym(RTLD_NEXT, name); }

#define WRITES(NAME, PARAMETERS, ARGUMENTS)                           \
    ssize_t NAME PARAMETERS {                                         \
        static ssize_t (*next)();                                     \
        if (!next) next = real(#NAME);                                \
        if (goes_wrong("write", is_open_below(file))) {               \
            if ((errno = error_of_kind())) return -1;                 \
            size = (size + 1) / 2;                                    \
        }                                                             \
        return next ARGUMENTS;                                        \
    }

WRITES(write, (int file, const void *data, size_t size), (file, data, size))
WRITES(pwrite, (int file, const void *data, size_t size, off_t at), (file, data, size, at))
WRITES(pwrite64, (int file, const void *data, size_t size, off_t at), (file, data, size, at))

int rename(const char *from, const char *to) {
    if (goes_wrong("rename", below(from)) && (errno = error_of_kind())) return -1;
    return (int)real("rename")(from, to);
}

int mkdir(const char *path, mode_t mode) {
    if (goes_wrong("mkdir", below(path)) && (errno = error_of_kind())) return -1;
    return (int)real("mkdir")(path, mode);
}

int close(int file) {
    static ssize_t (*next)();
    if (!next) next = real("close");
    int wrong = goes_wrong("close", is_open_below(file));
    int done = (int)next(file); /* the file is closed in any case, as on Linux */
    if (wrong && (errno = error_of_kind())) return -1;
    return done;
}

static void jump(time_t *seconds) {
    const char *hours = getenv("CLOCK_HOURS");
    if (!hours) return;
    struct timespec now;
    int (*next)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    next(CLOCK_MONOTONIC, &now);
    unsigned long tick = (unsigned long)now.tv_sec * 50 + (unsigned long)now.tv_nsec / 20000000;
    long span = atol(hours) * 3600;
    *seconds += (long)(tick * 2654435761UL % (unsigned long)(2 * span)) - span;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int done = next(clock, now);
    if (!done && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) jump(&now->tv_sec);
    return done;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

__attribute__((destructor)) static void count(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", (long)calls);
    fclose(file);
}
