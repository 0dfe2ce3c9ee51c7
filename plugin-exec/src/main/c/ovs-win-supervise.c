/*
 * Keeps a program running where no systemd does: starts it again when it ends,
 * after a delay that grows, and writes what it prints to a log that stays
 * within a bound (the log and one older one).
 *
 *   ovs-win-supervise PID-FILE LOG LOG-BYTES PROGRAM ARGUMENT...
 *   ovs-win-supervise --stop PID-FILE
 *
 * It goes to the background and returns when it holds the pid file: exit 0, or
 * 1 with the reason on standard error. The pid file says "PID START-TICKS"
 * (proc(5), stat, field 22): a pid alone may be another process's by now. Its
 * lock (fcntl) ends with the process. SIGTERM ends the program first, by
 * SIGTERM and after STOP_MILLIS by SIGKILL, and empties the pid file. A program that ends with exit 2
 * cannot use its configuration and is not started again.
 *
 * --stop ends the supervisor that holds the lock, and so its program; exit 0
 * when nobody holds it any more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MISUSE = 2, STOP_MILLIS = 15000, FIRST_DELAY_MILLIS = 250, MAX_DELAY_MILLIS = 30000, STEADY_MILLIS = 60000 };

static const char *log_path;
static long log_limit;
static int log_fd = -1;
static long log_size;

static long long now_millis(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void open_log(void)
{
    struct stat found;
    log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    log_size = log_fd >= 0 && fstat(log_fd, &found) == 0 ? (long) found.st_size : 0;
}

/* A log that cannot be written is no reason to end the program: the text is lost. */
static void write_log(const char *text, size_t length)
{
    if (log_size > 0 && log_size + (long) length > log_limit) {
        char older[4096];
        if (snprintf(older, sizeof older, "%s.1", log_path) < (int) sizeof older)
            rename(log_path, older);
        close(log_fd);
        open_log();
    }
    while (length > 0) {
        ssize_t written = write(log_fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        log_size += written;
        text += written;
        length -= (size_t) written;
    }
}

static void say(const char *format, ...)
{
    char line[512], text[400], when[40];
    time_t now = time(NULL);
    struct tm parts;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    int length = snprintf(line, sizeof line, "%s supervisor: %s\n", when, text);
    write_log(line, (size_t) length);
}

/* Field 22 of stat; the command, field 2, may itself hold spaces and parentheses. */
static unsigned long long start_ticks(void)
{
    char stat[1024];
    unsigned long long ticks = 0;
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, stat, sizeof stat - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return 0;
    stat[length] = 0;
    char *field = strrchr(stat, ')');
    for (int i = 0; field && i < 20; i++)
        field = strchr(field + 1, ' ');
    if (field)
        sscanf(field, "%llu", &ticks);
    return ticks;
}

/* Returns the locked file's descriptor, or -1 with errno; EAGAIN when another supervisor has it. */
static int take_pid_file(const char *path)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char line[64];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    int length = snprintf(line, sizeof line, "%ld %llu\n", (long) getpid(), start_ticks());
    if (fcntl(fd, F_SETLK, &whole) < 0 || ftruncate(fd, 0) < 0 || write(fd, line, (size_t) length) != length) {
        int reason = errno == EACCES ? EAGAIN : errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

/* Starts the program with both outputs in a pipe, whose other end is *output. Returns its pid, or -1. */
static pid_t start(char **program, int *output)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        /* Two programs must never be there at once: it ends with its supervisor, however that ends. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(1);
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        execv(program[0], program);
        fprintf(stderr, "%s: cannot be started: %s\n", program[0], strerror(errno));
        _exit(MISUSE);
    }
    close(ends[1]);
    if (child < 0)
        close(ends[0]);
    else
        *output = ends[0];
    return child;
}

/* Copies what is there to the log. Returns 0 at the end of the output. */
static int copy(int output)
{
    char text[8192];
    ssize_t length = read(output, text, sizeof text);
    if (length > 0)
        write_log(text, (size_t) length);
    return length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Waits for a signal, the output, or the deadline (-1: none). Returns the signal, or 0. */
static int next_event(int signals, int *output, long long deadline)
{
    struct pollfd fds[2] = {{.fd = signals, .events = POLLIN}, {.fd = *output, .events = POLLIN}};
    long long left = deadline < 0 ? -1 : deadline - now_millis();
    if (poll(fds, 2, deadline < 0 ? -1 : left > 0 ? (int) left : 0) <= 0)
        return 0;
    if (fds[1].revents && !copy(*output)) {
        close(*output);
        *output = -1;
    }
    struct signalfd_siginfo got;
    if (fds[0].revents && read(signals, &got, sizeof got) == sizeof got)
        return (int) got.ssi_signo;
    return 0;
}

/* What the program printed last may still be in the pipe. */
static void drain(int *output)
{
    if (*output < 0)
        return;
    fcntl(*output, F_SETFL, O_NONBLOCK);
    char text[8192];
    ssize_t length;
    while ((length = read(*output, text, sizeof text)) > 0)
        write_log(text, (size_t) length);
    close(*output);
    *output = -1;
}

static int supervise(int signals, char **program)
{
    long long delay = FIRST_DELAY_MILLIS;
    int output = -1;
    for (;;) {
        long long started = now_millis(), kill_at = -1;
        int stopping = 0, status = 0;
        pid_t child = start(program, &output);
        if (child < 0) {
            say("no process: %s", strerror(errno));
            status = 1 << 8;
        } else {
            say("started process %ld", (long) child);
        }
        while (child > 0) {
            int signal = next_event(signals, &output, kill_at);
            if (signal == SIGTERM || signal == SIGINT) {
                stopping = 1;
                kill_at = now_millis() + STOP_MILLIS;
                kill(child, SIGTERM);
            }
            if (kill_at >= 0 && now_millis() >= kill_at) {
                kill(child, SIGKILL);
                kill_at = -1;
            }
            if (waitpid(child, &status, WNOHANG) == child)
                child = 0;
        }
        drain(&output);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (stopping) {
            say("stopped, exit %d", code);
            return 0;
        }
        if (code == MISUSE) {
            say("ended with exit 2: not started again, it would end so again");
            return 0;
        }
        if (now_millis() - started >= STEADY_MILLIS)
            delay = FIRST_DELAY_MILLIS;
        say("ended with exit %d after %lld ms: started again in %lld ms", code, now_millis() - started, delay);
        for (long long again = now_millis() + delay; now_millis() < again;) {
            int signal = next_event(signals, &output, again);
            if (signal == SIGTERM || signal == SIGINT) {
                say("stopped");
                return 0;
            }
        }
        delay = delay * 2 > MAX_DELAY_MILLIS ? MAX_DELAY_MILLIS : delay * 2;
    }
}

static int fail(const char *what, const char *path)
{
    if (errno == EAGAIN)
        fprintf(stderr, "ovs-win-supervise: %s: another supervisor has it (expected: none)\n", path);
    else
        fprintf(stderr, "ovs-win-supervise: %s: %s: %s\n", path, what, strerror(errno));
    return 1;
}

/* Ends whoever holds the pid file's lock; the kernel knows who that is. */
static int stop(const char *path)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    long long patience = now_millis() + STOP_MILLIS + 5000;
    int signal = SIGTERM;
    pid_t told = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : fail("cannot be read", path);
    for (;;) {
        struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        if (fcntl(fd, F_GETLK, &holder) < 0)
            return fail("its lock cannot be asked for", path);
        if (holder.l_type == F_UNLCK)
            return 0;
        if (now_millis() > patience && signal == SIGTERM) {
            signal = SIGKILL;
            told = 0;
            patience += 5000;
        }
        if (now_millis() > patience) {
            errno = ETIMEDOUT;
            return fail("its process does not end", path);
        }
        if (told != holder.l_pid && kill(holder.l_pid, signal) < 0 && errno != ESRCH)
            return fail("its process cannot be ended", path);
        told = holder.l_pid;
        nanosleep(&pause, NULL);
    }
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "--stop") == 0)
        return stop(words[2]);
    if (count < 5 || (log_limit = atol(words[3])) <= 0) {
        fprintf(stderr, "usage: ovs-win-supervise PID-FILE LOG LOG-BYTES PROGRAM ARGUMENT...\n"
                        "       ovs-win-supervise --stop PID-FILE\n");
        return MISUSE;
    }
    log_path = words[2];
    open_log();
    if (log_fd < 0)
        return fail("cannot be written", log_path);
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return fail("no pipe", "ready");
    pid_t background = fork();
    if (background < 0)
        return fail("no process", "fork");
    if (background > 0) {
        char taken;
        int status;
        close(ready[1]);
        if (read(ready[0], &taken, 1) == 1)
            return 0;
        waitpid(background, &status, 0);
        return 1;
    }
    setsid();
    int pid_file = take_pid_file(words[1]);
    if (pid_file < 0)
        return fail("cannot be taken", words[1]);
    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGINT);
    sigaddset(&handled, SIGCHLD);
    sigprocmask(SIG_BLOCK, &handled, NULL);
    int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (signals < 0 || null < 0 || chdir("/") < 0)
        return fail("cannot go to the background", words[0]);
    if (write(ready[1], "+", 1) != 1)
        return 1;
    close(ready[0]);
    close(ready[1]);
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    int code = supervise(signals, words + 4);
    /* Emptied, not removed: the next supervisor could hold the lock of a file without a name. */
    return ftruncate(pid_file, 0) < 0 ? 1 : code;
}
