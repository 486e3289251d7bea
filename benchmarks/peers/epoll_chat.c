/* A chat on epoll: about the least work with which a program can pass on lines.
 *
 * epoll_chat PORT [each]
 *
 * Whoever connects says a name first. Each turn reads once from every socket that has something,
 * puts each complete line, behind its speaker's name, into one buffer, and sends that to each client
 * with one send. With `each` every line is sent to everybody by itself. What a socket does not take
 * waits for that client alone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 65536, LINE = 16384, EVENTS = 1024, READ = 65536 };

struct bytes {
    char *data;
    size_t length, room;
};

struct client {
    int here;            /* whether the connection is open */
    char name[32];       /* empty until it is said */
    struct bytes begun;  /* a line whose end has not come */
    struct bytes queue;  /* what the socket has not taken */
};

static struct client clients[CLIENTS]; /* by file descriptor */
static int poller, most, each;
static struct bytes turn; /* what is to be said in this one */

static void put(struct bytes *bytes, const void *data, size_t length)
{
    if (bytes->length + length > bytes->room) {
        bytes->room = 2 * (bytes->length + length);
        if (!(bytes->data = realloc(bytes->data, bytes->room)))
            exit(1);
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static void drop(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

static void part(int fd)
{
    drop(&clients[fd].begun);
    drop(&clients[fd].queue);
    clients[fd].here = 0;
    close(fd);
}

static void watch(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event))
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void deliver(int fd, const char *data, size_t length)
{
    struct bytes *queue = &clients[fd].queue;
    ssize_t sent = queue->length ? 0 : send(fd, data, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        return; /* the next read says that it is gone */
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < length) {
        put(queue, data + sent, length - (size_t)sent);
        watch(fd, EPOLLIN | EPOLLOUT);
    }
}

static void deliver_rest(int fd)
{
    struct bytes *queue = &clients[fd].queue;
    ssize_t sent = send(fd, queue->data, queue->length, MSG_NOSIGNAL);
    if (sent <= 0)
        return;
    queue->length -= (size_t)sent;
    memmove(queue->data, queue->data + sent, queue->length);
    if (!queue->length) {
        drop(queue);
        watch(fd, EPOLLIN);
    }
}

static void tell_all(void)
{
    for (int fd = 0; turn.length && fd <= most; fd++)
        if (clients[fd].here && *clients[fd].name)
            deliver(fd, turn.data, turn.length);
    turn.length = 0;
}

static void hear(int fd, const char *line, size_t length)
{
    struct client *client = &clients[fd];
    char words[64];
    if (length && line[length - 1] == '\r')
        length--;
    if (!*client->name) {
        snprintf(client->name, sizeof client->name, "%.*s", (int)length, length ? line : "?");
        deliver(fd, words, (size_t)sprintf(words, "Welcome, %s!\n", client->name));
        put(&turn, words, (size_t)sprintf(words, "%s joined.\n", client->name));
    } else {
        put(&turn, client->name, strlen(client->name));
        put(&turn, ": ", 2);
        put(&turn, line, length);
        put(&turn, "\n", 1);
    }
    if (each)
        tell_all();
}

static void take(int fd)
{
    static char data[READ];
    struct bytes *begun = &clients[fd].begun;
    ssize_t length = recv(fd, data, sizeof data, 0);
    char *line = data, *end;
    if (length < 0 && errno == EAGAIN)
        return;
    if (length <= 0 || begun->length > LINE) {
        part(fd);
        return;
    }
    for (; (end = memchr(line, '\n', (size_t)(data + length - line))); line = end + 1) {
        if (!begun->length) {
            hear(fd, line, (size_t)(end - line));
            continue;
        }
        put(begun, line, (size_t)(end - line));
        hear(fd, begun->data, begun->length);
        drop(begun);
    }
    if (line < data + length)
        put(begun, line, (size_t)(data + length - line));
}

static void let_in(int listener)
{
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0 && fd < CLIENTS) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        clients[fd] = (struct client){.here = 1};
        most = fd > most ? fd : most;
        watch(fd, EPOLLIN);
        deliver(fd, "What is your name?\n", 19);
    }
}

int main(int count, char **words)
{
    static struct epoll_event events[EVENTS];
    struct sockaddr_in address = {.sin_family = AF_INET};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)(count > 1 ? atoi(words[1]) : 0));
    each = count > 2 && !strcmp(words[2], "each");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    poller = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) {
        perror("epoll_chat");
        return 1;
    }
    watch(listener, EPOLLIN);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int index = 0; index < ready; index++) {
            int fd = events[index].data.fd;
            if (fd == listener) {
                let_in(listener);
                continue;
            }
            if (clients[fd].queue.length && events[index].events & EPOLLOUT)
                deliver_rest(fd);
            if (clients[fd].here && events[index].events & ~(uint32_t)EPOLLOUT)
                take(fd);
        }
        tell_all();
    }
}
