"""What is written down of a page's failure: where it happened, and none of the values, which may be a person's."""

import logging
import traceback


class Failure(logging.Formatter):
    """Says what kind of error came at which address, without its query, and in which lines of code."""

    def format(self, record: logging.LogRecord) -> str:
        """One failure, as text."""
        kind, _, frames = record.exc_info or (None, None, None)
        path = getattr(getattr(record, "request", None), "path", "")
        said = f"{self.formatTime(record)} {kind.__name__ if kind else record.levelname} at {path}"
        return "\n".join([said, *traceback.format_tb(frames)]).rstrip()
