"""What the pages of scoring show: dataclasses read from querysets. Reads only; no request, no HTML."""
