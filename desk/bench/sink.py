"""A mail server on loopback that takes everything and keeps nothing. Needs no Django: python -m desk.bench.sink PORT."""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """One client's dialogue; pipelined lines are answered in their order."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP server hands over
        self.transport = transport
        self.heard = bytearray()
        self.recipient = ""
        self.is_text = False
        self.say("220 sink")

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while (found := self.heard.find(b"\r\n.\r\n" if self.is_text else b"\r\n")) >= 0:
            said = bytes(self.heard[:found])
            del self.heard[: found + (5 if self.is_text else 2)]
            if self.is_text:
                self.is_text = False
                self.take(said)
            else:
                self.answer(said.decode())

    def answer(self, line: str) -> None:
        match line[:4].upper():
            case "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                self.say("250 OK")
            case "DATA":
                self.is_text = True
                self.say("354 Go ahead")
            case "QUIT":
                self.say("221 Bye")
                self.transport.close()
            case _:
                self.say("250 OK")

    def take(self, letter: bytes) -> None:
        self.say("250 OK")

    def say(self, line: str) -> None:
        self.transport.write(f"{line}\r\n".encode())


async def serve(port: int, dialogue: type[Sink]) -> None:
    server = await asyncio.get_running_loop().create_server(dialogue, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Sink))
