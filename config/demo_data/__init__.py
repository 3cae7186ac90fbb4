"""The demo province: Hainan and Anqing with synthetic people, ten weeks of history and a round that is running now.

Everything is dated relative to the day of loading, so that deadlines and weeks are live; a source notice keeps its
historic dates. Everything goes through the operations the pages use, under the clock of the past.
"""

from __future__ import annotations

from config.demo_data.load import DemoLogin, DemoSummary, load_demo

__all__ = ["DemoLogin", "DemoSummary", "load_demo"]
