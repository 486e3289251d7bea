/* One connection of the load: TCP on this machine, or TLS over it (compiled with -DTLS); or a
 * WebSocket, whose frames are written and read here, so that whoever uses it sees lines alone. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

struct wire {
    int fd;
#ifdef TLS
    SSL *tls; /* NULL where it is plain TCP */
#endif
    bool has_asked;              /* for a WebSocket */
    int head_length;             /* of the head of a frame, what has come of it */
    unsigned char head[10];
    uint64_t left;               /* bytes of the present frame that have not come */
};

static bool with_tls, with_frames;
static int asked_port;

/* Begin to connect; return why not, if it cannot be done. */
static const char *wire_open(struct wire *wire, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;

    asked_port = port;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (wire->fd < 0)
        return strerror(errno);
    setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(wire->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS)
        return strerror(errno);
#ifdef TLS
    if (with_tls) {
        static SSL_CTX *context;
        if (!context)
            context = SSL_CTX_new(TLS_client_method()); /* believes any certificate */
        wire->tls = SSL_new(context);
        SSL_set_fd(wire->tls, wire->fd);
        SSL_set_connect_state(wire->tls);
    }
#endif
    return NULL;
}

#ifdef TLS
static bool wire_waits(struct wire *wire, int result)
{
    int error = SSL_get_error(wire->tls, result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}
#endif

/* Ask for a WebSocket, then read the answer, and nothing behind it; return whether it is there. */
static bool wire_is_open(struct wire *wire)
{
    static char data[4096];
    char *end;
    ssize_t length;

    if (!wire->has_asked) {
        int size = snprintf(data, sizeof data,
                            "GET /socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", asked_port);
        if (send(wire->fd, data, (size_t)size, MSG_NOSIGNAL) == size)
            wire->has_asked = true;
        else if (errno != ENOTCONN && errno != EAGAIN)
            fail("it cannot be asked for a WebSocket: %s", strerror(errno));
        return false;
    }
    length = recv(wire->fd, data, sizeof data, MSG_PEEK);
    if (length < 0 && errno == EAGAIN)
        return false;
    if (length <= 0 || (length > 12 && strncmp(data, "HTTP/1.1 101", 12)))
        fail("the server speaks no WebSocket");
    end = memmem(data, (size_t)length, "\r\n\r\n", 4);
    if (!end)
        return false;
    return recv(wire->fd, data, (size_t)(end + 4 - data), 0) > 0;
}

/* Go on with what comes before the first line; return whether one can talk now. */
static bool wire_is_ready(struct wire *wire)
{
#ifdef TLS
    if (wire->tls) {
        int result = SSL_do_handshake(wire->tls);
        if (result != 1 && !wire_waits(wire, result))
            fail("the server speaks no TLS");
        return result == 1;
    }
#endif
    return !with_frames || wire_is_open(wire);
}

/* Put each line into a frame of its own, masked, as a browser does. */
static const char *wire_frame(const char *data, size_t *length)
{
    static char *framed;
    static size_t room;
    static const unsigned char key[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t written = 0;

    for (size_t at = 0; at < *length;) {
        const char *end = memchr(data + at, '\n', *length - at);
        size_t size = (end ? (size_t)(end - data) : *length) - at;
        if (written + size + 16 > room) {
            room = 2 * (written + size + 16);
            framed = realloc(framed, room);
            if (!framed)
                fail("no memory");
        }
        framed[written++] = (char)0x81;
        framed[written++] = (char)(0x80 | (size < 126 ? size : 126));
        if (size >= 126) {
            framed[written++] = (char)(size >> 8);
            framed[written++] = (char)size;
        }
        memcpy(framed + written, key, 4);
        written += 4;
        for (size_t place = 0; place < size; place++)
            framed[written++] = (char)(data[at + place] ^ key[place % 4]);
        at += size + 1;
    }
    *length = written;
    return framed;
}

/* What is outstanding is far less than a socket's buffer takes. */
static void wire_send(struct wire *wire, const char *data, size_t length)
{
    if (with_frames)
        data = wire_frame(data, &length);
    ssize_t sent;
#ifdef TLS
    if (wire->tls)
        sent = SSL_write(wire->tls, data, (int)length);
    else
#endif
        sent = send(wire->fd, data, length, MSG_NOSIGNAL);
    if (sent != (ssize_t)length)
        fail("the server does not take what is sent to it: %s", strerror(errno));
}

/* Take the heads of frames out of what has come; return how much is left. */
static size_t wire_unframe(struct wire *wire, char *data, size_t length)
{
    size_t kept = 0;

    for (size_t at = 0; at < length;) {
        if (wire->left) {
            size_t size = length - at < wire->left ? length - at : (size_t)wire->left;
            memmove(data + kept, data + at, size);
            kept += size;
            at += size;
            wire->left -= size;
            continue;
        }
        wire->head[wire->head_length++] = (unsigned char)data[at++];
        if (wire->head[0] != 0x81)
            fail("the server has sent a frame that is no text: %02x", wire->head[0]);
        if (wire->head_length >= 2) {
            int more = wire->head[1] == 126 ? 2 : wire->head[1] == 127 ? 8 : 0;
            if (wire->head_length < 2 + more)
                continue;
            wire->left = more ? 0 : wire->head[1];
            for (int place = 2; place < 2 + more; place++)
                wire->left = wire->left << 8 | wire->head[place];
            wire->head_length = 0;
        }
    }
    return kept;
}

/* Read what has come, as recv() does. */
static ssize_t wire_read(struct wire *wire, char *data, size_t room)
{
#ifdef TLS
    if (wire->tls) {
        size_t length = 0;
        while (length < room) { /* a record at a time */
            int more = SSL_read(wire->tls, data + length, (int)(room - length));
            if (more > 0)
                length += (size_t)more;
            else if (wire_waits(wire, more) || length)
                break;
            else
                return 0;
        }
        if (!length)
            errno = EAGAIN;
        return length ? (ssize_t)length : -1;
    }
#endif
    return recv(wire->fd, data, room, 0);
}

/* The same, of a WebSocket what is in its frames; `came` is how much that was with them. */
static ssize_t wire_receive(struct wire *wire, char *data, size_t room, ssize_t *came)
{
    *came = wire_read(wire, data, room);
    if (*came <= 0 || !with_frames)
        return *came;
    return (ssize_t)wire_unframe(wire, data, (size_t)*came);
}
