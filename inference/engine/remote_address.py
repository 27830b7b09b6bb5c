"""Which addresses a remote engine may call: decided when the name is resolved, and then that very address is called.

Checking a URL and connecting later would leave a gap: a name may resolve differently the second time, and two parsers
may read one URL differently. So the connection itself asks here.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import httpcore2

Address = IPv4Address | IPv6Address
NAT64 = ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """`str(error)` says which address and what to do."""


def check_address(url: str, allow_private: bool) -> None:
    """What can be seen without asking a name server. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused("This is not an address such as https://api.example.com/v1.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise AddressRefused("The address must begin with https:// or http:// and name a server.")
    if parts.username or parts.password:
        raise AddressRefused("The address must not hold a name or password; keys have a field of their own.")
    if parts.query or parts.fragment:
        raise AddressRefused("The address must end with its path: no ? and no #.")
    if allow_private:
        return
    if host == "localhost" or host.endswith(".localhost") or (_is_literal(host) and is_private(ip_address(host))):
        raise AddressRefused(_private(host))


def is_private(address: Address) -> bool:
    """Everything that is not plainly the public internet, also when it hides in an IPv6 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_private(inner)
        if address in NAT64:
            return is_private(IPv4Address(int(address) & 0xFFFFFFFF))
    return not address.is_global or address.is_multicast


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves the name, refuses private addresses, and connects to an address that was looked at."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        last: Exception | None = None
        for address in await self._addresses(host, port):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last or httpcore2.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("A remote server is called over the network only.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private and any(is_private(ip_address(address.split("%")[0])) for address in addresses):
            raise AddressRefused(_private(host))
        return addresses


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _private(host: str) -> str:
    return (
        f"{host} is an address inside this machine or network. If that is meant, start the site with "
        "ALLOW_PRIVATE_ENDPOINTS=1."
    )
