"""A TCP proxy that can fall silent or break: what happens between two machines, on one."""

import contextlib
import socket
import threading


class Proxy:
    """Forwards connections to a port of 127.0.0.1; ``silence`` holds everything back without closing anything."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open = threading.Event()
        self._open.set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """Hold back everything, in both directions."""
        self._open.clear()

    def resume(self) -> None:
        """Forward again, first what was held back."""
        self._open.set()

    def reset(self) -> None:
        """Break every connection."""
        while self._sockets:
            broken = self._sockets.pop()
            with contextlib.suppress(OSError):
                broken.shutdown(socket.SHUT_RDWR)
            broken.close()

    def close(self) -> None:
        """Break everything and stop listening."""
        self.resume()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                self._open.wait()
                sink.sendall(content)
            sink.shutdown(socket.SHUT_WR)
