/* The load: all clients of one room, in one process, one thread, on raw sockets and epoll.
 *
 * load PORT CLIENTS SENDERS SERVER_PID ECHOES AT_ONCE PREFIX SUFFIX SEND EXPECT [SEND EXPECT]...
 *
 * SEND and EXPECT say how a client comes in; "{name}" in a SEND is its name. A line is said as
 * PREFIX, a text of 40 bytes, SUFFIX. ECHOES is 1 if one hears one's own lines; AT_ONCE says how many
 * come in at the same time. When all are in and nothing comes any more, one line of JSON is printed. From then on each line of stdin,
 * "WINDOW RATE SECONDS", is one run, and one line of JSON. With a WINDOW each sender keeps that many
 * lines outstanding; with WINDOW 0 they say RATE lines a second in all.
 *
 * Of each line two times are taken: until it comes back to whom it answers for (its own sender, or
 * without an echo another client), and until the last client has it.
 *
 * The text ends with a mark that says whose line it is and which, so that each line is known again
 * at each client, whatever a server writes around it, and in whatever order it delivers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFER = 256 * 1024, /* for one read */
    CARRY = 32,          /* of the last read, what may be the beginning of something looked for */
    TEXT = 40,           /* bytes of what is said */
    MARK = 10,           /* '|', a digit for the sender, eight for the number of the line */
    SENDERS = 10,
    STEPS = 4,
    WINDOW = 1024,       /* lines outstanding, at most */
    LINE = 256,          /* bytes of a line as it is sent, at most */
};
static const double QUIET = 0.3;     /* seconds without a byte, and all has been told */
static const double PATIENCE = 120;  /* seconds that anything may take to become quiet */

struct client {
    int fd;
    int step;        /* of coming in; -1 before the connection is made */
    int carried;
    char carry[CARRY];
};

struct line {
    double sent;
    uint32_t heard;  /* by how many */
};

struct times {       /* how long something took, each time */
    double *each;
    uint64_t count, room;
};

struct sender {
    struct line *lines;  /* of this run, by number */
    uint32_t sent, room; /* how many there are; for how many there is room */
    uint32_t answered;   /* how many have come back to whom it answers for */
};

static int port, client_count, sender_count, echoes, at_once, step_count, poller;
static const char *prefix, *suffix, *steps[STEPS], *expected[STEPS];
static clockid_t server_clock;
static struct client *clients;
static struct sender senders[SENDERS];
static int came_in, started;
static char buffer[CARRY + BUFFER];

/* Of the present run. */
static uint64_t deliveries, said, reads;
static uint32_t generation; /* is part of the first digits of a number: no run hears another's */
static struct times answered, completed;

static void fail(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    fprintf(stderr, "\n");
    exit(1);
}

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time))
        fail("the server has ended");
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double now(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

/* What is outstanding is far less than a socket's buffer takes. */
static void send_all(int fd, const char *data, size_t length)
{
    if (send(fd, data, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("the server does not take what is sent to it: %s", strerror(errno));
}

/* ------------------------------------------------------------------ coming in */

static void begin_client(void)
{
    struct client *client = &clients[started++];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    client->step = -1;
    if (client->fd < 0)
        fail("no socket for client %d: %s", started, strerror(errno));
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS)
        fail("client %d cannot connect: %s", started, strerror(errno));
    epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
}

static void take_step(struct client *client)
{
    char data[1024];
    const char *step, *place;
    if (++client->step == step_count) {
        came_in++;
        if (started < client_count)
            begin_client();
        return;
    }
    step = steps[client->step];
    *data = 0;
    while ((place = strstr(step, "{name}"))) {
        size_t length = strlen(data);
        snprintf(data + length, sizeof data - length, "%.*su%04d", (int)(place - step), step,
                 (int)(client - clients));
        step = place + strlen("{name}");
    }
    strncat(data, step, sizeof data - strlen(data) - 1);
    send_all(client->fd, data, strlen(data));
}

static void read_answer(struct client *client, char **data, const char *end)
{
    while (client->step >= 0 && client->step < step_count) {
        const char *wanted = expected[client->step];
        char *place = memmem(*data, (size_t)(end - *data), wanted, strlen(wanted));
        if (!place) {
            size_t keep = strlen(wanted) - 1;
            if ((size_t)(end - *data) > keep)
                *data = (char *)end - keep;
            return;
        }
        *data = place + strlen(wanted);
        take_step(client);
    }
}

/* ------------------------------------------------------------------ talking */

static void say(int who, uint32_t count)
{
    static char data[WINDOW * LINE];
    struct sender *sender = &senders[who];
    size_t length = 0;
    double time = now();

    for (; count; count--) {
        if (sender->sent == sender->room) {
            sender->room = sender->room ? 2 * sender->room : 4096;
            sender->lines = realloc(sender->lines, sender->room * sizeof *sender->lines);
            if (!sender->lines)
                fail("no memory");
        }
        length += (size_t)snprintf(data + length, LINE, "%sThis is what somebody says now|%d%d%07u%s",
                                   prefix, who, (int)(generation % 10), sender->sent, suffix);
        sender->lines[sender->sent++] = (struct line){.sent = time};
        said++;
    }
    send_all(clients[who].fd, data, length);
}

static void note(struct times *times, double sent, double *time)
{
    if (!*time)
        *time = now(); /* once a read, and only when needed */
    if (times->count == times->room) {
        times->room = times->room ? 2 * times->room : 1 << 16;
        times->each = realloc(times->each, times->room * sizeof *times->each);
        if (!times->each)
            fail("no memory");
    }
    times->each[times->count++] = *time - sent;
}

static void hear(struct client *client, const char *mark, double *time)
{
    unsigned who = (unsigned)(mark[1] - '0');
    uint32_t number = 0;
    struct sender *sender;
    int index = (int)(client - clients);

    for (int place = 3; place < MARK; place++)
        number = number * 10 + (uint32_t)(mark[place] - '0');
    if (who >= (unsigned)sender_count || mark[2] - '0' != (int)(generation % 10) ||
        number >= senders[who].sent)
        fail("a line came that nobody said in this run");
    sender = &senders[who];
    deliveries++;
    /* Without an echo, another client's copy says that the line has been through the server. */
    if (index == (echoes ? (int)who : (int)(who + 1) % client_count)) {
        sender->answered++;
        note(&answered, sender->lines[number].sent, time);
    }
    if (++sender->lines[number].heard == (uint32_t)(client_count - !echoes))
        note(&completed, sender->lines[number].sent, time);
}

static void read_lines(struct client *client, char **data, const char *end)
{
    char *mark;
    double time = 0;
    while ((mark = memchr(*data, '|', (size_t)(end - *data)))) {
        *data = mark;
        if (end - mark <= MARK) /* the mark and one byte of what ends the line */
            return;
        hear(client, mark, &time);
        *data = mark + MARK;
    }
    *data = (char *)end;
}

/* ------------------------------------------------------------------ both */

static bool read_client(struct client *client)
{
    ssize_t length;
    do {
        char *data = buffer + CARRY - client->carried, *end;
        length = recv(client->fd, buffer + CARRY, BUFFER, 0);
        if (length < 0 && errno == EAGAIN)
            return false;
        if (length <= 0)
            fail("the server has disconnected client %d of %d: %s", (int)(client - clients) + 1,
                 client_count, length ? strerror(errno) : "end of file");
        memcpy(data, client->carry, (size_t)client->carried);
        end = buffer + CARRY + length;
        read_answer(client, &data, end);
        if (client->step == step_count)
            read_lines(client, &data, end);
        reads++;
        client->carried = (int)(end - data);
        if (client->carried > CARRY)
            fail("something looked for is too long");
        memcpy(client->carry, data, (size_t)client->carried);
    } while (length == BUFFER); /* edge-triggered: what comes after a short read is a new event */
    return true;
}

/* Wait for events at most until then, and read what has come. Return whether anything has. */
static bool turn(double until)
{
    static struct epoll_event events[1024];
    double left = until - now();
    int count = epoll_wait(poller, events, 1024, left > 0 ? (int)(left * 1000) + 1 : 0);
    bool came = false;
    for (int index = 0; index < count; index++) {
        struct client *client = events[index].data.ptr;
        if (client->step < 0 && events[index].events & EPOLLOUT) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = client};
            epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
            take_step(client);
        }
        if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            came |= read_client(client);
    }
    return came;
}

static void wait_for_quiet(void)
{
    double begin = now(), last = begin;
    while (now() < last + QUIET) {
        if (turn(last + QUIET))
            last = now();
        if (last > begin + PATIENCE)
            fail("it does not become quiet");
    }
}

static void let_in(void)
{
    double begin = now(), end;

    while (started < client_count && started < at_once)
        begin_client();
    while (came_in < client_count) {
        turn(now() + 1);
        if (now() > begin + 3 * PATIENCE)
            fail("only %d of %d clients came in", came_in, client_count);
    }
    end = now();
    wait_for_quiet();
    printf("{\"connect_seconds\": %.6f}\n", end - begin);
    fflush(stdout);
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double percentile(const struct times *times, double part)
{
    return times->count ? times->each[(uint64_t)(part * (double)(times->count - 1) + 0.5)] : -1;
}

static void print_times(const char *name, const struct times *times)
{
    qsort(times->each, times->count, sizeof *times->each, ascending);
    printf(", \"%sp50\": %.9f, \"%sp99\": %.9f, \"%sworst\": %.9f", name, percentile(times, 0.5),
           name, percentile(times, 0.99), name, percentile(times, 1));
}

/* Talk for so many seconds, and listen until everybody has heard everything: from rest to rest, so
 * that no line is counted whose work is not, and the other way round. */
static void run(uint32_t window, double rate, double seconds)
{
    double begin, wall, server, load, until;
    uint64_t due = 0;

    generation++;
    deliveries = said = reads = answered.count = completed.count = 0;
    for (int who = 0; who < sender_count; who++)
        senders[who].sent = senders[who].answered = 0;
    server = seconds_of(server_clock);
    load = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    begin = now();
    until = begin + seconds;
    while (now() < until) {
        for (int who = 0; window && who < sender_count; who++) {
            uint32_t outstanding = senders[who].sent - senders[who].answered;
            if (outstanding < window)
                say(who, window - outstanding);
        }
        if (!window) {
            for (; now() >= begin + (double)due / rate; due++)
                say((int)(due % (uint64_t)sender_count), 1);
            turn(begin + (double)due / rate < until ? begin + (double)due / rate : until);
        } else
            turn(until);
    }
    until = now() + PATIENCE;
    while (completed.count < said && now() < until)
        turn(until);
    wall = now() - begin;
    load = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - load;
    server = seconds_of(server_clock) - server;
    printf("{\"lines\": %lu, \"missing\": %lu, \"deliveries\": %lu, \"reads\": %lu, \"wall\": %.6f, "
           "\"server_cpu\": %.9f, \"load_cpu\": %.9f",
           said, said - completed.count, deliveries, reads, wall, server, load);
    print_times("", &completed);
    print_times("echo_", &answered);
    printf("}\n");
    fflush(stdout);
    wait_for_quiet();
}

int main(int count, char **words)
{
    char command[256];
    unsigned window;
    double rate, seconds;

    if (count < 11 || count % 2 == 0)
        fail("see the head of this program for what it takes");
    port = atoi(words[1]);
    client_count = atoi(words[2]);
    sender_count = atoi(words[3]);
    if (client_count < 2 || client_count > 9999 || sender_count < 1 || sender_count > SENDERS ||
        sender_count > client_count)
        fail("2 to 9999 clients, of whom 1 to %d speak", SENDERS);
    if (clock_getcpuclockid(atoi(words[4]), &server_clock))
        fail("there is no server");
    echoes = atoi(words[5]);
    at_once = atoi(words[6]);
    prefix = words[7];
    suffix = words[8];
    if (strlen(prefix) + TEXT + strlen(suffix) >= LINE)
        fail("a line is too long");
    for (int word = 9; word < count && step_count < STEPS; word += 2) {
        steps[step_count] = words[word];
        expected[step_count++] = words[word + 1];
        if (strlen(words[word + 1]) > CARRY)
            fail("an answer looked for is too long");
    }
    clients = calloc((size_t)client_count, sizeof *clients);
    poller = epoll_create1(0);
    if (!clients || poller < 0)
        fail("no memory");
    let_in();
    while (fgets(command, sizeof command, stdin)) {
        if (sscanf(command, "%u %lf %lf", &window, &rate, &seconds) != 3 || window > WINDOW)
            fail("not understood: %s", command);
        run(window, rate, seconds);
    }
    return 0;
}
