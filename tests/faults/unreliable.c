/* A C library of a machine that is not to be relied on; loaded before the real one by LD_PRELOAD.

   FAULT_FOLDER  files below this folder are concerned, and the folder; no others
   FAULT_CALL    the calls that go wrong, separated by commas:
                 open, opendir, stat, access, read, write, close, fsync (of a file), fsyncdir (of a folder), mkdir,
                 rename, replace (a rename over an existing file), unlink, rmdir, flock, lockf (fcntl's locks),
                 direct (the flag O_DIRECT), types (folders list no types of their entries)
   FAULT_KIND    how: the number of an error, or "short": half of the bytes are taken
   FAULT_AT      the n-th such call of the process, from 1 on; 0: every second one; -1: every one
   FAULT_COUNT   a file to which the number of such calls is appended at the end of the process
   CLOCK_HOURS   the time of day jumps, every 20 ms, to somewhere within so many hours of the true one
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

atomic_long fault_calls; /* such calls of the process so far; who calls may read it, and set it to 0 */

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

static int is_folder(int file) {
    struct stat found;
    return !((int (*)(int, struct stat *))dlsym(RTLD_NEXT, "fstat"))(file, &found) && S_ISDIR(found.st_mode);
}

static int goes_wrong(const char *call, int concerned) {
    const char *which = getenv("FAULT_CALL"), *at = getenv("FAULT_AT");
    size_t length = strlen(call);
    if (!concerned || !which || !at) return 0;
    while (strncmp(which, call, length) || (which[length] && which[length] != ',')) {
        if (!(which = strchr(which, ','))) return 0;
        which++;
    }
    long now = ++fault_calls, when = atol(at);
    if (when < 0) return 1;
    return when ? now == when : now % 2 == 0;
}

static int error_of_kind(void) { return atoi(getenv("FAULT_KIND")); } /* 0 of "short" */

static ssize_t (*real(const char *name))() { return (ssize_t(*)())dlsym(RTLD_NEXT, name); }

/* A call that fails where CONCERNED says that it is about a file below the folder. */
#define FAILS(TYPE, FAILED, NAME, PARAMETERS, ARGUMENTS, CALL, CONCERNED)       \
    TYPE NAME PARAMETERS {                                                      \
        static TYPE(*next) PARAMETERS;                                          \
        if (!next) next = (TYPE(*) PARAMETERS)dlsym(RTLD_NEXT, #NAME);          \
        if (goes_wrong(CALL, CONCERNED) && (errno = error_of_kind())) return FAILED; \
        return next ARGUMENTS;                                                  \
    }

/* The same for calls whose last argument, a mode, is there only if a file may be created. */
#define OPENS(NAME, PARAMETERS, ARGUMENTS, CONCERNED)                           \
    int NAME PARAMETERS {                                                       \
        static int(*next)();                                                    \
        va_list rest;                                                           \
        va_start(rest, flags);                                                  \
        mode_t mode = va_arg(rest, mode_t);                                     \
        va_end(rest);                                                           \
        if (!next) next = (int (*)())dlsym(RTLD_NEXT, #NAME);                   \
        if (goes_wrong("open", CONCERNED) && (errno = error_of_kind())) return -1; \
        return next ARGUMENTS;                                                  \
    }

OPENS(open, (const char *path, int flags, ...), (path, flags, mode), below(path))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode), below(path))
OPENS(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode), below(path) || is_open_below(at))
OPENS(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode), below(path) || is_open_below(at))

FAILS(DIR *, NULL, opendir, (const char *path), (path), "opendir", below(path))
FAILS(DIR *, NULL, fdopendir, (int file), (file), "opendir", is_open_below(file))
FAILS(int, -1, stat, (const char *path, struct stat *found), (path, found), "stat", below(path))
FAILS(int, -1, stat64, (const char *path, struct stat64 *found), (path, found), "stat", below(path))
FAILS(int, -1, lstat, (const char *path, struct stat *found), (path, found), "stat", below(path))
FAILS(int, -1, lstat64, (const char *path, struct stat64 *found), (path, found), "stat", below(path))
FAILS(int, -1, access, (const char *path, int mode), (path, mode), "access", below(path))
FAILS(ssize_t, -1, read, (int file, void *data, size_t size), (file, data, size), "read", is_open_below(file))
FAILS(int, -1, fsync, (int file), (file), is_folder(file) ? "fsyncdir" : "fsync", is_open_below(file))
FAILS(int, -1, mkdir, (const char *path, mode_t mode), (path, mode), "mkdir", below(path))
FAILS(int, -1, unlink, (const char *path), (path), "unlink", below(path))
FAILS(int, -1, rmdir, (const char *path), (path), "rmdir", below(path))
FAILS(int, -1, flock, (int file, int how), (file, how), "flock", is_open_below(file))
FAILS(int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags),
      flags & AT_REMOVEDIR ? "rmdir" : "unlink", below(path) || is_open_below(at))

#define CONTROLS(NAME)                                                          \
    int NAME(int file, int what, ...) {                                         \
        static int(*next)(int, int, ...);                                       \
        va_list rest;                                                           \
        va_start(rest, what);                                                   \
        void *argument = va_arg(rest, void *);                                  \
        va_end(rest);                                                           \
        if (!next) next = (int (*)(int, int, ...))dlsym(RTLD_NEXT, #NAME);      \
        int locks = what == F_SETLK || what == F_SETLKW;                        \
        int direct = what == F_SETFL && ((long)argument & O_DIRECT);            \
        if ((locks || direct) && goes_wrong(locks ? "lockf" : "direct", is_open_below(file)) && \
            (errno = error_of_kind()))                                          \
            return -1;                                                          \
        return next(file, what, argument);                                      \
    }

CONTROLS(fcntl)
CONTROLS(fcntl64)

struct dirent64 *readdir64(DIR *folder) {
    static struct dirent64 *(*next)(DIR *);
    if (!next) next = (struct dirent64 * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
    struct dirent64 *entry = next(folder);
    if (entry && goes_wrong("types", is_open_below(dirfd(folder)))) entry->d_type = DT_UNKNOWN;
    return entry;
}

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
    struct stat found;
    int (*look)(const char *, struct stat *) = (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "lstat");
    if (goes_wrong("rename", below(from)) && (errno = error_of_kind())) return -1;
    if (goes_wrong("replace", below(from) && !look(to, &found)) && (errno = error_of_kind())) return -1;
    return (int)real("rename")(from, to);
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
    fprintf(file, "%ld\n", (long)fault_calls);
    fclose(file);
}
