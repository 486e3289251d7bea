/* The clients of join_storm.py: all in one process, one thread, on raw sockets and epoll.
 *
 * storm PORT CLIENTS SERVER_PID AT_ONCE
 *
 * They register with an IRC server, AT_ONCE at a time, as u00000, u00001, ... When all are in and
 * nothing has come for a while, each sends "JOIN #room", one after the other, as fast as this
 * program can. It is over when each has read the end of its names (366) and knows of all the
 * others, from its names (353) or because it was told of their JOIN. Then one line of JSON is
 * printed.
 */
#define _GNU_SOURCE
#include <sys/epoll.h>

#include "load_times.h"

#include "load_wire.h"

enum {
    BUFFER = 256 * 1024, /* for one read */
    LINE = 1024,         /* bytes of a line, at most */
    MOST = 10000,        /* clients */
};
static const double QUIET = 1;      /* seconds without a byte, and all are in */
static const double PATIENCE = 300; /* seconds that anything may take */

enum state { CONNECTING, REGISTERING, IN, NAMED };

struct client {
    struct wire wire;
    enum state state;
    int known;       /* of how many it knows, itself among them */
    uint8_t *others; /* a bit for each */
    double asked;    /* when it has sent its JOIN */
    int carried;
    char carry[LINE];
};

static int port, client_count, at_once, poller, started, came_in, done;
static struct client *clients;
static uint64_t bytes, reads, joins;
static struct times own; /* from sending a JOIN to the end of its names */
static char buffer[LINE + BUFFER];

static void begin_client(void)
{
    struct client *client = &clients[started++];
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    const char *why = wire_open(&client->wire, port);

    if (why)
        fail("client %d cannot connect: %s", started, why);
    epoll_ctl(poller, EPOLL_CTL_ADD, client->wire.fd, &event);
}

static void greet(struct client *client)
{
    char data[128];
    int length = snprintf(data, sizeof data, "NICK u%05d\r\nUSER u 0 * :u\r\n",
                          (int)(client - clients));

    wire_send(&client->wire, data, (size_t)length);
    client->state = REGISTERING;
}

static void note_done(struct client *client)
{
    if (client->state == NAMED && client->known == client_count)
        done++;
}

/* Somebody is in the room; whatever stands before the name, and however often it is said. */
static void know(struct client *client, const char *name, const char *end)
{
    int number = 0;
    while (name < end && *name != 'u')
        name++;
    if (end - name < 6)
        fail("a name that is nobody's: %.*s", (int)(end - name), name);
    for (int place = 1; place < 6; place++)
        number = number * 10 + (name[place] - '0');
    if (number < 0 || number >= client_count)
        fail("a name that is nobody's: %.*s", 6, name);
    if (client->others[number / 8] & (1 << number % 8))
        return;
    client->others[number / 8] |= (uint8_t)(1 << number % 8);
    client->known++;
    note_done(client);
}

static void read_names(struct client *client, const char *line, const char *end)
{
    const char *name = memmem(line, (size_t)(end - line), " :", 2);
    for (name = name ? name + 2 : end; name < end;) {
        const char *space = memchr(name, ' ', (size_t)(end - name));
        if (space != name)
            know(client, name, space ? space : end);
        name = space ? space + 1 : end;
    }
}

/* A line without its end: ":source COMMAND ...". */
static void read_line(struct client *client, const char *line, const char *end, double *time)
{
    const char *command = memchr(line, ' ', (size_t)(end - line));
    size_t left;

    if (!command++ || *line != ':')
        return;
    left = (size_t)(end - command);
    if (left > 5 && !memcmp(command, "JOIN ", 5)) {
        joins++;
        know(client, line, command - 1);
    } else if (left > 4 && !memcmp(command, "353 ", 4)) {
        read_names(client, command, end);
    } else if (left > 4 && !memcmp(command, "366 ", 4)) {
        note(&own, client->asked, time);
        client->state = NAMED;
        note_done(client);
    } else if (client->state == REGISTERING && left > 4 &&
               (!memcmp(command, "376 ", 4) || !memcmp(command, "422 ", 4))) {
        client->state = IN;
        came_in++;
        if (started < client_count)
            begin_client();
    } else if (*command == '4' && left > 4) {
        fail("refused: %.*s", (int)(end - line), line);
    }
}

static bool read_client(struct client *client)
{
    ssize_t length;
    do {
        char *line = buffer + LINE - client->carried, *end, *stop;
        double time = 0;
        length = wire_read(&client->wire, buffer + LINE, BUFFER);
        if (length < 0 && errno == EAGAIN)
            return false;
        if (length <= 0)
            fail("the server has disconnected client %d of %d: %s", (int)(client - clients) + 1,
                 client_count, length ? strerror(errno) : "end of file");
        reads++;
        bytes += (uint64_t)length;
        memcpy(line, client->carry, (size_t)client->carried);
        end = buffer + LINE + length;
        for (; (stop = memchr(line, '\n', (size_t)(end - line))); line = stop + 1)
            read_line(client, line, stop > line && stop[-1] == '\r' ? stop - 1 : stop, &time);
        client->carried = (int)(end - line);
        if (client->carried > LINE)
            fail("a line is too long");
        memcpy(client->carry, line, (size_t)client->carried);
    } while (length == BUFFER); /* edge-triggered: what comes after a short read is a new event */
    return true;
}

/* Wait for events at most so long, and read what has come. Return whether anything has. */
static bool turn(double seconds)
{
    static struct epoll_event events[1024];
    int count = epoll_wait(poller, events, 1024, (int)(seconds * 1000) + 1);
    bool came = false;
    for (int index = 0; index < count; index++) {
        struct client *client = events[index].data.ptr;
        if (client->state == CONNECTING) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = client};
            if (!wire_is_ready(&client->wire))
                continue;
            epoll_ctl(poller, EPOLL_CTL_MOD, client->wire.fd, &event);
            greet(client);
        }
        if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            came |= read_client(client);
    }
    return came;
}

static void let_in(void)
{
    double begin = now(), last;

    while (started < client_count && started < at_once)
        begin_client();
    while (came_in < client_count) {
        turn(1);
        if (now() > begin + PATIENCE)
            fail("only %d of %d clients came in", came_in, client_count);
    }
    for (last = now(); now() < last + QUIET;)
        if (turn(QUIET))
            last = now();
}

static void join(void)
{
    static const char command[] = "JOIN #room\r\n";
    for (int index = 0; index < client_count; index++) {
        clients[index].asked = now();
        wire_send(&clients[index].wire, command, sizeof command - 1);
    }
}

int main(int count, char **words)
{
    clockid_t server_clock;
    double begin, sent, wall, server, load;

    if (count != 5)
        fail("see the head of this program for what it takes");
    with_tls = false;
    port = atoi(words[1]);
    client_count = atoi(words[2]);
    if (client_count < 1 || client_count > MOST)
        fail("from 1 to %d clients", MOST);
    if (clock_getcpuclockid(atoi(words[3]), &server_clock))
        fail("there is no server");
    at_once = atoi(words[4]);
    clients = calloc((size_t)client_count, sizeof *clients);
    poller = epoll_create1(0);
    if (!clients || poller < 0)
        fail("no memory");
    for (int index = 0; index < client_count; index++)
        if (!(clients[index].others = calloc(1, (size_t)client_count / 8 + 1)))
            fail("no memory");
    let_in();
    bytes = reads = 0;
    server = seconds_of(server_clock);
    load = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    begin = now();
    join();
    sent = now() - begin;
    while (done < client_count) {
        turn(1);
        if (now() > begin + PATIENCE)
            fail("after %.0f s %d of %d know of everybody", PATIENCE, done, client_count);
    }
    wall = now() - begin;
    printf("{\"sent\": %.6f, \"wall\": %.6f, \"server_cpu\": %.9f, \"load_cpu\": %.9f, "
           "\"bytes\": %lu, \"reads\": %lu, \"joins\": %lu",
           sent, wall, seconds_of(server_clock) - server,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID) - load, bytes, reads, joins);
    print_times("own_", &own);
    printf("}\n");
    return 0;
}
