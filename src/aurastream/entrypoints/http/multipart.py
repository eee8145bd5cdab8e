"""Multipart forms read front to back: fields first, then one file that may be larger than memory."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from aurastream.domain.errors import InvalidRequestError
from aurastream.entrypoints.http.refusals import BodyTooLargeError, UnsupportedMediaTypeError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "file"
MAX_FIELDS = 20
MAX_FIELD_BYTES = 4_096

_HEADERS, _DATA, _END = "headers", "data", "end"


class MultipartForm:
    """
    A form of some small fields and a `file` behind them, as it comes in.

    What follows the file is not looked at, as S3 has it.
    """

    def __init__(self, parts: Iterable[bytes], content_type: str) -> None:
        """
        Raises:
            UnsupportedMediaTypeError: it is not said to be a multipart form.
        """
        media, parameters = parse_options_header(content_type)
        if media != b"multipart/form-data" or not parameters.get(b"boundary"):
            raise UnsupportedMediaTypeError("send a multipart/form-data form with a boundary")
        self._parts = iter(parts)
        self._events: deque[tuple[str, bytes]] = deque()
        try:
            self._parser = MultipartParser(parameters[b"boundary"], self._callbacks())
        except FormParserError:
            raise UnsupportedMediaTypeError("the form's boundary is too long") from None

    def fields(self) -> dict[str, str]:
        """
        The fields up to the file, whose bytes are to be read next.

        Raises:
            InvalidRequestError: not such a form, or one without a file.
        """
        fields: dict[str, str] = {}
        for name in self._names():
            if name == FILE:
                return fields
            value = b""
            for data in self._data():
                value += data
                if len(value) > MAX_FIELD_BYTES:
                    raise InvalidRequestError("a field of the form is too long")
            fields[name] = value.decode(errors="replace")
            if len(fields) > MAX_FIELDS:
                raise InvalidRequestError("the form has too many fields")
        raise InvalidRequestError("the form has no `file`; send its fields first, then `file`")

    def file(self, max_bytes: int) -> Iterator[bytes]:
        """
        The bytes of the file.

        Raises:
            BodyTooLargeError: it is over its limit.
            InvalidRequestError: the form ends before the file does.
        """
        size = 0
        for data in self._data():
            size += len(data)
            if size > max_bytes:
                raise BodyTooLargeError(f"the file is over the {max_bytes:,} bytes that were granted")
            yield data

    def _names(self) -> Iterator[str]:
        """The name of each part; its data is to be taken before the next is asked for."""
        while (event := self._next()) is not None:
            if event[0] == _HEADERS:
                yield event[1].decode(errors="replace")

    def _data(self) -> Iterator[bytes]:
        """The data of the part whose headers were read."""
        while (event := self._next()) is not None:
            if event[0] == _END:
                return
            yield event[1]
        raise InvalidRequestError("the form breaks off")

    def _next(self) -> tuple[str, bytes] | None:
        while not self._events:
            part = next(self._parts, None)
            if part is None:
                return None
            try:
                self._parser.write(part)
            except FormParserError:
                raise InvalidRequestError("the body is not a multipart form") from None
        return self._events.popleft()

    def _callbacks(self) -> "MultipartCallbacks":
        header: dict[str, bytes] = {"field": b"", "value": b"", "name": b""}

        def on_part_begin() -> None:
            header.update(field=b"", value=b"", name=b"")

        def on_header_field(data: bytes, start: int, end: int) -> None:
            header["field"] += data[start:end]

        def on_header_value(data: bytes, start: int, end: int) -> None:
            header["value"] += data[start:end]

        def on_header_end() -> None:
            if header["field"].lower() == b"content-disposition":
                _, parameters = parse_options_header(header["value"])
                header["name"] = parameters.get(b"name", b"")
            header.update(field=b"", value=b"")

        def on_headers_finished() -> None:
            self._events.append((_HEADERS, header["name"]))

        def on_part_data(data: bytes, start: int, end: int) -> None:
            self._events.append((_DATA, data[start:end]))

        def on_part_end() -> None:
            self._events.append((_END, b""))

        return {
            "on_part_begin": on_part_begin,
            "on_header_field": on_header_field,
            "on_header_value": on_header_value,
            "on_header_end": on_header_end,
            "on_headers_finished": on_headers_finished,
            "on_part_data": on_part_data,
            "on_part_end": on_part_end,
        }
