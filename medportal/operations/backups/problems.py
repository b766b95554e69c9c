"""Why a backup cannot be made, read or put back."""


class BackupError(Exception):
    """In one line, for the operator. ``code`` is what the row of the backup keeps."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
