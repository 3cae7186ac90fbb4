"""Read interface of reporting: closed weeks, bulletins."""

from __future__ import annotations

from ninja import Router

from reporting.api import bulletins, weeks

router = Router()
router.add_router("", weeks.router)
router.add_router("", bulletins.router)
