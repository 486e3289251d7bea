/* The load: all clients of one room, in one process, one thread, on raw sockets and epoll.
 *
 * load PORT CLIENTS SENDERS SERVER_PID ECHOES OTHER AT_ONCE QUIET HOW PREFIX SUFFIX SEND EXPECT
 *     [SEND EXPECT]...
 *
 * A chat may have several servers: PORT and SERVER_PID are then lists with commas, and the clients
 * come to one port after the other, in turn.
 *
 * SEND and EXPECT say how a client comes in; "{name}" in a SEND is its name. A line is said as
 * PREFIX, a text of 40 bytes, SUFFIX, in which "{number}" is the number of the line. ECHOES is 1 if
 * one hears one's own lines, OTHER is 1 if the next client answers for a line all the same; AT_ONCE
 * says how many come in at the same time; HOW is 1 for TLS, 2 for a WebSocket, 0 for neither. When all are in and nothing has come for QUIET seconds,
 * one line of JSON is printed. From then on each line of stdin, "WINDOW RATE SECONDS LINES", is one
 * run, and one line of JSON. With a WINDOW each sender keeps that many lines outstanding; with
 * WINDOW 0 they say RATE lines a second in all; if LINES is not 0, no more than so many are said.
 * "stall COUNT" lets so many clients, those after the senders, read nothing more.
 *
 * Of each line two times are taken: until it comes back to whom it answers for (its own sender, or
 * without an echo another client), and until the last client has it.
 *
 * The text ends with a mark that says whose line it is and which, so that each line is known again
 * at each client, whatever a server writes around it, and in whatever order it delivers.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <sys/epoll.h>

#include "load_times.h"

#include "load_wire.h"

enum {
    BUFFER = 256 * 1024, /* for one read */
    CARRY = 32,          /* of the last read, what may be the beginning of something looked for */
    TEXT = 40,           /* bytes of what is said */
    MARK = 10,           /* '|', a digit for the sender, eight for the number of the line */
    SENDERS = 10,
    STEPS = 4,
    WINDOW = 1024,       /* lines outstanding, at most */
    MOST = 20000,        /* clients */
    SERVERS = 16,
};
static const double QUIET = 0.3;     /* seconds without a byte, and all has been told */
static const double PATIENCE = 120;  /* seconds that anything may take to become quiet */

struct client {
    struct wire wire;
    int step;        /* of coming in; -1 before the connection is made */
    int carried;
    char carry[CARRY];
};

struct line {
    double sent;
    uint32_t heard;  /* by how many */
};

struct sender {
    struct line *lines;  /* of this run, by number */
    uint32_t sent, room; /* how many there are; for how many there is room */
    uint32_t answered;   /* how many have come back to whom it answers for */
};

static int ports[SERVERS], port_count, client_count, sender_count, echoes, other, at_once, step_count, poller, stalled;
static size_t line_room; /* bytes of a line as it is sent, at most */
static const char *prefix, *suffix, *suffix_end, *steps[STEPS], *expected[STEPS];
static clockid_t server_clocks[SERVERS];
static int clock_count;
static struct client *clients;
static struct sender senders[SENDERS];
static int came_in, started;
static char buffer[CARRY + BUFFER];

/* Of the present run. */
static uint64_t deliveries, said, reads;
static uint32_t generation; /* is part of the first digits of a number: no run hears another's */
static struct times answered, completed;

/* ------------------------------------------------------------------ coming in */

static void begin_client(void)
{
    int port = ports[started % port_count];
    struct client *client = &clients[started++];
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    const char *why = wire_open(&client->wire, port);

    if (why)
        fail("client %d cannot connect: %s", started, why);
    client->step = -1;
    epoll_ctl(poller, EPOLL_CTL_ADD, client->wire.fd, &event);
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
        snprintf(data + length, sizeof data - length, "%.*su%05d", (int)(place - step), step,
                 (int)(client - clients));
        step = place + strlen("{name}");
    }
    strncat(data, step, sizeof data - strlen(data) - 1);
    wire_send(&client->wire, data, strlen(data));
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
    static char *data;
    struct sender *sender = &senders[who];
    size_t length = 0;
    double time = now();

    if (!data && !(data = malloc(WINDOW * line_room)))
        fail("no memory");
    for (; count; count--) {
        if (sender->sent == sender->room) {
            sender->room = sender->room ? 2 * sender->room : 4096;
            sender->lines = realloc(sender->lines, sender->room * sizeof *sender->lines);
            if (!sender->lines)
                fail("no memory");
        }
        length += (size_t)sprintf(data + length, "%sThis is what somebody says now|%d%d%07u%s",
                                  prefix, who, (int)(generation % 10), sender->sent, suffix);
        if (suffix_end)
            length += (size_t)sprintf(data + length, "%u%s", sender->sent, suffix_end);
        sender->lines[sender->sent++] = (struct line){.sent = time};
        said++;
    }
    wire_send(&clients[who].wire, data, length);
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
    if (index == (other ? (int)(who + 1) % client_count : (int)who)) {
        sender->answered++;
        note(&answered, sender->lines[number].sent, time);
    }
    if (++sender->lines[number].heard == (uint32_t)(client_count - !echoes - stalled))
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
    ssize_t length, came;
    do {
        char *data = buffer + CARRY - client->carried, *end;
        length = wire_receive(&client->wire, buffer + CARRY, BUFFER, &came);
        if (came < 0 && errno == EAGAIN)
            return false;
        if (came <= 0)
            fail("the server has disconnected client %d of %d: %s", (int)(client - clients) + 1,
                 client_count, came ? strerror(errno) : "end of file");
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
    } while (came == BUFFER); /* edge-triggered: what comes after a short read is a new event */
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
        if (client->step < 0 && !(events[index].events & (EPOLLOUT | EPOLLIN)))
            fail("the server takes nobody in");
        if (client->step < 0) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = client};
            if (!wire_is_ready(&client->wire))
                continue;
            epoll_ctl(poller, EPOLL_CTL_MOD, client->wire.fd, &event);
            take_step(client);
        }
        if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            came |= read_client(client);
    }
    return came;
}

/* Return when the last byte came. */
static double wait_for_quiet(double quiet)
{
    double begin = now(), last = begin;
    while (now() < last + quiet) {
        if (turn(last + quiet))
            last = now();
        if (last > begin + PATIENCE)
            fail("it does not become quiet");
    }
    return last;
}

static void let_in(double quiet)
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
    printf("{\"connect_seconds\": %.6f, \"quiet_seconds\": %.6f}\n", end - begin,
           wait_for_quiet(quiet) - begin);
    fflush(stdout);
}

static void stall(int count)
{
    if (other || sender_count + count >= client_count)
        fail("so many cannot stall");
    for (; stalled < count; stalled++)
        epoll_ctl(poller, EPOLL_CTL_DEL, clients[sender_count + stalled].wire.fd, NULL);
}

static double server_seconds(void)
{
    double seconds = 0;

    for (int index = 0; index < clock_count; index++)
        seconds += seconds_of(server_clocks[index]);
    return seconds;
}

/* Talk for so many seconds, and listen until everybody has heard everything: from rest to rest, so
 * that no line is counted whose work is not, and the other way round. */
static void run(uint32_t window, double rate, double seconds, uint64_t lines)
{
    double begin, wall, server, load, until;
    uint64_t due = 0;

    generation++;
    deliveries = said = reads = answered.count = completed.count = 0;
    for (int who = 0; who < sender_count; who++)
        senders[who].sent = senders[who].answered = 0;
    server = server_seconds();
    load = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    begin = now();
    until = begin + seconds;
    while (now() < until && said < lines) {
        for (int who = 0; window && who < sender_count; who++) {
            uint32_t outstanding = senders[who].sent - senders[who].answered;
            uint64_t left = lines - said;
            if (outstanding < window && left)
                say(who, left < window - outstanding ? (uint32_t)left : window - outstanding);
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
    server = server_seconds() - server;
    printf("{\"lines\": %lu, \"missing\": %lu, \"deliveries\": %lu, \"reads\": %lu, \"wall\": %.6f, "
           "\"server_cpu\": %.9f, \"load_cpu\": %.9f",
           said, said - completed.count, deliveries, reads, wall, server, load);
    print_times("", &completed);
    print_times("echo_", &answered);
    printf("}\n");
    fflush(stdout);
    wait_for_quiet(QUIET);
}

static int number_of(const char *word, int least, int most)
{
    int number = atoi(word);
    if (number < least || number > most)
        fail("%s: from %d to %d", word, least, most);
    return number;
}

/* Read numbers that stand in a list; return how many there are. */
static int numbers_of(char *words, int most, int *numbers)
{
    int count = 0;

    for (char *word = strtok(words, ","); word; word = strtok(NULL, ",")) {
        if (count == SERVERS)
            fail("at most %d servers", SERVERS);
        numbers[count++] = number_of(word, 1, most);
    }
    return count;
}

static void obey(const char *command)
{
    unsigned window;
    unsigned long lines;
    double rate, seconds;
    int count;

    if (sscanf(command, "stall %d", &count) == 1)
        stall(count);
    else if (sscanf(command, "%u %lf %lf %lu", &window, &rate, &seconds, &lines) == 4 &&
             window <= WINDOW)
        run(window, rate, seconds, lines ? lines : UINT64_MAX);
    else
        fail("not understood: %s", command);
}

int main(int count, char **words)
{
    char command[256], *number;
    int pids[SERVERS];

    if (count < 14 || count % 2)
        fail("see the head of this program for what it takes");
    port_count = numbers_of(words[1], 65535, ports);
    client_count = number_of(words[2], 1, MOST);
    sender_count = number_of(words[3], 1, client_count < SENDERS ? client_count : SENDERS);
    clock_count = numbers_of(words[4], INT_MAX, pids);
    for (int index = 0; index < clock_count; index++)
        if (clock_getcpuclockid(pids[index], &server_clocks[index]))
            fail("there is no server");
    if (!port_count || !clock_count)
        fail("there is no server");
    echoes = number_of(words[5], 0, 1);
    other = number_of(words[6], 0, 1) || !echoes;
    at_once = number_of(words[7], 1, MOST);
    with_tls = number_of(words[9], 0, 2) == 1;
    with_frames = number_of(words[9], 0, 2) == 2;
    prefix = words[10];
    suffix = words[11];
    line_room = strlen(prefix) + TEXT + strlen(suffix) + 16;
    if ((number = strstr(suffix, "{number}"))) {
        *number = 0;
        suffix_end = number + strlen("{number}");
    }
    for (int word = 12; word < count && step_count < STEPS; word += 2) {
        steps[step_count] = words[word];
        expected[step_count++] = words[word + 1];
        if (strlen(words[word + 1]) > CARRY)
            fail("an answer looked for is too long");
    }
    clients = calloc((size_t)client_count, sizeof *clients);
    poller = epoll_create1(0);
    if (!clients || poller < 0)
        fail("no memory");
#ifndef TLS
    if (with_tls)
        fail("this was compiled without TLS");
#endif
    let_in(atof(words[8]));
    while (fgets(command, sizeof command, stdin))
        obey(command);
    return 0;
}
