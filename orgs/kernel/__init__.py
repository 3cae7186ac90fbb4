"""What everybody stands on: time, versions, numbers, encryption, immutability, workbooks.

No business words in here, and nothing of ours is imported: only the standard library, Django and file libraries.

Invariants
- Time comes from `clock` alone; weeks are ISO weeks of the Asia/Shanghai date.
- Version intervals are half-open, never empty, never overlapping and never backdated (`versions`).
- Personal data is stored as Fernet tokens and looked up by blind index (`crypto`).
- Locked rows can't be changed by any SQL, on both engines (`triggers`).
- An uploaded file is parsed in a child process with limits; no cell is ever lost or turned into a formula (`xlsx`).
"""

from __future__ import annotations
