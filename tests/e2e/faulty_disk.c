/* A disk that fails when it is told to, under one folder and for one process.
 *
 * Preloaded (LD_PRELOAD) into a server. FAULTY_DISK is the folder, with its real path. A file
 * beside it, FAULTY_DISK + ".fault", says what goes wrong as long as it is there:
 *
 *   full       there is no space left for anything
 *   readonly   nothing may be changed, made or opened for writing
 *   sync       what is written cannot be brought to the disk
 *   broken     nothing can be written
 *
 * With FAULTY_DISK_KILL=N the process is killed before its N-th change of that folder.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, FULL, READONLY, SYNC, BROKEN };

static int fault(void)
{
    char path[4096], word[16] = "";
    snprintf(path, sizeof path, "%s.fault", getenv("FAULTY_DISK"));
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NONE;
    if (read(file, word, sizeof word - 1) < 0)
        word[0] = 0;
    close(file);
    return word[0] == 'f' ? FULL : word[0] == 'r' ? READONLY : word[0] == 's' ? SYNC : BROKEN;
}

static int is_below(const char *path)
{
    const char *folder = getenv("FAULTY_DISK");
    char absolute[8192];
    if (path && path[0] != '/' && getcwd(absolute, 4096)) {
        size_t length = strlen(absolute);
        snprintf(absolute + length, sizeof absolute - length, "/%s", path);
        path = absolute;
    }
    return folder && path && !strncmp(path, folder, strlen(folder)) && path[strlen(folder)] == '/';
}

static int is_ours(int file)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_below(path);
}

/* Whether a change fails, and with which error; or the end of the process. */
static int fails(int is_sync, int takes_space)
{
    static int changes;
    const char *last = getenv("FAULTY_DISK_KILL");
    if (last && ++changes == atoi(last))
        kill(getpid(), SIGKILL);
    switch (fault()) {
    case FULL:
        errno = ENOSPC;
        return takes_space;
    case READONLY:
        errno = EROFS;
        return 1;
    case SYNC:
        errno = EIO;
        return is_sync;
    case BROKEN:
        errno = EIO;
        return 1;
    default:
        return 0;
    }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    if (is_ours(file) && fails(0, 1))
        return -1;
    return REAL(pwrite64)(file, data, size, at);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    return pwrite64(file, data, size, at);
}

int ftruncate64(int file, off64_t size)
{
    return is_ours(file) && fails(0, 0) ? -1 : REAL(ftruncate64)(file, size);
}

int ftruncate(int file, off_t size)
{
    return ftruncate64(file, size);
}

int fdatasync(int file)
{
    return is_ours(file) && fails(1, 0) ? -1 : REAL(fdatasync)(file);
}

int fsync(int file)
{
    return is_ours(file) && fails(1, 0) ? -1 : REAL(fsync)(file);
}

int unlink(const char *path)
{
    return is_below(path) && fails(0, 0) ? -1 : REAL(unlink)(path);
}

static int refuses(const char *path, int flags)
{
    if (!is_below(path) || !((flags & O_CREAT) || (flags & O_ACCMODE) != O_RDONLY))
        return 0;
    if (fault() == READONLY) {
        errno = EROFS;
        return 1;
    }
    return (flags & O_CREAT) && access(path, F_OK) && fails(0, 1);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = (flags & O_CREAT) ? (mode_t)va_arg(more, int) : 0;                           \
        va_end(more);                                                                              \
        return refuses(path, flags) ? -1 : REAL(name)(path, flags, mode);                          \
    }

OPEN(open)
OPEN(open64)
