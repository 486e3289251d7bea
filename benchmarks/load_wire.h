/* One connection of the load: TCP on this machine, or TLS over it (compiled with -DTLS). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
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
};

static bool with_tls;

/* Begin to connect; return why not, if it cannot be done. */
static const char *wire_open(struct wire *wire, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;

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
    (void)wire;
    return true;
}

/* What is outstanding is far less than a socket's buffer takes. */
static void wire_send(struct wire *wire, const char *data, size_t length)
{
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

/* Read what has come, as recv() does. */
static ssize_t wire_receive(struct wire *wire, char *data, size_t room)
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
