"""Logging: one line an event, ours and our libraries' alike, without a secret in it. For people on a terminal, as JSON elsewhere."""

import logging
import sys
import textwrap
import traceback
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from halloo.kit.redact import redact

Format = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]
OURS = "halloo"
_FIRST = ("timestamp", "level", "logger", "event")
_BELOW = "    "
_LIBRARIES = logging.WARNING
"""What libraries say below it is never shown: at finer levels some of them print what they send."""
_SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access")
"""Loggers that the server of HTTP sets up for itself where it is let."""


def set_up_logging(log_format: Format = "auto", level: Level = "info", out: TextIO | None = None) -> None:
    """Send every log line of the process to `out`, standard error by default. `auto`: text on a terminal, else JSON."""
    stream: TextIO = sys.stderr if out is None else out
    as_text = log_format == "text" or (log_format == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
        _without_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(stream, as_text=as_text),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LIBRARIES)
    logging.getLogger(OURS).setLevel(level.upper())
    for logger in map(logging.getLogger, _SERVER):
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)


def _renderers(out: TextIO, *, as_text: bool) -> list[Processor]:
    if as_text:
        return [_one_line, _trace_below, structlog.dev.ConsoleRenderer(colors=out.isatty())]
    return [structlog.processors.JSONRenderer(ensure_ascii=False)]


def _trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Where a fault came from, as `trace`; without the values of variables, since there are secrets among them."""
    told: object = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else cast("tuple[Any, ...]", told)[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["trace"] = "".join(traceback.format_exception(error))
    return event


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    first = {key: event[key] for key in _FIRST if key in event}
    return {key: value if key.startswith("_") else redact(key, value) for key, value in {**first, **event}.items()}


def _trace_below(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """On a terminal the trace stands below its line, and further in: none of its lines looks like one of the log."""
    trace = event.pop("trace", None)
    if trace is not None:
        event["exception"] = textwrap.indent(str(trace).rstrip(), _BELOW, lambda _: True)
    return event


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Whoever can put a line end into a text does not so write a line of the log."""
    said = event.get("event")
    if isinstance(said, str):
        event["event"] = said.replace("\n", "\\n")
    return event
