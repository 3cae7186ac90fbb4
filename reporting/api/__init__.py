"""Read interface of reporting: closed weeks, bulletins, campaigns."""

from __future__ import annotations

from ninja import Router

from reporting.api import bulletins, campaigns, weeks

router = Router()
router.add_router("", weeks.router)
router.add_router("", bulletins.router)
router.add_router("", campaigns.router)
