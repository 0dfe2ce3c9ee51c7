/*
 * The CNI plugin executable. A runtime starts it for every call; it hands the
 * call to the agent and prints the agent's answer. It parses nothing: what it
 * knows of CNI is how to ask, the VERSION answer, which must not depend on
 * anybody (a runtime that gets none rejects the whole network), and errors for
 * an agent that cannot be asked. org.ovswin.cni.Launcher is the same in Java;
 * a test holds the two together.
 *
 *   to the agent     length(4) { "CNI_NAME=value\0" ... "\0" standard-input }
 *   from the agent   length(4) { exit-code(1) standard-output }
 *
 * A length is big-endian, counts what is in the braces and is at most LIMIT.
 * Neither side closes its half first: a Windows named pipe could not.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LIMIT (1024 * 1024)
#define DEFAULT_SOCKET "/run/ovs-win/cni.sock"
#define DEFAULT_TIMEOUT_MILLIS 60000
#define MAX_TIMEOUT_MILLIS 600000

/* CNI specification 1.1.0, "Error". */
enum { INVALID_ENVIRONMENT = 4, IO_FAILURE = 5, INVALID_CONFIG = 7, TRY_AGAIN_LATER = 11, NOT_AVAILABLE = 50 };

enum direction { TO_AGENT, FROM_AGENT };

extern char **environ;

static unsigned char request[4 + LIMIT];
static unsigned char answer[4 + LIMIT];
static long timeout_millis = DEFAULT_TIMEOUT_MILLIS;
static long long deadline_millis;

static long long now_millis(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits until fd is ready for events. Returns 0, or -1 with errno, ETIMEDOUT after the deadline. */
static int wait_for(int fd, short events)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    for (;;) {
        long long left = deadline_millis - now_millis();
        int ready = poll(&poll_fd, 1, left > 0 ? (int) left : 0);
        if (ready > 0)
            return 0;
        if (ready == 0)
            errno = ETIMEDOUT;
        if (errno != EINTR)
            return -1;
    }
}

/* Transport, part 1. Returns a connection to the agent, or -1 with errno. */
static int connect_agent(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int agent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (agent < 0)
        return -1;
    /* Where the agent's backlog is full, connect() waits for as long as a send would. */
    struct timeval wait = {.tv_sec = timeout_millis / 1000, .tv_usec = timeout_millis % 1000 * 1000};
    setsockopt(agent, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    while (connect(agent, (struct sockaddr *) &address, sizeof address) < 0) {
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN)
            errno = ETIMEDOUT;
        return -1;
    }
    return agent;
}

/* Transport, part 2. Moves exactly length bytes. Returns 0, or -1 with errno, ETIMEDOUT after the deadline. */
static int transfer(int agent, enum direction direction, unsigned char *bytes, size_t length)
{
    while (length > 0) {
        if (wait_for(agent, direction == TO_AGENT ? POLLOUT : POLLIN) < 0)
            return -1;
        ssize_t moved = direction == TO_AGENT ? send(agent, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL)
                                              : recv(agent, bytes, length, MSG_DONTWAIT);
        if (moved == 0)
            errno = ECONNRESET;
        if (moved <= 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (moved > 0) {
            bytes += moved;
            length -= (size_t) moved;
        }
    }
    return 0;
}

static void print_escaped(const char *text)
{
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char) *text < 0x20)
            printf("\\u%04x", (unsigned) *text);
        else
            putchar(*text);
}

/* Prints a CNI error on standard output, where runtimes read it. details may be empty. Returns the exit code. */
__attribute__((format(printf, 3, 4))) static int fail(int code, const char *msg, const char *details, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, details);
    vsnprintf(text, sizeof text, details, arguments);
    va_end(arguments);
    printf("{\"cniVersion\":\"1.0.0\",\"code\":%d,\"msg\":\"", code);
    print_escaped(msg);
    if (*text) {
        printf("\",\"details\":\"");
        print_escaped(text);
    }
    printf("\"}\n");
    return 1;
}

/* The same for an agent that cannot serve now: for STATUS, that is its own code. */
static int fail_agent(const char *command, const char *msg, const char *path, const char *reason)
{
    return fail(strcmp(command, "STATUS") == 0 ? NOT_AVAILABLE : TRY_AGAIN_LATER, msg, "%s%s%s", path,
                *reason ? ": " : "", reason);
}

/* Appends the CNI variables and their end mark. Returns the new length, more than LIMIT if they do not fit. */
static size_t append_environment(unsigned char *payload, size_t length)
{
    for (char **entry = environ; *entry; entry++) {
        size_t size = strlen(*entry) + 1;
        if (strncmp(*entry, "CNI_", 4) != 0)
            continue;
        if (length + size >= LIMIT)
            return LIMIT + 1;
        memcpy(payload + length, *entry, size);
        length += size;
    }
    payload[length] = '\0';
    return length + 1;
}

/* Appends standard input up to its end. Returns the new length, more than LIMIT if it does not fit, or -1 with errno. */
static ssize_t append_input(unsigned char *payload, size_t length)
{
    for (;;) {
        unsigned char surplus;
        if (wait_for(STDIN_FILENO, POLLIN) < 0)
            return -1;
        ssize_t got = length < LIMIT ? read(STDIN_FILENO, payload + length, LIMIT - length)
                                     : read(STDIN_FILENO, &surplus, 1);
        if (got == 0)
            return (ssize_t) length;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (got > 0)
            length += (size_t) got;
        if (length > LIMIT)
            return (ssize_t) length;
    }
}

static void put_length(unsigned char *frame, size_t length)
{
    for (int i = 0; i < 4; i++)
        frame[i] = (unsigned char) (length >> (24 - 8 * i));
}

static size_t get_length(const unsigned char *frame)
{
    return (size_t) frame[0] << 24 | (size_t) frame[1] << 16 | (size_t) frame[2] << 8 | frame[3];
}

/* Sends the request, whose payload has this length, and prints the answer. Returns the exit code. */
static int ask_agent(const char *command, const char *path, size_t length)
{
    char late[64];
    snprintf(late, sizeof late, "the ovs-win agent did not answer within %ld ms", timeout_millis);

    int agent = connect_agent(path);
    if (agent < 0 && errno == ETIMEDOUT)
        return fail_agent(command, late, path, "");
    if (agent < 0)
        return fail_agent(command, errno == ENOENT || errno == ECONNREFUSED ? "the ovs-win agent is not running"
                                                                            : "the ovs-win agent cannot be reached",
                          path, strerror(errno));

    put_length(request, length);
    /* An agent that refuses answers before it has read everything: its answer counts, not our failure to send. */
    if (transfer(agent, TO_AGENT, request, 4 + length) < 0 && errno == ETIMEDOUT)
        return fail_agent(command, late, path, "");
    int received = transfer(agent, FROM_AGENT, answer, 4);
    length = get_length(answer);
    if (received == 0 && (length < 1 || length > LIMIT)) {
        char reason[64];
        snprintf(reason, sizeof reason, "length %zu (expected: 1 to %d)", length, LIMIT);
        return fail_agent(command, "the ovs-win agent's answer is malformed", path, reason);
    }
    if (received == 0)
        received = transfer(agent, FROM_AGENT, answer + 4, length);
    if (received < 0)
        return fail_agent(command, errno == ETIMEDOUT ? late : "the ovs-win agent closed the connection without an answer",
                          path, "");
    fwrite(answer + 5, 1, length - 1, stdout);
    return answer[4];
}

static int run(const char *command)
{
    const char *path = getenv("OVS_WIN_CNI_SOCKET");
    const char *timeout = getenv("OVS_WIN_CNI_TIMEOUT_MILLIS");
    if (timeout && *timeout) {
        char *end;
        timeout_millis = strtol(timeout, &end, 10);
        if (*end || timeout_millis < 1 || timeout_millis > MAX_TIMEOUT_MILLIS)
            return fail(INVALID_ENVIRONMENT, "OVS_WIN_CNI_TIMEOUT_MILLIS is not a number from 1 to 600000", "%s", timeout);
    }
    deadline_millis = now_millis() + timeout_millis;

    size_t length = append_environment(request + 4, 0);
    if (length <= LIMIT) {
        ssize_t with_input = append_input(request + 4, length);
        if (with_input < 0 && errno == ETIMEDOUT)
            return fail(IO_FAILURE, "standard input did not end in time", "%ld ms", timeout_millis);
        if (with_input < 0)
            return fail(IO_FAILURE, "standard input cannot be read", "%s", strerror(errno));
        length = (size_t) with_input;
    }
    if (length > LIMIT)
        return fail(INVALID_CONFIG, "the request is too long", "more than %d bytes of configuration and environment", LIMIT);
    return ask_agent(command, path && *path ? path : DEFAULT_SOCKET, length);
}

int main(void)
{
    const char *command = getenv("CNI_COMMAND");
    int code;
    if (!command || !*command) {
        fputs("ovs-win-cni is the CNI plugin of ovs-win, which container runtimes call with CNI_COMMAND set.\n"
              "It speaks CNI 0.1.0 to 1.1.0. For the command line, see: ovs-win --help\n",
              stderr);
        return 0;
    }
    if (strcmp(command, "VERSION") == 0) {
        puts("{\"cniVersion\":\"1.1.0\",\"supportedVersions\":"
             "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}");
        code = 0;
    } else {
        code = run(command);
    }
    /* An answer that nobody got is no success. */
    return fflush(stdout) == 0 && !ferror(stdout) ? code : 1;
}
