"""Who asks, and whether they still wait."""

from starlette.requests import Request


def asker(request: Request) -> str:
    """One tab of one browser, as it calls itself; else the machine that asks."""
    host = request.client.host if request.client else ""
    return f"{host} {request.headers.get('x-radseek-tab', '')[:64]}"


async def left(request: Request) -> None:
    """Return when the asker has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
