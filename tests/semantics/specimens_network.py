"""Specimens on the loopback: sockets, servers, clients of scripted servers."""

import ftplib
import http.client
import http.server
import imaplib
import poplib
import smtplib
import socket
import socketserver
import ssl
import urllib.request
import warnings
import wsgiref.simple_server
import xmlrpc.client
import xmlrpc.server

from specimens import Specimen, in_thread, no_descriptor, unreachable
from specimens_files import module

LOCAL = ("127.0.0.1", 0)


def listening(lab):
    server = socket.create_server(LOCAL)
    lab.later(server.close)
    return server


def duplicate(lab):
    return listening(lab).dup()


def from_descriptor(lab):
    return socket.fromfd(listening(lab).fileno(), socket.AF_INET, socket.SOCK_STREAM)


def stream_file(lab):
    one, two = socket.socketpair()
    lab.later(one.close)
    lab.later(two.close)
    return one.makefile("rb")


def wrapped(lab):
    context = ssl.create_default_context()
    return context.wrap_socket(socket.socket(), server_hostname="localhost")


def of_socket(opens):
    return Specimen(opens, no_descriptor)


SOCKETS = {
    "socket.socket": of_socket(lambda lab: socket.socket()),
    "socket.create_server": of_socket(lambda lab: socket.create_server(LOCAL)),
    "socket.create_connection": of_socket(
        lambda lab: socket.create_connection(listening(lab).getsockname())
    ),
    "socket.fromfd": of_socket(from_descriptor),
    "socket.socket.dup": of_socket(duplicate),
    "socket.socket.makefile": Specimen(stream_file),
    "ssl.SSLContext.wrap_socket": of_socket(wrapped),
    "ssl.create_default_context.wrap_socket": of_socket(wrapped),
}


def wrapped_the_old_way(lab):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return ssl.wrap_socket(socket.socket())


if hasattr(ssl, "wrap_socket"):
    SOCKETS["ssl.wrap_socket"] = of_socket(wrapped_the_old_way)


def server(kind, *handler):
    return Specimen(lambda lab: kind(LOCAL, *handler), no_descriptor)


def unix_server(kind):
    return Specimen(
        lambda lab: kind(str(lab.folder / "s"), socketserver.BaseRequestHandler), no_descriptor
    )


def application(environ, start_response):
    return []


SERVERS = {
    **{
        f"socketserver.{name}": server(getattr(socketserver, name), socketserver.BaseRequestHandler)
        for name in """TCPServer UDPServer ThreadingTCPServer ThreadingUDPServer ForkingTCPServer
        ForkingUDPServer""".split()
        if hasattr(socketserver, name)
    },
    **{
        f"socketserver.{name}": unix_server(getattr(socketserver, name))
        for name in """UnixStreamServer UnixDatagramServer ThreadingUnixStreamServer
        ThreadingUnixDatagramServer""".split()
        if hasattr(socketserver, name)
    },
    "http.server.HTTPServer": server(http.server.HTTPServer, http.server.BaseHTTPRequestHandler),
    "http.server.ThreadingHTTPServer": server(
        http.server.ThreadingHTTPServer, http.server.BaseHTTPRequestHandler
    ),
    "wsgiref.simple_server.WSGIServer": server(
        wsgiref.simple_server.WSGIServer, wsgiref.simple_server.WSGIRequestHandler
    ),
    "wsgiref.simple_server.make_server": Specimen(
        lambda lab: wsgiref.simple_server.make_server(*LOCAL, application), no_descriptor
    ),
    "xmlrpc.server.SimpleXMLRPCServer": server(xmlrpc.server.SimpleXMLRPCServer),
    "xmlrpc.server.DocXMLRPCServer": server(xmlrpc.server.DocXMLRPCServer),
}


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"text")

    def log_message(self, *args):
        pass


def web(lab):
    """Serve one page, once; give the address."""
    made = http.server.HTTPServer(LOCAL, Quiet)
    lab.later(made.server_close)
    in_thread(lab, made.handle_request)
    return made.server_address


def web_connection(lab):
    connection = http.client.HTTPConnection(*web(lab))
    connection.connect()
    lab.later(connection.close)
    return connection


def asked(lab):
    connection = web_connection(lab)
    connection.request("GET", "/")
    return connection.getresponse()


def secured(lab):
    connection = http.client.HTTPSConnection("localhost")
    connection.sock = wrapped(lab)
    lab.later(connection.sock.close)
    return connection


def address(lab):
    host, port = web(lab)
    return f"http://{host}:{port}/"


def without_proxies():
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


WEB = {
    "http.client.HTTPConnection": Specimen(web_connection, unreachable("sock")),
    "http.client.HTTPSConnection": Specimen(secured, unreachable("sock")),
    "http.client.HTTPConnection.getresponse": Specimen(asked),
    "http.client.HTTPSConnection.getresponse": Specimen(asked),
    "urllib.request.urlopen": Specimen(lambda lab: urllib.request.urlopen(lab.file().as_uri())),
    "urllib.request.OpenerDirector.open": Specimen(
        lambda lab: without_proxies().open(address(lab))
    ),
    "urllib.request.build_opener.open": Specimen(lambda lab: without_proxies().open(address(lab))),
}


HANG_UP = b""


def scripted(lab, greeting, answers):
    """Serve one connection: greet, then answer each line by its first word that has an answer."""
    server_socket = listening(lab)

    def serve():
        try:
            connection, _ = server_socket.accept()
        except OSError:
            return
        with connection, connection.makefile("rwb") as lines:
            lines.write(greeting)
            lines.flush()
            for line in lines:
                words = line.upper().split()
                answer = next((answers[word] for word in words if word in answers), None)
                if answer == HANG_UP:
                    return
                if answer is not None:
                    lines.write(answer.replace(b"TAG", line.split()[0]))
                    lines.flush()

    in_thread(lab, serve)
    return server_socket.getsockname()


def smtp(kind):
    """A server that refuses to say good-bye: that's what tells the exit from quit()."""

    def opens(lab):
        answers = {b"QUIT": b"500 no\r\n"}
        client = kind(*scripted(lab, b"220 hello\r\n", answers), timeout=5)
        lab.later(client.close)
        return client

    return Specimen(opens, unreachable("sock"))


def ftp(lab):
    client = ftplib.FTP(timeout=5)
    client.connect(*scripted(lab, b"220 hello\r\n", {b"QUIT": b"500 no\r\n"}))
    lab.later(client.close)
    return client


def imap(lab):
    answers = {
        b"CAPABILITY": b"* CAPABILITY IMAP4REV1\r\nTAG OK done\r\n",
        b"LOGOUT": b"* BYE\r\nTAG OK done\r\n",
    }
    client = imaplib.IMAP4(*scripted(lab, b"* OK hello\r\n", answers))
    lab.later(client.file.close)
    lab.later(client.sock.close)
    return client


def pop(lab):
    client = poplib.POP3(*scripted(lab, b"+OK hello\r\n", {b"QUIT": b"+OK bye\r\n"}), timeout=5)
    lab.later(client.close)
    return client


CLIENTS = {
    "smtplib.SMTP": smtp(smtplib.SMTP),
    "smtplib.LMTP": smtp(smtplib.LMTP),
    "ftplib.FTP": Specimen(ftp, unreachable("sock")),
    # Its body logs out already: the exit knows, logout() complains.
    "imaplib.IMAP4": Specimen(
        imap, lambda client: client.sock.fileno() == -1, during=lambda client: client.logout()
    ),
    "poplib.POP3": Specimen(pop, unreachable("sock")),
}
if nntplib := module("nntplib"):

    def news(lab):
        answers = {
            b"CAPABILITIES": b"101 list\r\nVERSION 2\r\nREADER\r\n.\r\n",
            b"QUIT": HANG_UP,
        }
        return nntplib.NNTP(*scripted(lab, b"200 hello\r\n", answers), timeout=5)

    CLIENTS["nntplib.NNTP"] = Specimen(news, lambda client: not hasattr(client, "file"))
if telnetlib := module("telnetlib"):
    CLIENTS["telnetlib.Telnet"] = Specimen(
        lambda lab: telnetlib.Telnet(*listening(lab).getsockname()), unreachable("sock")
    )
if asyncore := module("asyncore"):
    CLIENTS["asyncore.dispatcher"] = Specimen(
        lambda lab: asyncore.dispatcher(socket.socket()), lambda one: one.socket.fileno() == -1
    )


def rpc_transport(lab):
    transport = xmlrpc.client.Transport()
    transport.make_connection("127.0.0.1:9")
    return transport


CLIENTS["xmlrpc.client.Transport"] = Specimen(
    rpc_transport, lambda transport: transport._connection[1] is None
)

SYNC = {**SOCKETS, **SERVERS, **WEB, **CLIENTS}
