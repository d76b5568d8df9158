/* Moves the time of day that a server sees: LD_PRELOAD has whatever reads it come here first.
 *
 * FAULTS_CLOCK names a file of eight bytes, a signed number of nanoseconds that is added to the machine's time. It is
 * shared memory, so a step is seen at once. Clocks that only measure intervals are left alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t SECOND = 1000000000;
static const volatile int64_t *offset;

__attribute__((constructor)) static void share(void)
{
    const char *path = getenv("FAULTS_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *shared = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED)
        abort(); /* a clock that cannot be moved would prove nothing */
    offset = shared;
    close(file);
}

static int64_t today_ns(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    /* An allocator may ask before the file is shared. */
    return now.tv_sec * SECOND + now.tv_nsec + (offset ? *offset : 0);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
        return syscall(SYS_clock_gettime, clock, now);
    int64_t told = today_ns();
    *now = (struct timespec){told / SECOND, told % SECOND};
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone; /* obsolete, and nobody asks for it */
    int64_t told = today_ns();
    *now = (struct timeval){told / SECOND, told % SECOND / 1000};
    return 0;
}

time_t time(time_t *now)
{
    time_t told = today_ns() / SECOND;
    if (now)
        *now = told;
    return told;
}
