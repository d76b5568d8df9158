/* Stands between a server and its disk: LD_PRELOAD has fsync and fdatasync come here first.
 *
 * FAULTS_DISK names a folder. `synced` gets a line "INODE BYTES" when a call has come back without an error: as many
 * bytes as the file had when the call was made are on the disk. While `delay_ms` holds a number, each call takes so
 * much longer; while `errno` does, each call fails with it and reaches no disk. `held` gets a line for each of these.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int file_of(const char *name, int flags)
{
    char path[PATH_MAX];
    const char *folder = getenv("FAULTS_DISK");
    if (!folder)
        return -1;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, flags | O_CLOEXEC, 0600);
}

static long order(const char *name)
{
    char text[16] = "";
    int file = file_of(name, O_RDONLY);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? atol(text) : 0;
}

static void note(const char *name, unsigned long long subject, long long figure)
{
    char line[64];
    int file = file_of(name, O_WRONLY | O_APPEND | O_CREAT);
    if (file < 0)
        return;
    int length = snprintf(line, sizeof line, "%llu %lld\n", subject, figure);
    if (write(file, line, length) != length)
        abort(); /* a log with gaps would prove nothing */
    close(file);
}

static int synced(int (*really)(int), int descriptor)
{
    struct stat before;
    if (fstat(descriptor, &before))
        return -1;
    long delay_ms = order("delay_ms");
    if (delay_ms) {
        note("held", before.st_ino, delay_ms);
        nanosleep(&(struct timespec){delay_ms / 1000, delay_ms % 1000 * 1000000}, NULL);
    }
    long failure = order("errno");
    if (failure) {
        note("held", before.st_ino, -failure);
        errno = failure;
        return -1;
    }
    int outcome = really(descriptor);
    if (!outcome) {
        note("synced", before.st_ino, before.st_size);
        errno = 0;
    }
    return outcome;
}

int fsync(int descriptor)
{
    return synced((int (*)(int))dlsym(RTLD_NEXT, "fsync"), descriptor);
}

int fdatasync(int descriptor)
{
    return synced((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"), descriptor);
}
