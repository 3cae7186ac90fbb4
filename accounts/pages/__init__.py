"""What the pages of accounts show: dataclasses read from querysets. Reads only; no request, no HTML."""
