"""Exit code 0 when the web server of this container answers. Argument: ALLOWED_HOSTS, whose first name is asked for."""

from __future__ import annotations

import http.client
import sys


def main(hosts: str, port: int) -> int:
    name = hosts.split(",")[0].strip().lstrip(".").replace("*", "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": name})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
